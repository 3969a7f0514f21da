"""Exports: the same twice, dates as dates, nothing a spreadsheet would run."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core import importing
from sop_core.errors import CellError
from sop_core.exporting import Table, quoted, sheet_name, to_csv, to_xlsx, unquoted
from sop_core.importing import SourceFile
from sop_core.importing.blanks import is_placeholder
from sop_core.importing.cells import parse_id
from sop_core.importing.contract import KEGIATAN
from sop_core.importing.rows import DITTO
from sop_core.importing.texts import clean_text
from sop_core.store import Store
from tests.builders import HEADINGS, TODAY
from tests.foreign.payloads import TEXTS

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


FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\u200b=1", "\ufeff=1",
    "\x01=1", "＝1+1", "＋1", "－1", "＠SUM(A1)", "﹦1", "\u3000＝1", "=cmd|'/C calc'!A0", "-2+3+cmd|' /C calc'!A0",
    "@", "-", "'=1", "''＝1", "\tteks",
]  # fmt: skip
HARMLESS = ["", "teks", "–", "a=b", "1-2", "'kutip'", "a@b.example", "'", "2026-03-02", " teks"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_csv_cell_or_heading_starts_a_formula(text):
    table = Table("Uji", [text], [[text]])
    heading, cell = (line.strip('"') for line in split(to_csv(table)))
    assert heading == cell == "'" + text


def split(content: bytes) -> list[str]:
    import csv

    text = content.decode("utf-8-sig")
    return [
        cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=";") for cell in row
    ]


@pytest.mark.parametrize("text", HARMLESS)
def test_other_cells_are_as_they_are(text):
    assert quoted(text) == unquoted(text) == text


texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
    st.lists(st.sampled_from([*FORMULAS, *TEXTS, "'", ";", ",", '"', "\n", "\r\n", "\u200b"]), max_size=4).map("".join),
)  # fmt: skip


@settings(max_examples=500)
@given(texts)
def test_a_quote_is_taken_off_again_and_no_formula_is_left(text):
    assert unquoted(quoted(text)) == text
    first = quoted(text).strip().strip("\u200b\ufeff\x01")[:1]
    assert first not in tuple("=+-@＝＋－＠")


def may_be_an_id(text: str) -> bool:
    """What an import takes for an ID, so that one may be stored and exported: no word for nothing,
    no ditto, no number that Excel has shortened.
    """
    if not clean_text(text) or text.strip().lower() in DITTO:
        return False
    try:
        parse_id(text)
    except CellError:
        return False
    return not is_placeholder(KEGIATAN.column("case_id"), text)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(st.lists(texts.filter(may_be_an_id), min_size=1, max_size=30, unique_by=clean_text))
def test_an_export_that_comes_back_is_the_same(titles):
    """Ids and titles, from CSV and from Excel."""
    for name, write in (
        ("Kegiatan.csv", to_csv),
        ("Kegiatan.xlsx", lambda table: to_xlsx([table])),
    ):
        rows = [[t, "A", 2026, "BBPOM-PDG", t] for t in titles if len(t) < 200]
        with Store() as store:
            file = SourceFile(name, write(Table("Kegiatan", HEADINGS["Kegiatan"], rows)))
            importing.import_files(store, [file], "uji", today=TODAY)
            kept = store.rows("SELECT case_id, title FROM activity")
        assert sorted((r["case_id"], r["title"]) for r in kept) == sorted(
            (clean_text(t), clean_text(t)) for t in titles
        )


@pytest.mark.parametrize("text", [*TEXTS, *FORMULAS])
def test_an_excel_cell_is_text_whatever_it_says(text):
    content = to_xlsx([Table(text, [text], [[text]])])
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    for row in sheet.iter_rows():
        for cell in row:
            assert cell.data_type == "s"
            assert cell.hyperlink is None


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_name_names_a_sheet(name):
    named = sheet_name(name)
    assert 0 < len(named.encode("utf-16-le")) <= 62
    assert openpyxl.load_workbook(io.BytesIO(to_xlsx([Table(name, ["A"], [["x"]])]))).sheetnames == [named]  # fmt: skip
