"""The way in, in a real Chromium: a step from where it is late, a grid, a file sent back and corrected."""

import datetime as dt
import io
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from sop_core import accounts
from sop_core.store import Store
from tests.browser.conftest import running_app, settled
from tests.browser.test_journeys import choose_row, download, goto, metric, tick
from tests.builders import all_speak, load, workbook

pytestmark = [pytest.mark.browser]

D = dt.date
PASSWORD = "kata sandi contoh 1"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def padang(tmp_path: Path) -> Iterator[str]:
    """The app over one late advocacy of Padang, and somebody there who uploads."""
    path = tmp_path / "padang.duckdb"
    with Store(path) as store:
        accounts.add(store, "staf", "Staf contoh", "data_staf", "BBPOM-PDG", PASSWORD, first=False)
        load(
            store,
            Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi Pasar Aman"]],
            Langkah=[["ADV-1", 1, D(2026, 3, 2), D(2026, 3, 9)], ["ADV-1", 2, D(2026, 3, 10)]],
        )
        all_speak(store, D(2026, 11, 24))
    with running_app(path) as url:
        yield url


def signed_in(open_page: Callable[..., Page], url: str, to: str, width: int = 1440) -> Page:
    page = open_page(f"{url}/masuk?ke=/{to}", width=width, wait=False)
    page.get_by_label("Nama masuk").fill("staf")
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.get_by_role("heading", level=1).wait_for()
    settled(page)
    return page


def drop(page: Page, name: str, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": SHEET, "buffer": content}
    )
    expect(page.get_by_text("3. Pratinjau.")).to_be_visible()
    settled(page)


def test_a_step_is_recorded_from_where_it_is_late(padang, open_page):
    page = signed_in(open_page, padang, "terlambat?tanggal=2026-11-24")
    clicks = iter(range(1, 5))  # at most four
    choose_row(page, "tabel_terlambat", 0)
    next(clicks)
    page.get_by_role("button", name="Catat langkah ini").click()
    next(clicks)
    expect(page.get_by_text("A.2 Mempersiapkan", exact=False)).to_be_visible()
    settled(page)
    day = (
        page.get_by_test_id("stDateInput")
        .filter(has_text="Tanggal Selesai")
        .get_by_role("spinbutton")
    )
    day.first.focus()
    page.keyboard.type("20032026", delay=40)
    page.get_by_role("textbox", name="Nomor Dokumen").fill("B-12")
    page.get_by_role("button", name="Simpan").click()
    next(clicks)
    expect(page.get_by_text("Tersimpan sebagai unggahan 2", exact=False)).to_be_visible()
    goto(page, "Terlambat")
    expect(page.get_by_text("Tidak ada langkah yang terlambat", exact=False)).to_be_visible()


def test_several_steps_in_a_grid(padang, open_page):
    page = signed_in(open_page, padang, "catat?catat=Beberapa langkah")
    expect(page.get_by_role("button", name="Simpan 0 langkah")).to_be_disabled()
    page.get_by_test_id("data-grid-canvas").wait_for()
    frame = page.get_by_test_id("stDataFrameResizable").bounding_box()
    assert frame is not None

    def type_in(column: int, text: str) -> None:
        """Over the first row's cell so many columns after its ID."""
        page.mouse.click(frame["x"] + 330, frame["y"] + 52)
        for _ in range(column):
            page.keyboard.press("ArrowRight")
        page.keyboard.type(text, delay=80)
        page.keyboard.press("Enter")
        time.sleep(0.5)  # the grid tells the page of it after a moment
        settled(page)

    # The browser speaks English: its own field for dates would take 4 May for 5 April.
    type_in(2, "31/02/2026")
    expect(page.get_by_text("A.2 ADV-1, Tanggal Selesai “31/02/2026”", exact=False)).to_be_visible()
    expect(page.get_by_role("button", name="Simpan 0 langkah")).to_be_disabled()
    type_in(2, "04/05/2026")
    type_in(3, "B-77")
    # A cell that is emptied is blank, whatever the grid hands over for it.
    type_in(4, "nanti")
    page.keyboard.press("Delete")  # Enter stays on the last row's cell
    time.sleep(0.5)
    settled(page)
    page.get_by_role("button", name="Simpan 1 langkah").click()
    expect(page.get_by_text("Tersimpan sebagai unggahan 2", exact=False)).to_be_visible()
    page.goto(f"{padang}/catat?kasus=ADV-1&langkah_catat=A.2")
    expect(page.get_by_role("textbox", name="Nomor Dokumen")).to_have_value("B-77")
    day = page.get_by_test_id("stDateInput").filter(has_text="Tanggal Selesai")
    assert re.findall(r"\d+", day.inner_text()) == ["04", "05", "2026"]
    expect(page.get_by_role("textbox", name="Keterangan")).to_have_value("")


def test_a_wrong_file_is_understood_sent_back_corrected_kept_and_undone(padang, open_page):
    page = signed_in(open_page, padang, "unggah")
    drop(page, "maret.xlsx", workbook(Langkah=[
        ["ADV-1", 2, D(2026, 3, 10), D(2026, 3, 3)],
        ["ADV-1", 3, D(2026, 3, 20), D(2026, 3, 21)],
    ]))  # fmt: skip
    assert metric(page, "Ditolak") == 1
    book = download(page, "Unduh baris yang ditolak")
    sheet = book["Langkah"]
    headings = [cell.value for cell in sheet[1]]
    assert "Alasan Ditolak" in headings
    sheet.cell(2, headings.index("Tanggal Selesai") + 1).value = D(2026, 3, 19)
    corrected = io.BytesIO()
    book.save(corrected)
    page.get_by_role("button", name="Simpan 1 baris yang benar").click()
    expect(page.get_by_text("Tersimpan sebagai unggahan 2", exact=False)).to_be_visible()
    settled(page)
    drop(page, "maret-betul.xlsx", corrected.getvalue())
    assert metric(page, "Ditolak") == 0
    assert metric(page, "Berubah") == 1
    page.get_by_role("button", name="Simpan semua").click()
    expect(page.get_by_text("Tersimpan sebagai unggahan 3", exact=False)).to_be_visible()
    page.get_by_text("Unggahan 3 · maret-betul.xlsx").click()
    tick(page, "Saya yakin membatalkan")
    page.get_by_role("button", name="Batalkan unggahan ini").click()
    expect(page.get_by_text("Unggahan 3 (maret-betul.xlsx")).to_be_visible()
    assert isinstance(book, openpyxl.Workbook)


def test_a_step_is_recorded_on_a_phone(padang, open_page):
    page = signed_in(open_page, padang, "catat?kasus=ADV-1", width=390)
    page.get_by_role("textbox", name="Nomor Dokumen").fill("B-13")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("Tersimpan sebagai unggahan 2", exact=False)).to_be_visible()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390


RECAP = Path(__file__).parent.parent / "importing" / "cases" / "11a-rekap-lebar.xlsx"


def next_month() -> bytes:
    """The recap a month later: a report that was in work is done, and an activity stands on top."""
    book = openpyxl.load_workbook(RECAP)
    sheet = book.active
    assert sheet is not None
    sheet["H7"] = dt.datetime(2026, 6, 24)
    sheet.insert_rows(5)
    new = [1, "Advokasi Kantin Contoh", "Sekolah", "BBPOM Padang", dt.datetime(2026, 6, 2)]
    for column, value in enumerate(new, 1):
        sheet.cell(5, column).value = value
    for row, number in enumerate((2, 3, 4), 6):
        sheet.cell(row, 1).value = number
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def test_an_offices_own_recap_is_kept_and_the_next_months_updates_it(tmp_path, open_page):
    path = tmp_path / "rekap.duckdb"
    with Store(path) as store:
        accounts.add(store, "staf", "Staf contoh", "data_staf", "BBPOM-PDG", PASSWORD, first=False)
    with running_app(path) as url:
        page = signed_in(open_page, url, "unggah")
        begun = time.monotonic()
        page.locator("input[type=file]").set_input_files(
            {"name": "rekap-juni.xlsx", "mimeType": SHEET, "buffer": RECAP.read_bytes()}
        )
        page.get_by_role("button", name="Baca dengan pemetaan ini").click()
        expect(page.get_by_role("button", name="Simpan semua")).to_be_visible()
        settled(page)
        assert metric(page, "Baru") == 3 + 11
        page.get_by_role("button", name="Simpan semua").click()
        expect(page.get_by_text("Tersimpan sebagai unggahan 1", exact=False)).to_be_visible()
        assert time.monotonic() - begun < 120, "two clicks, and nothing typed"
        settled(page)
        expect(page.get_by_text("3. Pratinjau.")).to_have_count(0)
        # The mapping was kept: next month's file is read at once.
        drop(page, "rekap-juli.xlsx", next_month())
        expect(page.get_by_role("button", name="Baca dengan pemetaan ini")).to_have_count(0)
        assert metric(page, "Baru") == 1 + 1 + 1, "the new one, its first step, and the report"
        assert metric(page, "Ditolak") == 0
        page.get_by_role("button", name="Simpan semua").click()
        expect(page.get_by_text("Tersimpan sebagai unggahan 2", exact=False)).to_be_visible()
    with Store(path) as store:
        assert store.one("SELECT count(*) FROM activity") == 4
        assert store.one("SELECT count(*) FROM step_record") == 13


def test_a_selected_step_stays_the_selected_one_though_the_list_moves(tmp_path, open_page):
    path = tmp_path / "geser.duckdb"
    with Store(path) as store:
        accounts.add(store, "staf", "Staf contoh", "data_staf", "BBPOM-PDG", PASSWORD, first=False)
        load(
            store,
            Kegiatan=[
                [f"ADV-{n}", "A", 2026, "BBPOM-PDG", f"Advokasi gelombang {n}"] for n in (1, 2)
            ],
            Langkah=[
                [f"ADV-{n}", k, D(2026, 3, n), D(2026, 3, n + 3) if k == 1 else None]
                for n in (1, 2)
                for k in (1, 2)
            ],
        )
        all_speak(store, D(2026, 11, 24))
    with running_app(path) as url:
        page = signed_in(open_page, url, "terlambat?tanggal=2026-11-24")
        choose_row(page, "tabel_terlambat", 1)
        expect(page.get_by_text("A.2 Advokasi gelombang 2")).to_be_visible()
        # In another tab the row above it leaves the list.
        other = page.context.new_page()
        other.goto(f"{url}/catat?kasus=ADV-1&langkah_catat=A.2")
        day = other.get_by_test_id("stDateInput").filter(has_text="Tanggal Selesai")
        day.get_by_role("spinbutton").first.focus()
        other.keyboard.type("20032026", delay=40)
        other.get_by_role("button", name="Simpan").click()
        expect(other.get_by_text("Tersimpan sebagai unggahan 2", exact=False)).to_be_visible()
        page.get_by_role("button", name="Catat langkah ini").click()
        page.wait_for_url("**/catat?**")
        assert "kasus=ADV-2" in page.url


def test_what_holds_a_step_up_is_said_and_taken_back_where_it_is_late(padang, open_page):
    page = signed_in(open_page, padang, "terlambat")
    choose_row(page, "tabel_terlambat", 0)
    expect(page.get_by_role("button", name="Catat langkah ini")).to_be_visible()
    settled(page)
    page.get_by_text("Hambatan dan rencana", exact=True).click()
    page.get_by_role("button", name="Catat hambatan").wait_for()
    page.wait_for_timeout(500)  # the box around the list still opens, and would shut it
    page.get_by_role("combobox", name="Alasan").click()
    page.get_by_role("option").first.click()
    day = page.get_by_test_id("stDateInput").filter(has_text="Rencana pada")
    day.get_by_role("spinbutton").first.focus()
    page.keyboard.type(f"{dt.date.today():3112%Y}", delay=40)
    page.get_by_role("textbox", name="Rencana", exact=True).fill("Ajukan revisi anggaran")
    page.get_by_role("button", name="Catat hambatan").click()
    expect(page.get_by_text("Hambatan dan rencana dicatat.")).to_be_visible()
    page.get_by_role("button", name="Tarik hambatan").click()
    expect(page.get_by_text("Hambatan ditarik.")).to_be_visible()
    expect(page.get_by_role("button", name="Tarik hambatan")).to_have_count(0)
