"""The PPTM's way from the first screen to a disposisi and back, in a real Chromium."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from sop_core import accounts
from sop_core.indonesian import today
from sop_core.store import Store
from tests.browser.conftest import running_app, settled
from tests.builders import all_speak, load

pytestmark = [pytest.mark.browser]

D = dt.date
PASSWORD = "kata sandi contoh 1"
CASE = "C-2025-NASIONAL"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "arahan.duckdb"


@pytest.fixture
def rekap(path: Path) -> Iterator[str]:
    """The app over a rekap of C that came in on 17 March 2026, and a PPTM."""
    with Store(path) as store:
        accounts.add(store, "deputi", "Deputi contoh", "pimpinan", None, PASSWORD, first=False)
        load(
            store,
            Kegiatan=[["KIE-1", "C", 2025, "BPOM-END", "KIE"]],
            Langkah=[
                ["KIE-1", 3, D(2025, 5, 5), D(2025, 5, 8)],
                [CASE, 6, D(2026, 2, 2), D(2026, 3, 17), "REKAP-C"],
            ],
        )
        all_speak(store, today())
    with running_app(path) as url:
        yield url


@pytest.mark.parametrize("width", [1440, 390])
def test_a_disposisi_from_the_first_screen_in_one_click_and_two_fields(
    rekap: str, open_page: Callable[..., Page], width: int
):
    page = open_page(f"{rekap}/masuk?ke=/nasional", width=width, wait=False)
    page.get_by_label("Nama masuk").fill("deputi")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_text("Menunggu disposisi Anda (1)")).to_be_visible()
    settled(page)
    page.get_by_test_id("stButton").get_by_role("button").filter(has_text="Buka").click()
    expect(page.get_by_text("masuk 17 Maret 2026", exact=False)).to_be_visible()
    settled(page)
    page.get_by_label("Nomor disposisi").fill("DSP.1/2026")
    page.get_by_label("Arahan", exact=True).fill("Kawal Ende.")
    page.get_by_role("button", name="Simpan arahan").click()
    expect(page.get_by_text("langkah C.7 tercatat selesai", exact=False)).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Tarik disposisi").click()
    expect(page.get_by_text("ditarik.", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Simpan arahan")).to_be_visible()
