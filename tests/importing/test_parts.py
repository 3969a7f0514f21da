"""A kept row knows the table it came from, by name."""

from __future__ import annotations

import datetime as dt

import pytest

from sop_core import importing, past, region
from sop_core.access import Viewer
from sop_core.importing import SourceFile
from sop_core.reports.activity import records_section
from sop_core.store import Store
from tests.builders import TODAY, load
from tests.importing.books import STEPS, D, book

ADV = ["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]


def two_tabs(store: Store) -> None:
    load(store, Kegiatan=[ADV])
    content = book(
        [STEPS, ["ADV-1", 1, D(2026, 3, 2), D(2026, 3, 4)]], "Maret",
        also=[("April", "visible", [STEPS, [], ["ADV-1", 2, D(2026, 4, 6)]])],
    )  # fmt: skip
    assert importing.import_files(
        store, [SourceFile("langkah.xlsx", content)], "uji", today=TODAY
    ).kept


def test_the_tab_and_its_row_are_told_with_each_record(store: Store):
    two_tabs(store)
    records = region.case_records(store, "ADV-1")
    told = records[["sheet", "part", "source_row"]].values.tolist()
    assert told == [["Kegiatan", "Kegiatan", 2], ["Langkah", "Maret", 2], ["Langkah", "April", 3]]
    table = records_section(store, "ADV-1", TODAY).table
    assert table is not None
    at = table.headings.index("Lembar asal")
    assert [row[at] for row in table.rows] == ["Kegiatan", "Maret", "April"]


@pytest.mark.slow
def test_who_sees_none_of_its_rows_sees_none_of_its_tables(store: Store):
    two_tabs(store)
    other = Viewer("staf", "Staf contoh", "data_staf", "BPOM-BGR", ("BPOM-BGR",))
    mine = Viewer("staf", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
    assert store.as_viewer(other).one("SELECT count(*) FROM import_part") == 0
    assert store.as_viewer(mine).one("SELECT count(*) FROM import_part") == 3


@pytest.mark.slow
def test_a_past_day_knows_them_too(store: Store):
    two_tabs(store)
    with store.database.transaction() as cursor:
        cursor.execute(
            "UPDATE import_batch SET imported_at = imported_at - $by", {"by": dt.timedelta(days=3)}
        )
    then = past.known_on(store, dt.date.today() - dt.timedelta(days=2))
    assert then.one("SELECT count(*) FROM import_part") == 3
