"""The template that holds what an office has yet to tell: nothing but dates is left to type."""

import datetime as dt
import io

import openpyxl
import pytest

from sop_core import cli, importing
from sop_core.access import Viewer
from sop_core.demo import demo_workbook
from sop_core.importing import SourceFile
from sop_core.importing.owed import filled_template, open_rows, own_office
from sop_core.importing.template import template
from sop_core.store import Store
from tests.builders import HEADINGS, TODAY, load, open_years

pytestmark = pytest.mark.slow

D = dt.date
PDG = "BBPOM-PDG"
NAMES = {"Kegiatan": [*HEADINGS["Kegiatan"], "Bersama Pusat"]}


def rows_of(content: bytes, sheet: str, columns: int) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [tuple(row[:columns]) for row in book[sheet].iter_rows(min_row=2, values_only=True)]


def some_cases(store: Store) -> None:
    load(
        store, NAMES,
        Kegiatan=[
            ["ADV-2", "A", 2026, PDG, "=Advokasi", "ya"],
            ["ADV-1", "A", 2026, PDG, "Belum dimulai", None],
            ["FKP-1", "D", 2026, PDG, "Angkatan", "tidak"],
            ["ADV-9", "A", 2026, "LOKA-TPI", "Unit lain", None],
        ],
        Langkah=[
            ["ADV-2", 1, D(2026, 3, 2), D(2026, 3, 6)],
            ["ADV-2", 2, D(2026, 3, 9), None, None, None, None, "menunggu balasan"],
            ["FKP-1", 1, D(2026, 3, 2), D(2026, 3, 6)],
            ["FKP-1", 4, None, None, None, "ya", "Tidak dianggarkan"],
            ["ADV-9", 1, D(2026, 3, 2)],
        ],
    )  # fmt: skip


def test_it_holds_open_cases_and_the_steps_that_run_or_are_owed(store: Store):
    some_cases(store)
    open_years(store, ("A", 2025))
    made = filled_template(store, PDG, TODAY)
    assert rows_of(made, "Kegiatan", 5) == [
        ("ADV-1", "A", 2026, PDG, "Belum dimulai"),
        ("ADV-2", "A", 2026, PDG, "=Advokasi"),
        ("FKP-1", "D", 2026, PDG, "Angkatan"),
    ]
    assert rows_of(made, "Langkah", 4) == [
        ("A-2025-BBPOM-PDG", 7, None, None),
        ("ADV-1", 1, None, None),
        ("ADV-2", 2, dt.datetime(2026, 3, 9), None),
        ("FKP-1", 2, None, None),
    ]
    for sheet in ("Fasilitator", "Tindak Lanjut", "Target"):
        assert rows_of(made, sheet, 1) == []
    assert made == filled_template(store, PDG, TODAY), "the same twice is the same file"


def test_a_case_that_is_done_is_not_in_it(store: Store):
    some_cases(store)
    last = store.one("SELECT max(step_no) FROM sop_step WHERE flow = 'A' AND level = 'activity'")
    load(store, Langkah=[["ADV-2", n, D(2026, 3, 9), D(2026, 3, 9)] for n in range(2, last + 1)])
    rows = open_rows(store, PDG, TODAY)
    assert [row[0] for row in rows["Kegiatan"]] == ["ADV-1", "FKP-1"]
    assert "ADV-2" not in {row[0] for row in rows["Langkah"]}


@pytest.mark.parametrize("clears", [False, True])
def test_uploaded_again_unchanged_it_changes_nothing(store: Store, clears: bool):
    load(store, NAMES, Kegiatan=[["ADV-2", "A", 2026, PDG, "Advokasi", "ya"]],
         Langkah=[["ADV-2", 1, D(2026, 3, 2), None, "ST.01", None, None, "baris\nkedua"]])  # fmt: skip
    open_years(store, ("A", 2025))
    file = SourceFile("t.xlsx", filled_template(store, PDG, TODAY))
    result = importing.import_files(store, [file], "uji", today=TODAY, clears=clears)
    assert (result.kept, result.problems, result.changes, result.emptied) == (False, [], [], [])
    assert result.rows.unchanged == 3


@pytest.mark.slow
def test_of_every_office_with_demo_data_it_changes_nothing(store: Store):
    demo = SourceFile("demo.xlsx", demo_workbook(300, until=TODAY))
    importing.import_files(store, [demo], "uji", today=TODAY)
    offices = store.rows(
        "SELECT unit_code, count(*) AS n FROM sop_case GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    for office in [*offices[:4], {"unit_code": "NASIONAL"}]:
        made = filled_template(store, office["unit_code"], TODAY)
        assert len(rows_of(made, "Langkah", 1)) > 0, office
        file = SourceFile("t.xlsx", made)
        found = importing.preview(store, importing.read(store, [file], TODAY), TODAY)
        assert (found.problems, found.kept_rows) == ([], 0), office


def test_filled_in_it_is_a_good_upload(store: Store):
    some_cases(store)
    book = openpyxl.load_workbook(io.BytesIO(filled_template(store, PDG, TODAY)))
    row = next(r for r in book["Langkah"].iter_rows(min_row=2) if r[0].value == "ADV-2")
    row[3].value = dt.datetime(2026, 3, 16)
    filled = io.BytesIO()
    book.save(filled)
    result = importing.import_files(
        store, [SourceFile("t.xlsx", filled.getvalue())], "uji", today=TODAY
    )
    assert (result.rows.new, result.rows.changed, result.rows.rejected) == (0, 1, 0)
    stored = store.rows("SELECT * FROM step_record WHERE case_id = 'ADV-2' AND step_no = 2")[0]
    assert (stored["started"], stored["finished"]) == (D(2026, 3, 9), D(2026, 3, 16))
    assert stored["remarks"] == "menunggu balasan"


def test_nobody_gets_another_offices_cases(store: Store):
    some_cases(store)
    staff = Viewer("staf", "Staf contoh", "data_staf", PDG, (PDG,))
    assert own_office(staff) == PDG
    assert own_office(store.viewer) is None
    mine = store.as_viewer(staff)
    assert open_rows(mine, PDG, TODAY) == open_rows(store, PDG, TODAY)
    assert open_rows(mine, "LOKA-TPI", TODAY) == {"Kegiatan": [], "Langkah": []}


def test_without_an_office_it_is_empty(store: Store):
    some_cases(store)
    empty = template(store.units(TODAY), store.sop(TODAY), TODAY)
    assert filled_template(store, None, TODAY) == empty
    guide = [row[0] for row in rows_of(empty, "Panduan", 1)]
    assert {"Sel kosong", "Mengosongkan", "Sudah terisi"} <= set(guide)


def test_the_command_takes_an_office(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PANTAU_DB", str(tmp_path / "a.duckdb"))
    with Store(tmp_path / "a.duckdb") as store:
        some_cases(store)
    path = tmp_path / "t.xlsx"
    assert cli.main(["template", str(path), "--unit", "BB Padang"]) == 0
    assert rows_of(path.read_bytes(), "Kegiatan", 1)[:2] == [("ADV-1",), ("ADV-2",)]
    assert cli.main(["template", str(path)]) == 0
    assert rows_of(path.read_bytes(), "Kegiatan", 1) == []
    assert cli.main(["template", str(path), "--unit", "entah"]) == 2
