"""The rules of an import held against rows that are stored already.

An undo changes what other batches' rows stand beside: a step before theirs, a case's flow.
What they would not have been let in with must not be made under them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from sop_core.access import OPERATOR
from sop_core.importing import authority, checking
from sop_core.importing.contract import SHEETS
from sop_core.importing.temporary import make

# Which rows an undo can touch: those of the batch, and all that hang on its cases.
_TOUCHED = {
    "activity": "case_id IN (SELECT case_id FROM undone_case)",
    "step_record": "case_id IN (SELECT case_id FROM undone_case)",
    "facilitator": "case_id IN (SELECT case_id FROM undone_case)"
    " OR facilitator_id IN (SELECT facilitator_id FROM undone_facilitator)",
    "follow_up": "case_id IN (SELECT case_id FROM undone_case)"
    " OR (case_id, recommendation_no) IN (SELECT (case_id, recommendation_no) FROM undone_follow_up)",
    "target": "false",
}


@dataclass(frozen=True)
class Fault:
    """A stored row that an import would refuse; ``key`` as in the preview's changes."""

    sheet: str
    key: str
    column: str
    message: str
    batch_id: int


def faults(cursor: duckdb.DuckDBPyConnection, today: dt.date) -> list[Fault]:
    """What the checks say of the rows named by the tables ``undone_*``, in order of sheets."""
    authority.admit(cursor, OPERATOR, today)
    checking.stage_nothing(cursor, today)
    for sheet in SHEETS:
        names = ", ".join(c.field for c in sheet.columns)
        key = " || ' / ' || ".join(f"{k}::VARCHAR" for k in sheet.key)
        make(
            cursor,
            f"stored_{sheet.table}",
            f"SELECT (row_number() OVER (ORDER BY {', '.join(sheet.key)}))::INTEGER AS row_no,"  # noqa: S608 - our own tables
            f" {key} AS key, {names}, batch_id FROM {sheet.table} WHERE {_TOUCHED[sheet.table]}",
        )
        cursor.execute(
            f"INSERT INTO staged_{sheet.table} BY NAME"  # noqa: S608
            f" SELECT row_no, {names}, false AS refused, false AS doubled FROM stored_{sheet.table}"
        )
    checking.hold_stored(cursor)
    for check in (*checking.CHECKS, *checking.TOGETHER):
        check(cursor, today)
    found = []
    for sheet in SHEETS:
        rows = cursor.execute(
            f"SELECT sheet, key, column_name, min(message), any_value(batch_id) FROM problem"  # noqa: S608
            f" JOIN stored_{sheet.table} USING (row_no) WHERE sheet = $sheet"
            " GROUP BY ALL ORDER BY key, column_name",
            {"sheet": sheet.name},
        ).fetchall()
        found += [Fault(*row) for row in rows]
    return found
