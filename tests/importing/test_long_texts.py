"""Texts longer than a cell of Excel: none is kept that an export could not give back."""

import io

import openpyxl
import pytest

from sop_core import importing
from sop_core.exporting import LONGEST_CELL, Table, cell_length, frame_table, to_csv, to_xlsx
from sop_core.importing import SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.importing.returning import rejected_workbook
from sop_core.store import Store
from tests.builders import TODAY
from tests.importing.test_reading import records

pytestmark = pytest.mark.slow

STEPS = "ID Kegiatan,No Langkah,Keterangan,Dilewati\n"
TEXTS = {
    "letters": "x" * LONGEST_CELL,
    "words": ("kata " * LONGEST_CELL)[: LONGEST_CELL - 1] + "a",
    "accents": "é" * LONGEST_CELL,
    "beyond the plane": "\U0001f600" * (LONGEST_CELL // 2) + "a",
    "formula": "=" + "1+" * 16_383,
}


def files(title: str, remarks: str = "") -> list[SourceFile]:
    activity = (
        f"ID Kegiatan,Alur,Tahun,Kode Unit,Judul,Bersama Pusat\nADV-1,A,2025,BBPOM-PDG,{title},\n"
    )
    return [
        SourceFile("Kegiatan.csv", activity.encode()),
        SourceFile("Langkah.csv", f"{STEPS}ADV-1,1,{remarks},\n".encode()),
    ]


def exported(store: Store) -> list[Table]:
    """Every record as a workbook of the contract's own sheets."""
    tables = []
    for sheet in SHEETS:
        fields = ", ".join(c.field for c in sheet.columns)
        frame = store.frame(f"SELECT {fields} FROM {sheet.table} ORDER BY ALL")
        frame.columns = [c.name for c in sheet.columns]
        tables.append(frame_table(sheet.name, frame))
    return tables


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_what_is_kept_comes_back_from_an_export_as_it_was(store: Store, text):
    assert cell_length(text) <= LONGEST_CELL
    result = importing.import_files(store, files(text, text), "uji", today=TODAY)
    assert (result.rows.new, result.rows.rejected) == (2, 0)
    assert store.one("SELECT title FROM activity") == " ".join(text.split())
    tables = exported(store)
    ways = [
        [SourceFile("semua.xlsx", to_xlsx(tables))],
        [SourceFile(f"{t.name}.csv", to_csv(t)) for t in tables if t.rows],
    ]
    for way in ways:
        with Store() as other:
            importing.import_files(other, way, "uji", today=TODAY)
            assert records(other) == records(store)


@pytest.mark.parametrize("text", [t + "b" for t in TEXTS.values()], ids=TEXTS.keys())
def test_one_character_more_is_that_cells_reason(store: Store, text):
    result = importing.import_files(store, files("Advokasi", text), "uji", today=TODAY)
    assert (result.rows.new, result.rows.rejected) == (1, 1)
    (problem,) = result.problems
    assert (problem.sheet, problem.row, problem.column) == ("Langkah", 2, "Keterangan")
    assert problem.message == (
        "teks terlalu panjang untuk satu sel Excel; 32.768 karakter, paling banyak 32.767"
    )
    assert len(problem.value) == 300, "not all of it is shown"
    assert result.problem_counts[0].kind == "teks terlalu panjang untuk satu sel Excel"
    assert store.one("SELECT count(*) FROM step_record") == 0


def test_the_workbook_to_send_back_shows_that_a_text_is_cut(store: Store):
    parsed = importing.read(store, files("Advokasi", "x" * 40_000), TODAY)
    found = importing.preview(store, parsed, TODAY)
    book = openpyxl.load_workbook(io.BytesIO(rejected_workbook(parsed, found.problems)))
    written = book["Langkah"]["C2"].value
    assert written == "x" * (LONGEST_CELL - 13) + "… [terpotong]"
    assert cell_length(written) == LONGEST_CELL


def test_no_cell_of_an_export_is_left_empty_for_its_length():
    text = "a" + "\U0001f600" * 20_000
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx([Table("A", ["Isi"], [[text]])])))
    written = book["A"]["A2"].value
    assert written.endswith("… [terpotong]")
    assert text.startswith(written.removesuffix("… [terpotong]"))
    assert LONGEST_CELL - 1 <= cell_length(written) <= LONGEST_CELL
