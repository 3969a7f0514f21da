"""What an import makes for itself does not outlive it: connections go back to a pool."""

import datetime as dt

import duckdb
import pytest

from sop_core import importing
from sop_core.importing import temporary
from sop_core.store import Store
from tests.builders import TODAY, load

D = dt.date
LEFT = """
    SELECT table_name FROM duckdb_tables() WHERE temporary
    UNION ALL SELECT view_name FROM duckdb_views() WHERE temporary AND NOT internal
"""


def left(store: Store) -> set[str]:
    with store.cursor() as cursor:
        return {str(name) for (name,) in cursor.execute(LEFT).fetchall()}


def test_nothing_is_left_of_an_import_or_an_undo(store: Store):
    before = left(store)
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-1", 1, D(2025, 3, 3)], ["ADV-1", 11, D(2025, 3, 3)]],
    )
    assert left(store) & set(temporary.names()) == set()
    importing.undo(store, 1, "uji", today=TODAY)
    assert left(store) - before <= {"touched_case", "flow_year_before"}, "of the counting alone"


def test_one_that_is_not_named_is_not_made():
    with duckdb.connect() as cursor, pytest.raises(KeyError):
        temporary.make(cursor, "scratch", "SELECT 1")
