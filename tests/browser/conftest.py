"""The app started as a user starts it, and a real Chromium to open it with."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.conftest import need

ROOT = Path(__file__).parent.parent.parent

# Without these Chromium looks for its maker's servers at every start.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000
"""How long a page may take to show something, in ms: CI has two slow cores."""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        # Up, and saying that its store is not.
        return error.code == 503
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def running_app(database: Path, *options: str, port: int | None = None) -> Iterator[str]:
    """The app on a free port of this machine, over one database; yields its address."""
    url = f"http://localhost:{port or free_port()}"
    log = database.with_suffix(".log")
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py",
             "--server.address", "localhost", "--server.port", url.rpartition(":")[2], *options],
            cwd=ROOT, env={**os.environ, "PANTAU_DB": str(database)}, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            give_up = time.monotonic() + PATIENCE / 1000
            while not _answers(url):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < give_up, log.read_text()
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[str]:
    """The app over a store that holds nothing yet."""
    with running_app(tmp_path / "kosong.duckdb") as url:
        yield url


@pytest.fixture(scope="session")
def demo_app(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app over the demo data; journeys that change nothing share it."""
    copy = tmp_path_factory.mktemp("app") / "demo.duckdb"
    shutil.copyfile(demo_file, copy)
    with running_app(copy) as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    path = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens an address in a window of its own: width in px, light or dark."""
    contexts = []

    def open_it(url: str, width: int = 1440, scheme: str = "light", wait: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        if wait:
            settled(page)
        return page

    yield open_it
    for context in contexts:
        context.close()


def settled(page: Page) -> None:
    """Wait until the page is drawn and Streamlit has stopped running it."""
    page.wait_for_selector("[data-testid=stMain] h1")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    # Not wait_for_function: the page's policy lets nothing evaluate a string, tests included.
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=PATIENCE)
