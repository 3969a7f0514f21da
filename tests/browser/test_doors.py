"""The doors as a browser meets them: what pages load, and what happens when a session ends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from pages.kit.shell import NOT_TAKEN
from sop_core import accounts
from sop_core.store import Store
from tests.browser.conftest import PATIENCE, running_app, settled
from tests.browser.test_journeys import ENGLISH, PAGES, PASSWORD
from tests.builders import TODAY

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE)


@contextmanager
def overheard(page: Page) -> Iterator[dict[str, list[str]]]:
    """What a page asks of other hosts, and what the console says is held back."""
    heard: dict[str, list[str]] = {"hosts": [], "held_back": [], "errors": []}
    home = {"localhost", "127.0.0.1", ""}
    page.on(
        "request",
        lambda r: (
            heard["hosts"].append(r.url) if urlsplit(r.url).hostname not in home | {None} else None
        ),
    )
    page.on(
        "console",
        lambda m: (
            heard["held_back"].append(m.text)
            if "Content Security Policy" in m.text or "Content-Security-Policy" in m.text
            else None
        ),
    )
    page.on("pageerror", lambda e: heard["errors"].append(str(e)))
    yield heard


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_under_the_policy_and_asks_no_other_host(demo_app, open_page, name):
    page = open_page("about:blank", wait=False)
    with overheard(page) as heard:
        page.goto(f"{demo_app}/{name}?tanggal={TODAY}")
        settled(page)
        for drawn, part in (
            (".stPlotlyChart", ".main-svg"),
            ("[data-testid=stDataFrame]", "canvas"),
        ):
            # Those behind another tab are drawn when it is opened.
            if page.locator(f"{drawn}:visible").count():
                expect(page.locator(f"{drawn}:visible {part}").first).to_be_attached()
        # The icons are letters of a font of the app's own.
        assert page.evaluate("document.fonts.check('16px \"Material Symbols Rounded\"')")
    assert heard == {"hosts": [], "held_back": [], "errors": []}
    if name == "":
        assert page.locator(".stPlotlyChart").count() > 0


def with_staff(demo_file: Path, folder: Path) -> Path:
    path = folder / "pintu.duckdb"
    shutil.copyfile(demo_file, path)
    with Store(path) as store:
        accounts.add(
            store, "staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", PASSWORD, first=False
        )
    return path


def sign_in(page: Page, url: str, ask: str) -> None:
    page.goto(f"{url}{ask}")
    page.get_by_label("Nama masuk").fill("staf.padang")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    settled(page)


def test_what_a_reader_sees_when_the_session_ends_under_the_page(demo_file, tmp_path, open_page):
    with running_app(with_staff(demo_file, tmp_path)) as url:
        page = open_page("about:blank", wait=False)
        with overheard(page) as heard:
            sign_in(page, url, "/terlambat")
            expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
            with page.expect_download() as waiting:
                page.get_by_role("button", name="Excel").click()
            assert Path(waiting.value.path()).stat().st_size > 1000
            # Signed out elsewhere with the same cookie, as in another tab.
            assert page.request.get(f"{url}/keluar").ok
            saved = []
            page.on("download", lambda d: saved.append(d))
            page.get_by_role("button", name="Excel").click()
            expect(page.get_by_text("Sesi sudah berakhir.", exact=False)).to_be_visible()
            expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
            page.wait_for_timeout(3000)
        assert saved == []
        # Nor does the front end say in English that it waits for the server.
        for word in (*ENGLISH, "Connect", "Error", "server"):
            assert word not in page.inner_text("body"), word
        assert heard["held_back"] == []
        page.reload()
        expect(page.get_by_label("Kata sandi")).to_be_visible()


def test_an_upload_past_a_limit_is_told_in_indonesian(demo_file, tmp_path, open_page):
    """The uploader's own words are English, and there only under the pointer."""
    files = []
    for number, megabytes in enumerate((101, 95, 95, 95, 20)):
        files.append(tmp_path / f"besar{number}.csv")
        with files[-1].open("wb") as file:
            file.truncate(megabytes * 1024 * 1024)
    with running_app(with_staff(demo_file, tmp_path)) as url:
        page = open_page("about:blank", wait=False)
        sign_in(page, url, "/unggah")
        answers: list[int] = []
        page.on("response", lambda r: answers.append(r.status) if r.request.method == "PUT" else 0)
        uploader = page.get_by_test_id("stFileUploader").first
        below = """e => getComputedStyle(e, '::after').content"""
        assert uploader.evaluate(below) == "none"

        page.locator("input[type=file]").first.set_input_files(files[0])
        chip = uploader.locator("[data-testid=stFileChip][aria-invalid=true]")
        expect(chip).to_have_count(1)
        assert answers == [], "too large for the browser already"
        assert NOT_TAKEN in uploader.evaluate(below)
        chip.hover()
        page.wait_for_timeout(1000)
        for word in ("must be", "Error", "smaller"):
            assert word not in page.locator("body").inner_text()
        page.get_by_role("button", name="Remove").click()
        expect(chip).to_have_count(0)
        assert uploader.evaluate(below) == "none"

        page.locator("input[type=file]").first.set_input_files(files[1:])
        expect(chip).to_have_count(1)
        for _ in range(100):
            if len(answers) == 4:
                break
            page.wait_for_timeout(300)
        assert sorted(answers) == [204, 204, 204, 413], "too much for all files together"
        assert NOT_TAKEN in uploader.evaluate(below)
        chip.hover()
        page.wait_for_timeout(1000)
        for word in ("Request", "status", "Error"):
            assert word not in page.locator("body").inner_text()
