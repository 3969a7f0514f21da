"""The main journeys in a real Chromium, from an empty store to the record behind a figure."""

from __future__ import annotations

import datetime as dt
import io
import shutil
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from sop_core import accounts, evaluation
from sop_core.evaluation import Scope
from sop_core.indonesian import format_number
from sop_core.store import Store
from tests.browser.conftest import PATIENCE, running_app, settled
from tests.builders import TODAY, workbook

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE)
PAGES = (
    "", "wilayah", "terlambat", "fasilitator", "tindak_lanjut", "rekomendasi", "laporan", "catat", "unggah",
    "sop", "kalender",
)  # fmt: skip
NAMES = [
    "Nasional", "Wilayah", "Terlambat", "Fasilitator", "Tindak Lanjut", "Rekomendasi", "Laporan",
    "Catat", "Unggah", "SOP", "Kalender",
]  # fmt: skip
PASSWORD = "kata sandi contoh 1"
ENGLISH = (
    "Browse files", "Drag and drop", "Choose an option", "Choose options", "Select all",
    "No options", "No results", "Press Enter", "Upload", "Limit ", "Loading", "Search", "Running",
    "Ctrl+Enter",
)  # fmt: skip


def figure(page: Page, label: str) -> Locator:
    """The figure under a label."""
    box = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return box.get_by_test_id("stMetricValue")


def metric(page: Page, label: str) -> int:
    """The same as a number."""
    return int(figure(page, label).inner_text().replace(".", ""))


def goto(page: Page, name: str) -> None:
    """Follow a link of the navigation, as a reader does."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    settled(page)


def choose_row(page: Page, table: str, row: int) -> None:
    """Tick a row of a table (0 is the first), by the box at its left edge."""
    grid = page.locator(f".st-key-{table}").get_by_test_id("stDataFrame")
    grid.get_by_test_id("data-grid-canvas").wait_for()
    grid.scroll_into_view_if_needed()
    grid.click(position={"x": 14, "y": 35 + 35 * row + 17})


def tick(page: Page, label: str) -> None:
    """Tick a box; again, as a reader would, where the expander around it still moved."""
    box = page.get_by_role("checkbox", name=label)
    for _ in range(5):
        page.get_by_text(label).click()
        page.wait_for_timeout(300)
        if box.is_checked():
            return
    expect(box).to_be_checked()


def download(page: Page, name: str) -> openpyxl.Workbook:
    """The workbook that a button hands out."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).first.click()
    return openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def test_from_nothing_to_what_is_late(empty_app, open_page):
    page = open_page(empty_app)
    expect(page.get_by_text("Belum ada data.")).to_be_visible()
    page.get_by_role("button", name="Muat data demo").click()
    expect(page.get_by_text("langkah terlambat", exact=False).first).to_be_visible()
    for name in NAMES:
        goto(page, name)
        expect(page.get_by_text("Data demo.", exact=False).first).to_be_visible()


def test_the_first_link_into_a_fresh_server_finds_its_page(empty_app, open_page):
    page = open_page(f"{empty_app}/terlambat?tanggal=2025-06-30")
    expect(page.get_by_role("heading", name="Terlambat", level=1)).to_be_visible()
    names = page.get_by_test_id("stSidebarNav").get_by_role("link").all_inner_texts()
    assert [n.split("\n")[-1] for n in names] == NAMES


def test_a_shared_link_shows_the_same(demo_app, demo_store, open_page):
    page = open_page(f"{demo_app}/terlambat?tanggal=2025-06-30")
    page.get_by_role("combobox", name="Alur").click()
    page.get_by_role("option", name="B", exact=True).click()
    page.wait_for_url("**alur=B**")
    settled(page)
    late = evaluation.headline(demo_store, Scope(dt.date(2025, 6, 30), flow="B")).overdue
    expect(figure(page, "Terlambat")).to_have_text(format_number(late))
    other = open_page(page.url)
    expect(figure(other, "Terlambat")).to_have_text(format_number(late))


def test_the_front_page_is_found_by_its_name_too(demo_app, open_page):
    page = open_page(f"{demo_app}/nasional?tanggal=2025-06-30")
    expect(page.get_by_text("Per 30 Juni 2025", exact=False).first).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_filters_follow_from_page_to_page(demo_app, open_page):
    page = open_page(f"{demo_app}/?tanggal=2025-06-30&tahun=2025")
    goto(page, "Terlambat")
    expect(page.get_by_text("Per 30 Juni 2025, kegiatan tahun 2025")).to_be_visible()
    assert "tanggal=2025-06-30" in page.url
    assert "tahun=2025" in page.url


def test_a_figure_is_followed_down_to_its_record(demo_app, open_page):
    page = open_page(f"{demo_app}/?tanggal=2025-06-30&tahun=2025")
    choose_row(page, "peringkat", 0)
    page.wait_for_url("**/wilayah?wilayah=**")
    expect(page.get_by_text("Per 30 Juni 2025, kegiatan tahun 2025")).to_be_visible()
    expect(figure(page, "Terlambat")).not_to_have_text("0")

    goto(page, "Terlambat")
    choose_row(page, "tabel_terlambat", 0)
    page.get_by_role("button", name="Buka kasus").click()
    page.wait_for_url("**/wilayah?**kasus=**")
    case = page.url.partition("kasus=")[2].partition("&")[0]
    expect(page.get_by_text(f"{case} ·", exact=False)).to_be_visible()
    settled(page)
    page.get_by_text("Catatan asal").click()
    records = page.get_by_role("region", name="Baris unggahan di balik kasus ini")
    expect(records).to_be_visible()
    assert page.url.count("tanggal=2025-06-30") == 1


def test_an_upload_is_previewed_kept_and_undone(tmp_path, open_page):
    path = tmp_path / "unggah.duckdb"
    with Store(path) as store:
        accounts.add(
            store, "staf", "Staf data Padang", "data_staf", "BBPOM-PDG", PASSWORD, first=False
        )
    with running_app(path) as url:
        page = open_page(f"{url}/masuk?ke=/unggah", wait=False)
        page.get_by_label("Nama masuk").fill("staf")
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        expect(page.get_by_role("heading", name="Unggah", level=1)).to_be_visible()
        settled(page)
        upload_and_undo(page)


def upload_and_undo(page: Page) -> None:
    content = workbook(
        Kegiatan=[
            ["ADV-1", "A", 2026, "BBPOM di Padang", "Advokasi Pasar Aman Padang"],
            ["ADV-2", "A", 2026, "BPOM di Atlantis", "Advokasi yang unitnya salah"],
        ],
        Langkah=[["ADV-1", 1, dt.date(2026, 3, 2), dt.date(2026, 3, 9)]],
    )
    sheet = {"name": "padang.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page.locator("input[type=file]").set_input_files(sheet)
    expect(page.get_by_text("3. Pratinjau.")).to_be_visible()
    settled(page)
    assert [metric(page, name) for name in ("Baru", "Berubah", "Dikosongkan", "Ditolak")] == [
        2,
        0,
        0,
        1,
    ]
    book = download(page, "Unduh baris yang ditolak")
    rows = list(book["Kegiatan"].values)
    assert rows[1][0] == "ADV-2"
    assert any("unit tidak dikenal" in str(cell) for cell in rows[1])

    page.get_by_role("button", name="Simpan 2 baris yang benar").click()
    expect(page.get_by_text("Tersimpan sebagai unggahan 1")).to_be_visible()
    goto(page, "Wilayah")
    page.get_by_role("combobox", name="Unit").click()
    page.keyboard.type("Padang")
    page.get_by_role("option", name="Balai Besar POM di Padang").click()
    expect(page.get_by_text("Balai Besar POM di Padang tanpa Lokanya")).to_be_visible()
    settled(page)
    assert metric(page, "Langkah terbuka") >= 1

    goto(page, "Unggah")
    page.get_by_text("Unggahan 1 · padang.xlsx").click()
    tick(page, "Saya yakin membatalkan")
    page.get_by_role("button", name="Batalkan unggahan ini").click()
    expect(page.get_by_text("Unggahan 1 (padang.xlsx")).to_be_visible()
    expect(page.get_by_text("Belum ada data.")).to_be_visible()


def test_what_cannot_be_read_is_refused_in_words(empty_app, open_page):
    page = open_page(f"{empty_app}/unggah")
    broken = {"name": "rusak.xlsx", "mimeType": "application/octet-stream", "buffer": b"PK rusak"}
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_text("Tidak dapat diimpor.")).to_be_visible()
    expect(page.get_by_text("bukan lembar kerja yang dapat dibaca", exact=False)).to_be_visible()


def test_the_template_can_be_filled(empty_app, open_page):
    book = download(open_page(f"{empty_app}/unggah"), "Unduh templat")
    assert {"Kegiatan", "Langkah", "Fasilitator", "Tindak Lanjut", "Target"} <= set(book.sheetnames)


def test_an_export_holds_every_row_of_its_table(demo_app, open_page):
    page = open_page(f"{demo_app}/terlambat?tanggal={TODAY}")
    overdue = metric(page, "Terlambat")
    soon = metric(page, "Segera jatuh tempo")
    book = download(page, "Excel")
    assert book.worksheets[0].max_row - 1 == overdue + soon
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) - 1 == overdue + soon


def test_a_proposal_is_followed_to_its_case_decided_and_exported(demo_file, tmp_path, open_page):
    path = tmp_path / "putusan.duckdb"
    shutil.copyfile(demo_file, path)
    with running_app(path) as url:
        page = open_page(f"{url}/rekomendasi?tanggal={TODAY}&tahun=2025")
        choose_row(page, "tabel_rekomendasi", 0)
        page.wait_for_url("**usulan=2025-**")
        settled(page)
        page.get_by_label("Catatan").fill("Dampingi perencanaan sejak Januari")
        page.get_by_role("button", name="Simpan disposisi").click()
        expect(page.get_by_text("Disposisi tersimpan: Diterima.")).to_be_visible()
        settled(page)
        assert metric(page, "Diterima") == 1
        with page.expect_download() as waiting:
            page.locator(".st-key-xlsx-Rencana-tahun-2026").get_by_role("button").click()
        plan = openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        assert [c for c in list(plan.worksheets[0].values)[1] if c == "Pengunjung demo"]
        page.get_by_role("combobox", name="Kasus di baliknya", exact=False).click()
        page.get_by_role("option").first.click()
        page.wait_for_url("**/wilayah?**kasus=**")
        expect(page.get_by_role("heading", name="Wilayah", level=1)).to_be_visible()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_shows_each_page_without_scrolling_sideways(demo_app, open_page, name):
    page = open_page(f"{demo_app}/{name}?tanggal={TODAY}", width=390)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        settled(page)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
        shown = page.get_by_test_id("stApp").inner_text()
        assert not [word for word in ENGLISH if word in shown]


def test_a_store_in_use_elsewhere_is_said(tmp_path, open_page):
    path = tmp_path / "dipakai.duckdb"
    with Store(path), running_app(path) as url:
        page = open_page(url, wait=False)
        expect(page.get_by_text("sedang dipakai proses lain", exact=False)).to_be_visible()
