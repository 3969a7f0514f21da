"""The temporary tables and views that the parts of an import share, and what each holds.

Whoever makes one names it here first: ``make`` knows no others, and ``drop`` forgets them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import duckdb

from sop_core.importing.contract import SHEETS

PER_SHEET = {
    "staged": "the rows of the file as they are judged: row_no, the sheet's fields, refused, doubled",
    "compared": "what would be stored of each staged row, and its state beside what is stored",
    "stored": "rows that are stored already, numbered, to be judged as if they were staged",
    "undone": "the keys of the rows that an undo takes back",
}
"""One for each table of the contract, named ``<what>_<table>``."""
TABLES = {
    "import_day": "today, Jakarta's, for what takes no parameters",
    "writable_unit": "the offices that the uploader may upload for",
    "joinable_unit": "the offices whose batches the uploader may put people in",
    "part": "of_sheet, part_no and part_name of the tables that a sheet comes from, where it has several",
    "written_step": "the letters of flows that are written before the numbers of steps",
    "problem": "sheet, row_no, column_name, value and message of what keeps a row out",
    "warning": "the same of what is doubtful about rows that are kept",
    "unread": "sheet, row_no and column_name of cells that are blank here without being known to be",
    "doubled_key": "the keys that several rows of one sheet have, the sheet judged last",
    "held_activity": "the stored activities of the staged cases",
    "held_step": "the stored steps of the staged cases",
    "case_revision": "the SOP revision that judges each touched case after the import",
    "first_record": "the first day of each touched case after the import",
    "other_batch": "batch_id, imported_at and uploader (by) of what other people have uploaded of late",
    "undone_case": "the cases of the rows that an undo takes back",
    "flow_before": "the flow of each activity that an undo takes back",
}
VIEWS = {
    # Imported cases, staged ones, and the generated ids of annual reports and national cycles
    # (sql/case_views.sql): all that rows may name, whosever they are.
    "every_case": """
        SELECT case_id, flow, year, 'activity' AS level, unit_code FROM held_activity
        WHERE case_id NOT IN (SELECT case_id FROM staged_activity WHERE NOT refused)
        UNION ALL
        SELECT case_id, flow, year, 'activity', unit_code FROM staged_activity WHERE NOT refused
        UNION ALL
        SELECT g.case_id, p.flow, g.id.year, p.level, p.unit_code
        FROM (
            SELECT case_id, id_parts(case_id) AS id
            FROM (SELECT DISTINCT case_id FROM staged_step_record)
        ) g
        JOIN case_place p ON p.flow = g.id.flow AND p.tail = g.id.tail
        WHERE g.id.year BETWEEN 2018 AND (SELECT year(today) + 1 FROM import_day)
    """,
    # Of these the uploader's own; of another office's the checks know nothing (authority.admit).
    "known_case": "FROM every_case WHERE unit_code IN (SELECT code FROM writable_unit)",
    # Of these the ones that the uploader may put people in.
    "joinable_case": "FROM every_case WHERE unit_code IN (SELECT code FROM joinable_unit)",
    # The cases that the rows of this import name.
    "named_case": """
        SELECT case_id FROM staged_step_record WHERE NOT refused
        UNION SELECT case_id FROM staged_activity WHERE NOT refused
        UNION SELECT case_id FROM staged_follow_up WHERE NOT refused
    """,
    # Their steps as they would be stored afterwards.
    "merged_step": """
        SELECT case_id, step_no, started, finished, coalesce(skipped, false) AS skipped, row_no
        FROM staged_step_record WHERE NOT refused AND NOT doubled
        UNION ALL
        SELECT r.case_id, r.step_no, r.started, r.finished, coalesce(r.skipped, false), NULL
        FROM held_step r
        ANTI JOIN (FROM staged_step_record WHERE NOT refused) s
            ON s.case_id = r.case_id AND s.step_no = r.step_no
        WHERE r.case_id IN (FROM named_case)
    """,
}
"""Each reads the tables above and the views before it."""


def names() -> list[str]:
    """Every temporary table."""
    return [*TABLES, *(f"{what}_{sheet.table}" for what in PER_SHEET for sheet in SHEETS)]


_NAMES = frozenset(names())


def make(
    cursor: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    values: Mapping[str, Any] | None = None,
) -> None:
    """The table of that name anew, of what a query answers. Raises KeyError for one not named here."""
    if name not in _NAMES:
        raise KeyError(name)
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", values or {})


def make_views(cursor: duckdb.DuckDBPyConnection) -> None:
    """The views; the tables that they read must be there."""
    for name, query in VIEWS.items():
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def drop(cursor: duckdb.DuckDBPyConnection) -> None:
    """Leave nothing behind: a connection goes back to its pool."""
    for view in reversed(VIEWS):
        cursor.execute(f"DROP VIEW IF EXISTS temp.{view}")
    for name in names():
        cursor.execute(f"DROP TABLE IF EXISTS temp.{name}")
