"""What people write under, over and between their rows; what fills a cell from another."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core.errors import ImportRefused
from sop_core.importing import SourceFile, rows
from sop_core.importing.contract import Column, Sheet
from sop_core.importing.headings import Headings
from sop_core.importing.parsing import parse_book
from sop_core.importing.reading import ErrorCell
from sop_core.importing.tabs import Tab, tabs
from sop_core.units import UnitFinder
from tests.importing.books import ACTIVITIES, STEPS, D, book, cells, raw

ONE = ["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi contoh satu", 40]
TWO = ["ADV-2", "A", 2026, "BBPOM-PDG", "Advokasi contoh dua", 35]
SUM = ["JUMLAH", "", "", "", "", 75]
SIGNED = [
    ["", "", "", "Padang, 30 November 2026"],
    ["", "", "", "Kepala,"],
    [],
    ["", "", "", "NIP. 000 0"],
]


def tables_of(content: bytes) -> Tab:
    (tab,) = tabs(SourceFile("uji.xlsx", content), [])
    return tab


def numbers(*rows: Any) -> tuple[list[int], list[str]]:
    found = raw(book([ACTIVITIES, *rows], "Kegiatan"))
    return found.sheets[0].row_numbers.tolist(), found.told


def test_sums_signatures_and_notes_under_a_table_are_told_and_left_out():
    kept, told = numbers(ONE, TWO, SUM, [], *SIGNED, ["Catatan: data s.d. 30 November 2026"])
    assert kept == [2, 3]
    assert told == ["Kegiatan: 5 baris (4, 6, 7, 9, 10) di bawah tabel bukan data."]


def test_a_sum_between_rows_is_told_and_what_follows_is_read():
    kept, told = numbers(ONE, ["Sub total", "", "", "", "", 40], TWO)
    assert (kept, told) == ([2, 4], ["Kegiatan: 1 baris (3) berisi jumlah, bukan data."])


@pytest.mark.parametrize("row", [
    [3, "Total sosialisasi", "", D(2026, 1, 5)], [3, "Jumlah Pangan Aman: advokasi", "x", ""],
    [3, "Rata-rata air", "", "belum"],
])  # fmt: skip
def test_a_title_that_begins_as_a_sum_is_a_title_where_anything_else_is_said(row):
    """In an office's own layout little is required; a sum says nothing but numbers."""
    names = ["No", "Judul", "Ket", "Tgl Mulai"]
    sheet = Sheet("Kegiatan", "activity", ("title",), (Column("Judul", "title", "text", True),))
    tab = tables_of(book([names, [1, "Satu", "", D(2026, 1, 2)], row, ["", "JUMLAH", "", 2]]))
    found = rows.of(Headings(sheet, 1, names, {1: sheet.columns[0]}), tab)
    assert found.numbers.tolist() == [2, 3]
    assert found.told == ["Kegiatan: 1 baris (4) di bawah tabel bukan data."]


def test_the_total_row_of_an_excel_table_is_a_number_alone():
    assert numbers(ONE, TWO, ["", "", "", "", "", 75])[0] == [2, 3]


@pytest.mark.parametrize("last", [
    ["", "A", 2026, "BBPOM-PDG", "Lupa ID", 12], ["ADV-3", "", "", "", "", ""],
    ["", "", "", "", "Lupa segalanya", 12], ["JUMLAH-1", "A", 2026, "BBPOM-PDG", "Bernama aneh", 1],
])  # fmt: skip
def test_a_row_that_lacks_something_is_a_row_and_will_be_refused(last):
    assert numbers(ONE, last) == ([2, 3], [])


def test_a_row_after_a_gap_that_names_something_is_a_row():
    assert numbers(ONE, [], TWO) == ([2, 4], [])
    assert numbers(ONE, [], *SIGNED, TWO)[0] == [2, 4, 5, 7, 8], "nothing above a row is under it"


@pytest.mark.parametrize("first", [["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"], [1, 2, 3, 4, 5, 6]])
def test_a_row_that_numbers_the_columns(first):
    assert numbers(first, ONE) == ([3], ["Kegiatan: 1 baris (2) berisi nomor kolom, bukan data."])
    assert numbers(ONE, first)[0] == [2, 3], "only right under the headings"


def test_hidden_rows_are_read_and_told():
    found = raw(book([ACTIVITIES, ONE, TWO], "Kegiatan", hidden=[3]))
    assert found.sheets[0].row_numbers.tolist() == [2, 3]
    assert found.told == ["Kegiatan: 1 baris tersembunyi (3) ikut dibaca."]


def test_a_cell_merged_downwards_is_of_all_its_rows():
    rows = [STEPS, ["ADV-1", 1, D(2026, 3, 2)], ["", 2, D(2026, 3, 9)], ["ADV-2", 1]]
    found = raw(book(rows, merged=["A2:A3"]))
    assert [row[0] for row in cells(found)] == ["ADV-1", "ADV-1", "ADV-2"]
    assert found.told == [
        "Langkah: ID Kegiatan dari sel gabungan (A2:A3) dibaca untuk semua barisnya."
    ]


def test_what_stands_under_a_merged_cell_is_told():
    """Excel clears it; a program that writes files may not."""
    made = openpyxl.load_workbook(io.BytesIO(book([STEPS, ["ADV-1", 1], ["ADV-2", 2]])))
    sheet = made.active
    kept = sheet["A3"]
    sheet.merge_cells("A2:A3")
    sheet._cells[3, 1] = kept
    buffer = io.BytesIO()
    made.save(buffer)
    found = raw(buffer.getvalue())
    assert [row[0] for row in cells(found)] == ["ADV-1", "ADV-1"]
    assert "Langkah: 1 isi di balik sel gabungan (A3) tidak dibaca." in found.told


@pytest.mark.parametrize("mark", ["sda", "SDA", "s.d.a", "s.d.a.", '"', "idem"])
def test_ditto_is_the_cell_above_it(mark):
    found = raw(book([ACTIVITIES, ONE, ["ADV-2", mark, mark, mark, "Dua"]], "Kegiatan"))
    assert cells(found)[1][1:4] == ["A", 2026.0, "BBPOM-PDG"]
    assert len(found.told) == 3
    assert raw(book([ACTIVITIES, ["ADV-1", mark, 2026, "X", "Satu"]], "Kegiatan")).told == []


@pytest.mark.parametrize("error", ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?"])
def test_a_cell_in_error_is_no_blank(error):
    found = raw(book([STEPS, ["ADV-1", 1, D(2026, 3, 2), error, "x"]]))
    assert cells(found)[0][3] == ErrorCell(error)


def test_a_formula_that_was_never_computed_is_no_blank():
    """Excel keeps a formula's value beside it; programs that write files may not."""
    found = raw(book([STEPS, ["ADV-1", 1, "=DATE(2026,1,20)", D(2026, 1, 21), "x"]]))
    assert cells(found)[0][2] == ErrorCell("rumus tanpa nilai")
    problems = parse_book(found, UnitFinder([]), D(2026, 11, 24)).problems
    assert "belum dihitung; buka berkasnya di Excel" in problems[0].message


def test_a_formula_whose_value_is_empty_text_is_a_blank():
    content = book([STEPS, ["ADV-1", 1, D(2026, 1, 20), "", "=1"]])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            # As Excel keeps the value of ="" (openpyxl keeps none).
            new.writestr(entry, re.sub(rb'<c r="E2">', b'<c r="E2" t="str">', old.read(entry)))
    assert b't="str"' in zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml")
    assert cells(raw(out.getvalue()))[0][4] == ""


def test_a_row_of_nothing_but_errors_is_a_row():
    found = raw(book([STEPS, ["#REF!"] * 5]))
    assert len(found.sheets[0].row_numbers) == 1


# -------------------------------------------------------------------- nothing is lost in silence

_NOTHING = st.just("")
_CELL = st.one_of(
    _NOTHING, st.sampled_from(["#N/A", "-", "sda", "JUMLAH", "Catatan: x", "Kepala,", "(1)", "belum"]),
    st.integers(0, 40), st.dates(D(2026, 1, 1), D(2026, 12, 31)), st.text("abc ", max_size=4).map(str.strip),
)  # fmt: skip


@st.composite
def sheets(draw: st.DrawFn) -> tuple[list[list[Any]], list[str], list[int]]:
    """Chance rows under the headings of Langkah, some with what an id looks like; merges; hidden."""
    rows: list[list[Any]] = []
    for number in range(draw(st.integers(1, 12))):
        row = [draw(_CELL) for _ in STEPS]
        if draw(st.booleans()):
            row[:2] = [f"ADV-{number}", draw(st.integers(1, 6))]
        rows.append(row if draw(st.integers(0, 6)) else [""] * len(STEPS))
    merged = []
    for column in "ABC":
        top = draw(st.integers(2, 20))
        if draw(st.booleans()) and top + 1 <= len(rows) + 1:
            merged.append(f"{column}{top}:{column}{top + 1}")
    hidden = draw(st.lists(st.integers(2, len(rows) + 1), max_size=3, unique=True))
    return [STEPS, *rows], merged, hidden


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(sheets())
def test_no_filled_cell_is_lost_or_altered_in_silence(drawn):
    rows, merged, hidden = drawn
    covered = {p.partition(":")[2] for p in merged}  # openpyxl blanks what a merge covers
    try:
        found = raw(book(rows, merged=merged, hidden=hidden))
    except ImportRefused:
        return
    sheet = found.sheets[0]
    read = dict(zip(sheet.row_numbers.tolist(), cells(found), strict=True))
    told = " ".join(found.told)
    for number, row in enumerate(rows[1:], 2):
        for at, value in enumerate(row):
            place = f"{'ABCDE'[at]}{number}"
            if value == "" or place in covered:
                continue
            if number not in read:
                assert f"{number}" in told, (place, value, told)
            elif isinstance(value, str) and value.startswith("#"):
                assert read[number][at] == ErrorCell(value)
            elif value == "sda":
                assert read[number][at] == "sda" or "“sda”" in told
            else:
                assert read[number][at] == value, place
    for number in read:
        if number in hidden:
            assert "tersembunyi" in told
