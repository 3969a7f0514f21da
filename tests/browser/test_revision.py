"""A revision of the SOP in a real Chromium: from the form, through its effect, to the way back."""

import datetime as dt
import io
import shutil
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import running_app, settled
from tests.browser.test_journeys import download, goto, metric, tick
from tests.builders import TODAY

pytestmark = pytest.mark.browser


def upload(page: Page, book: openpyxl.Workbook) -> None:
    book.save(content := io.BytesIO())
    file = {
        "name": "rev05.xlsx",
        "mimeType": "application/octet-stream",
        "buffer": content.getvalue(),
    }
    page.locator("input[type=file]").set_input_files(file)


def late_b2(page: Page) -> int:
    """What Terlambat counts as overdue at B.2, by a link."""
    page.goto(f"{page.url.split('/sop')[0]}/terlambat?tanggal={TODAY}&langkah=B.2")
    settled(page)
    count = metric(page, "Terlambat")
    goto(page, "SOP")
    return count


def test_a_norm_is_changed_by_the_form_and_taken_back(demo_file, tmp_path: Path, open_page):
    path = tmp_path / "revisi.duckdb"
    shutil.copyfile(demo_file, path)
    with running_app(path) as url:
        page = open_page(f"{url}/sop?tanggal={TODAY}&alur_sop=B")
        before = late_b2(page)
        book = download(page, "Unduh formulir revisi")
        steps = book["Langkah SOP"]
        headings = [cell.value for cell in steps[1]]
        norm = headings.index("Norma HK") + 1
        row = next(r for r in range(2, steps.max_row) if (steps.cell(r, 1).value, steps.cell(r, 2).value) == ("B", 2))  # fmt: skip

        steps.cell(row, norm).value = "empat puluh"
        upload(page, book)
        expect(page.get_by_text("1 isian perlu diperbaiki.")).to_be_visible()
        page.get_by_test_id("stFileChipDeleteBtn").get_by_role("button").click()
        expect(page.get_by_text("1 isian perlu diperbaiki.")).to_be_hidden()
        settled(page)

        steps.cell(row, norm).value = "20 HK"
        head = {cell.value: cell.column for cell in book["Revisi"][1]}
        book["Revisi"].cell(2, head["Nomor Revisi"]).value = "05"
        book["Revisi"].cell(2, head["Berlaku Mulai"]).value = dt.date(2026, 3, 2)
        upload(page, book)
        expect(page.get_by_text("Berlaku surut:", exact=False)).to_be_visible()
        settled(page)
        assert metric(page, "Perubahan SOP") == 3
        assert metric(page, "Menjadi terlambat") > 100
        page.get_by_role("button", name="Simpan revisi 05").click()
        expect(page.get_by_text("Revisi 05 tersimpan")).to_be_visible()
        expect(page.get_by_text("SOP.01 revisi 05", exact=False)).to_be_visible()
        settled(page)
        assert late_b2(page) > before

        page.get_by_text("Revisi 05 · rev05.xlsx", exact=False).click()
        tick(page, "Saya yakin mencabut")
        page.get_by_role("button", name="Cabut revisi ini").click()
        expect(page.get_by_text("Revisi 05 dicabut")).to_be_visible()
        settled(page)
        assert late_b2(page) == before
