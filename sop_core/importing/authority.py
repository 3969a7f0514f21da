"""Rows of an office that the uploader does not answer for are refused.

What is stored for another office is as if it were not there: a row that names it gets the
words of a row that names nothing, and is held against nothing, so that a preview tells only
of the uploader's own. One thing cannot be hidden: an ID that another office has taken is
refused where an unknown one would be let in. It is not said whose it is.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from sop_core.access import Viewer
from sop_core.importing import rules
from sop_core.importing.contract import FASILITATOR, KEGIATAN, TARGET
from sop_core.importing.rules import Rule
from sop_core.importing.temporary import make

_MESSAGE = "unit ini di luar kewenangan Anda"
_TAKEN = "ID ini tidak dapat dipakai; pakai ID lain"
# Sheets whose rows say themselves which office they belong to.
_FOREIGN = tuple(
    Rule(sheet, "unit_code", "s.unit_code NOT IN (SELECT code FROM writable_unit)", _MESSAGE)
    for sheet in (KEGIATAN, FASILITATOR, TARGET)
)


def admit(cursor: duckdb.DuckDBPyConnection, viewer: Viewer, today: dt.date) -> None:
    """Make the tables that the checks ask: for which offices rows may be uploaded.

    ``writable_unit`` are those that the viewer uploads for, ``joinable_unit`` those whose
    batches people may be put in: one's own and those one's own coordinates on ``today``
    (Jakarta's); who sees every office may put them in any.
    """
    units = cursor.execute("SELECT DISTINCT code, kind FROM unit").fetchall()
    allowed = [code for code, kind in units if viewer.uploads_for(code, kind)]
    make(cursor, "writable_unit", "SELECT unnest($codes::VARCHAR[]) AS code", {"codes": allowed})
    if viewer.units is None:
        make(cursor, "joinable_unit", "SELECT DISTINCT code FROM unit")
        return
    make(
        cursor,
        "joinable_unit",
        """
        FROM writable_unit
        UNION SELECT code FROM unit_as_of($today) u
        WHERE coordinator_code IN (SELECT code FROM writable_unit)
        """,
        {"today": today},
    )


def check(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add a problem for each row that says it is an office's that the viewer may not upload for."""
    rules.ask(cursor, _FOREIGN)


def taken_ids(cursor: duckdb.DuckDBPyConnection, _: dt.date) -> None:
    """Nobody takes over another office's record by using its ID."""
    for sheet in (KEGIATAN, FASILITATOR):
        (key,) = sheet.key
        cursor.execute(
            f"""
            INSERT INTO problem
            SELECT $sheet, s.row_no, $column, s.{key}, $message
            FROM staged_{sheet.table} s JOIN {sheet.table} t USING ({key})
            WHERE NOT s.refused AND t.unit_code NOT IN (SELECT code FROM writable_unit)
            """,  # noqa: S608 - our own tables
            {"sheet": sheet.name, "column": sheet.column(key).name, "message": _TAKEN},
        )
