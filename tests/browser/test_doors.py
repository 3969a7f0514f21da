"""The doors as a browser meets them: what pages load, and what happens when a session ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sop_core import accounts, process, sessions
from sop_core.store import Store
from tests.browser.conftest import PATIENCE, running_app, settled
from tests.browser.test_journeys import PAGES, PASSWORD
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
        for drawn, part in ((".stPlotlyChart", ".main-svg"), ("[data-testid=stDataFrame]", "canvas")):
            # Those behind another tab are drawn when it is opened.
            if page.locator(f"{drawn}:visible").count():
                expect(page.locator(f"{drawn}:visible {part}").first).to_be_attached()
        # The icons are letters of a font of the app's own.
        assert page.evaluate("document.fonts.check('16px \"Material Symbols Rounded\"')")
    assert heard == {"hosts": [], "held_back": [], "errors": []}
    if name == "":
        assert page.locator(".stPlotlyChart").count() > 0
