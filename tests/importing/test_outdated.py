"""A file older than the store is told so in the preview."""

import datetime as dt

import pytest

from sop_core import importing
from sop_core.access import Viewer
from sop_core.importing import Preview, SourceFile
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]
OPEN = ["ADV-1", 1, D(2025, 3, 3)]
DONE = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]
LATER = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 20)]


def look(store: Store, *rows: list, clears: bool = False) -> Preview:
    file = SourceFile("a.xlsx", workbook(Langkah=list(rows)))
    parsed = importing.read(store, [file], TODAY, clears=clears)
    return importing.preview(store, parsed, TODAY)


def cells(found: Preview) -> list[tuple[object, ...]]:
    assert found.older_total == len(found.older)
    return [(o.sheet, o.row, o.key, o.column, o.before, o.after, o.batch_id) for o in found.older]


def test_a_value_that_a_later_batch_replaced_comes_back_with_a_warning(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[DONE])
    load(store, Langkah=[LATER])
    found = look(store, DONE, ["ADV-1", 2, D(2025, 3, 24)])
    assert cells(found) == [
        ("Langkah", 2, "ADV-1 / 1", "Tanggal Selesai", "2025-03-20", "2025-03-14", 2)
    ]
    assert found.older[0].since == store.one(
        "SELECT imported_at FROM import_batch WHERE batch_id = 2"
    )
    assert cells(look(store, LATER, ["ADV-1", 2, D(2025, 3, 24)])) == []


def test_an_older_file_would_make_blank_what_has_been_filled_since(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[OPEN])
    load(store, Langkah=[DONE])
    assert cells(look(store, OPEN)) == [], "its blanks put nothing back unless they clear"
    assert cells(look(store, OPEN, clears=True)) == [
        ("Langkah", 2, "ADV-1 / 1", "Tanggal Selesai", "2025-03-14", "", 2)
    ]


def test_a_column_that_the_first_file_lacked_was_blank(store: Store):
    names = {"Langkah": ["ID Kegiatan", "No Langkah", "Tanggal Mulai"]}
    first = SourceFile("a.xlsx", workbook(names, Langkah=[OPEN]))
    load(store, Kegiatan=[ADV])
    importing.import_files(store, [first], "uji", today=TODAY)
    load(store, Langkah=[DONE])
    assert [c[4:] for c in cells(look(store, OPEN, clears=True))] == [("2025-03-14", "", 3)]
    again = importing.read(store, [first], TODAY)
    assert cells(importing.preview(store, again, TODAY)) == [], "it says nothing of the finish"


def test_a_new_value_is_no_older_one(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[DONE])
    load(store, Langkah=[LATER])
    assert cells(look(store, ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 17)])) == []


def test_the_batch_named_is_the_first_that_put_the_newer_value(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[DONE])
    load(store, Langkah=[LATER])
    load(store, Langkah=[LATER, ["ADV-1", 2, D(2025, 3, 24)]])
    assert [c[-1] for c in cells(look(store, DONE))] == [2]


def test_the_same_file_again_after_its_undo_and_another_batch(store: Store):
    """Nothing vouches for its values any more, but it was there before the other was."""
    load(store, Kegiatan=[ADV])
    file = SourceFile("a.xlsx", workbook(Langkah=[DONE]))
    importing.import_files(store, [file], "uji", today=TODAY)
    importing.undo(store, 2, "uji")
    load(store, Langkah=[LATER])
    parsed = importing.read(store, [file], TODAY)
    assert [c[4:] for c in cells(importing.preview(store, parsed, TODAY))] == [
        ("2025-03-20", "2025-03-14", 3)
    ]


def test_of_many_all_are_counted_and_the_first_are_told(store: Store):
    many = [[f"M-{i}", "A", 2025, "BBPOM-PDG", "Lama"] for i in range(300)]
    newer = [[*row[:4], "Baru"] for row in many]
    load(store, Kegiatan=many)
    load(store, Kegiatan=newer)
    parsed = importing.read(store, [SourceFile("a.xlsx", workbook(Kegiatan=many))], TODAY)
    found = importing.preview(store, parsed, TODAY)
    assert (found.older_total, len(found.older)) == (300, 200)


@pytest.mark.parametrize("unit", ["BBPOM-PDG", None])
def test_an_office_is_told_of_its_own_rows(store: Store, unit):
    mine = Viewer("staf", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
    load(store, Kegiatan=[ADV], Langkah=[DONE])
    load(store.as_viewer(mine) if unit else store, Langkah=[LATER])
    assert [c[-1] for c in cells(look(store.as_viewer(mine), DONE))] == [2]
