"""One figure on a page, in a report, in an export and on the command line."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from sop_core.cli import main
from tests.browser.conftest import settled
from tests.browser.test_journeys import download, metric
from tests.builders import TODAY

pytestmark = pytest.mark.browser
YEAR = 2026
OFFICES = {
    None: None,
    "BBPOM-KPG": "Balai Besar POM di Kupang",
    "BPOM-AMB": "Balai POM di Ambon",
    "LOKA-TNR": "Loka POM di Kabupaten Kepulauan Tanimbar",
}


def sheet(book: openpyxl.Workbook, name: str) -> list[dict[str, object]]:
    rows = list(book[name].values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def answers(capsys, database: Path, *words: str) -> list[dict[str, object]]:
    """What the command line says."""
    assert main([*words, "--db", str(database), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def report_of(page: Page) -> openpyxl.Workbook:
    """The annual report as Excel, written by the page Laporan."""
    page.get_by_role("button", name="Susun laporan").click()
    expect(page.get_by_text("Ringkasan eksekutif")).to_be_visible()
    settled(page)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Unduh Excel").click()
    return openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))


def follow(page: Page, url: str) -> None:
    """Another link in the same window, which keeps what it has loaded of the app."""
    page.goto(url)
    settled(page)


@pytest.mark.parametrize("code", list(OFFICES), ids=str)
def test_the_same_figure_everywhere(demo_app, demo_file, open_page, tmp_path, capsys, code):
    database = tmp_path / "cli.duckdb"
    shutil.copyfile(demo_file, database)
    name = OFFICES[code]
    shared = f"tanggal={TODAY}&tahun={YEAR}"
    unit = f"&unit_kerja={name}" if name else ""
    words = ["--unit", code, "--lokas"] if code else []
    when = ["--as-of", str(TODAY), *words]
    late = answers(capsys, database, "status", "--overdue", "--year", str(YEAR), *when)
    people = answers(capsys, database, "facilitators", *when)
    found = answers(capsys, database, "recommend", "--year", str(YEAR), *when)
    written = tmp_path / "cli.xlsx"
    answers(
        capsys, database, "report", "tahunan", "--year", str(YEAR), *when, "--out", str(written)
    )

    page = open_page(f"{demo_app}/laporan?{shared}{unit}")
    book = report_of(page)
    by_cli = openpyxl.load_workbook(written)
    assert book.sheetnames == by_cli.sheetnames
    for part in book.sheetnames:
        assert list(book[part].values) == list(by_cli[part].values), part

    # Overdue steps.
    follow(page, f"{demo_app}/{f'wilayah?wilayah={name}&' if name else '?'}{shared}")
    assert metric(page, "Terlambat") == len(late)
    export = download(page, "Excel")
    key = "Langkah terlambat" if name else "Terlambat"
    assert sum(row[key] for row in sheet(export, export.sheetnames[0])) == len(late)
    assert sum(row["Terlambat"] for row in sheet(book, "Peringkat unit")) == len(late)

    # Facilitators.
    follow(page, f"{demo_app}/fasilitator?{shared}{unit}")
    total = sum(row["total"] for row in people)
    assert metric(page, "Fasilitator") == total
    assert sum(row["Jumlah"] for row in sheet(book, "Fasilitator per unit")) == total
    assert sheet(book, "Fasilitator")[0]["Mencapainya"] == total
    certified = sum(row[s] for row in people for s in ("bersertifikat", "diajukan", "diakui"))
    assert metric(page, "Bersertifikat") == certified

    # Follow-ups.
    follow(page, f"{demo_app}/tindak_lanjut?{shared}{unit}&keadaan=Terlambat")
    past = metric(page, "Terlambat")
    assert sum(row["Terlambat"] for row in sheet(book, "Tindak lanjut")) == past
    if past:  # a list without rows has no export
        export = download(page, "Excel")
        assert len(sheet(export, export.sheetnames[0])) == past

    # Recommendations.
    follow(page, f"{demo_app}/rekomendasi?{shared}{unit}")
    assert metric(page, "Rekomendasi") == len(found)
    export = download(page, "Excel")
    rows = sheet(export, export.sheetnames[0])
    assert [row["ID"] for row in rows] == [r["id"] for r in found]
    assert [row["Urutan"] for row in sheet(book, "Rekomendasi")] == [r["rank"] for r in found]
