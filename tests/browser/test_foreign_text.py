"""Foreign text in a real Chromium: what it becomes is itself, and nobody is asked for anything."""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Route

from pages.kit import words
from pages.kit.navigation import ROLES_OF
from pages.kit.session import COOKIE
from sop_core import accounts, sessions
from sop_core.store import Store
from tests.browser.conftest import PATIENCE, ROOT, free_port, running_app, settled
from tests.builders import TODAY
from tests.foreign.payloads import HOST, OFFICE, PEOPLE, TEXTS, hostile_database
from tests.pages.test_foreign_pages import parameters
from tests.pages.test_foreign_text import FRAGMENTS

pytestmark = pytest.mark.browser
MOST = 2000
"""Made-up texts beside the payloads; the same at each run."""
HOSTILE = f"a[href*='{HOST}'], img[src*='{HOST}'], [*|href*='{HOST}'], iframe, object, embed, script[src*='{HOST}'], a[href^='javascript']"  # fmt: skip


def many_texts() -> list[str]:
    """The payloads, each alone and twice, and others made of their pieces."""
    chance = random.Random(10)
    made = [
        "".join(chance.choice(FRAGMENTS) for _ in range(chance.randint(1, 6))) for _ in range(MOST)
    ]
    letters = ":smile@.www->--<->=~*_`[](){}!$\\|#&+ abhttp/1\n\t'\"%^"
    made += [
        "".join(chance.choice(letters) for _ in range(chance.randint(1, 14))) for _ in range(MOST)
    ]
    return [*TEXTS, *(f"{t}{t}" for t in TEXTS), *filter(str.split, made)]


def test_the_front_end_draws_every_text_as_it_is_written(tmp_path, chromium):
    """Holds the escape, and the rules of tests/foreign/reading.py, against Streamlit itself."""
    texts = many_texts()
    path = tmp_path / "teks.json"
    path.write_text(json.dumps(texts), encoding="utf-8")
    with drawing(path) as url:
        page = chromium.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(url)
        settled(page)
        page.wait_for_selector("[data-testid=stMarkdownContainer] li")
        drawn = page.evaluate(
            "[...document.querySelectorAll('[data-testid=stMarkdownContainer] li')].map(l =>"
            " [l.textContent, [...l.querySelectorAll('*')].map(e => e.outerHTML)])"
        )
        labels = page.locator("[data-testid=stCheckbox] [data-testid=stMarkdownContainer]")
        labelled = labels.evaluate_all("all => all.map(l => [l.textContent, l.querySelectorAll('a, img, strong, em, code, del').length])")  # fmt: skip
        said = page.evaluate("[...document.querySelectorAll('[data-testid=stMarkdownContainer] > p:has(strong)')].map(p => p.textContent)")  # fmt: skip
        page.close()
    wanted = [words.folded(text) for text in texts]
    assert len(drawn) == len(texts) > 3000
    assert [text for text, _ in drawn] == wanted
    # Only spans without style, which keep a character apart from its neighbours.
    assert {h for _, all_in in drawn for h in all_in if not h.startswith("<span>")} == set()
    assert labelled == [[text, 0] for text in wanted[:120]]
    assert said == [f"Oleh {text} pukul {text}" for text in wanted[:40]]


def listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("localhost", port)) == 0


class drawing:
    """The page of foreign_page.py, served."""

    def __init__(self, texts: Path) -> None:
        self.texts = texts

    def __enter__(self) -> str:
        port = free_port()
        log = self.texts.with_suffix(".log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "tests/browser/foreign_page.py",
             "--server.address", "localhost", "--server.port", str(port)],
            cwd=ROOT, stdout=log, stderr=log,
            env={**os.environ, "PANTAU_TEXTS": str(self.texts), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        give_up = time.monotonic() + PATIENCE / 1000
        while not listens(port):
            assert self.process.poll() is None, "the page was not served"
            assert time.monotonic() < give_up
            time.sleep(0.1)
        return f"http://localhost:{port}"

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=20)


def test_a_hostile_store_and_address_ask_nobody_for_anything(tmp_path, chromium: Browser):
    """All pages in one window: no request leaves, nothing runs, no link and no picture is theirs."""
    database = hostile_database(tmp_path / "jahat.duckdb")
    with Store(database) as store:
        office = next(u.name for u in store.register(TODAY) if u.code == OFFICE)
        case = store.one("SELECT min(case_id) FROM activity WHERE case_id LIKE '<img%'")
        tokens = {
            login: sessions.open_session(store, accounts.viewer_of(store, login))
            for login in PEOPLE
        }
    with running_app(database) as url:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        context.set_default_timeout(PATIENCE)
        asked: list[str] = []
        dialogs: list[str] = []

        def look(route: Route) -> None:
            asked.append(route.request.url)
            if urlsplit(route.request.url).hostname == "localhost":
                route.continue_()
            else:
                route.abort()  # seen is enough: nothing leaves this machine

        context.route("**/*", look)
        context.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        page = context.new_page()
        for number, name in enumerate(ROLES_OF):
            login = "admin@jahat.example" if name == "administrasi" else "pusat@jahat.example"
            context.add_cookies([{"name": COOKIE, "value": tokens[login], "url": url}])
            hostile = TEXTS[number :: len(ROLES_OF)]
            query = {key: hostile[n % len(hostile)] for n, key in enumerate(sorted(parameters()))}
            for more in ({}, {"wilayah": office, "kasus": case}) if name == "wilayah" else ({},):
                page.goto(f"{url}/{'' if name == 'nasional' else name}?{urlencode({**query, 'tanggal': str(TODAY), **more})}")  # fmt: skip
                settled(page)
                assert page.locator(HOSTILE).count() == 0, name
                if more:
                    assert case in page.locator("h3").all_inner_texts(), "the case is open"
        context.close()
    hosts = {urlsplit(u).hostname for u in asked if not u.startswith(("data:", "blob:"))}
    if 'page_icon=":material' in (ROOT / "app.py").read_text(encoding="utf-8"):
        hosts -= {"fonts.gstatic.com"}  # a Material icon for the window is fetched from its maker
    assert hosts == {"localhost"}
    assert not dialogs
