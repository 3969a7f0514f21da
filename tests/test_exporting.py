"""Exports: the same twice, dates as dates, nothing a spreadsheet would run."""

import datetime as dt
import io

import openpyxl

from sop_core.exporting import Table, to_csv, to_xlsx

ROWS = [["=1+1", dt.date(2026, 3, 2), 1234.5, None, True], ["@SUM(A1)", None, 7, "–", False]]
TABLE = Table("Uji", ["Teks", "Tanggal", "Angka", "Kosong", "Ya"], ROWS)


def test_xlsx():
    content = to_xlsx([TABLE])
    assert content == to_xlsx([TABLE])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Uji"]
    cells = list(sheet.iter_rows(min_row=2))
    assert (cells[0][0].value, cells[0][0].data_type) == ("=1+1", "s"), "text, not a formula"
    assert cells[0][1].value == dt.datetime(2026, 3, 2)
    assert cells[0][2].value == 1234.5
    assert cells[0][4].value == "ya"


def test_csv():
    text = to_csv(TABLE).decode("utf-8-sig")
    assert text.splitlines()[1:] == ["'=1+1;2026-03-02;1234.5;;True", "'@SUM(A1);;7;–;False"]
