"""What an import would put its values over that somebody else has entered of late, and whether the
store is still as it was when the uploader looked.

Two people of one office may fill in the same cases, each from a file of their own; the second
would undo the work of the first without a word. ``outdated`` tells where a file is the older one;
here a new value is told too, where the stored one is another person's.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from sop_core.access import Viewer
from sop_core.importing import outdated, vouching
from sop_core.importing.contract import Column, Sheet
from sop_core.importing.temporary import make
from sop_core.indonesian import format_date, format_number

if TYPE_CHECKING:
    from sop_core.importing.staging import Preview

RECENT = dt.timedelta(days=14)
"""How long another person's value is news to whoever would replace it."""
SOMEBODY = "akun lain"
"""Whoever uploaded what the reader may not see the upload of."""
_OTHERS = "other_batch"


@dataclass(frozen=True)
class Filled:
    """Who put the stored value of a cell: the upload, its uploader, when."""

    batch_id: int
    by: str
    since: dt.datetime


Cell = tuple[int, str]
"""Row number and heading."""


def stage(cursor: duckdb.DuckDBPyConnection, viewer: Viewer, now: dt.datetime) -> bool:
    """Set apart the uploads of other people since RECENT before ``now``; whether there are any."""
    seen, values = outdated.seen_batches(viewer)
    make(
        cursor,
        _OTHERS,
        f"""
        SELECT batch_id, imported_at, CASE WHEN {seen} THEN imported_by ELSE $nobody END AS by
        FROM import_batch
        WHERE undone_at IS NULL AND imported_at > $after
            AND coalesce(imported_login <> $login, imported_by <> $name)
        """,  # noqa: S608 - our own condition
        {"nobody": SOMEBODY, "after": now - RECENT, "login": viewer.login, "name": viewer.name, **values},
    )  # fmt: skip
    row = cursor.execute(f"SELECT count(*) FROM {_OTHERS}").fetchone()  # noqa: S608 - our own name
    return bool(row and row[0])


def find(
    cursor: duckdb.DuckDBPyConnection, sheet: Sheet, present: Sequence[str]
) -> dict[Cell, Filled]:
    """The cells of the staged sheet that would replace what others have put there.

    Of each the upload that put the stored value: the first after the last that said another. A
    stored blank is nobody's value. ``stage`` goes first, and ``staging``'s comparison.
    """
    free = [c for c in sheet.columns if c.field in present and c.field not in sheet.key]
    if not free or not _touched(cursor, sheet):
        return {}
    cells = " UNION ALL ".join(
        _cells(sheet, column) for column in outdated.changed(cursor, sheet, free)
    )
    if not cells:
        return {}
    rows = cursor.execute(
        f"SELECT c.row_no, c.name, b.batch_id, b.by, b.imported_at FROM ({cells}) c"  # noqa: S608
        f" JOIN {_OTHERS} b ON b.batch_id = c.put_by ORDER BY c.row_no"
    ).fetchall()
    return {(row, name): Filled(*told) for row, name, *told in rows}


def _touched(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> bool:
    """Whether others have carried any row that would change: seldom, and then no more is asked."""
    keys = ", ".join(sheet.key)
    row = cursor.execute(
        f"SELECT EXISTS (FROM (FROM compared_{sheet.table} WHERE state = 'changed') "
        f" SEMI JOIN (FROM {sheet.table}_vouched SEMI JOIN {_OTHERS} USING (batch_id)) USING ({keys}))"
    ).fetchone()
    return bool(row and row[0])


def _cells(sheet: Sheet, column: Column) -> str:
    """SQL: of the cells of a column that would change, the upload that put what is stored."""
    table, field, keys = sheet.table, column.field, ", ".join(sheet.key)
    first = "v.batch_id = min(v.batch_id) OVER (PARTITION BY row_no)"
    return f"""
        SELECT row_no, '{column.name}' AS name,
            min(batch_id) FILTER (batch_id > coalesce(other, 0)) AS put_by
        FROM (
            SELECT *, max(batch_id) FILTER (value IS DISTINCT FROM stored)
                OVER (PARTITION BY row_no) AS other
            FROM (
                SELECT c.row_no, v.batch_id, t.{field} AS stored,
                    CASE WHEN {first} THEN {vouching.first_word(field)} ELSE v.{field} END AS value
                FROM compared_{table} c JOIN {table} t USING ({keys})
                JOIN {table}_vouched v USING ({keys})
                SEMI JOIN counted_batch b ON b.batch_id = v.batch_id
                LEFT JOIN import_sheet s ON s.batch_id = v.batch_id AND s.sheet = '{sheet.name}'
                SEMI JOIN (FROM {table}_vouched SEMI JOIN {_OTHERS} USING (batch_id)) o USING ({keys})
                WHERE c.state = 'changed' AND c.{field} IS DISTINCT FROM t.{field}
                    AND t.{field} IS NOT NULL
                QUALIFY {vouching.says(field)} OR {first}
            )
        )
        GROUP BY row_no
    """  # noqa: S608


def lines(filled: Iterable[Filled]) -> list[str]:
    """``3 isian diisi oleh Sari (unggahan 7, 26 November 2026)``, one line an upload."""
    return [
        f"{format_number(count)} isian diisi oleh {one.by} (unggahan {one.batch_id},"
        f" {format_date(one.since)})"
        for one, count in sorted(Counter(filled).items(), key=lambda pair: pair[0].batch_id)
    ]


# ------------------------------------------------------------- between looking and keeping


def between(
    cursor: duckdb.DuckDBPyConnection, seen: Preview, found: Preview, viewer: Viewer
) -> list[str]:
    """What was uploaded or undone since the uploader looked, where it changes what they saw.

    One phrase each; ``perubahan lain`` where it was neither (the calendar, the register).
    """
    if _outcome(seen) == _outcome(found):
        return []
    may_see, values = outdated.seen_batches(viewer)
    rows = cursor.execute(
        f"""
        SELECT what, batch_id, CASE WHEN seen THEN who ELSE $nobody END FROM (
            SELECT '' AS what, batch_id, imported_by AS who, imported_at AS moment, {may_see} AS seen
            FROM import_batch
            UNION ALL
            SELECT 'pembatalan ', batch_id, undone_by, undone_at, {may_see} FROM import_batch
        ) WHERE moment > $after ORDER BY moment
        """,  # noqa: S608 - our own condition
        {"nobody": SOMEBODY, "after": seen.looked_at, **values},
    ).fetchall()
    return [f"{what}unggahan {number} oleh {by}" for what, number, by in rows] or ["perubahan lain"]


def _outcome(found: Preview) -> tuple[object, ...]:
    """What an uploader agrees to: which rows come in, what they replace (``digest``) or empty."""
    return (
        found.sha256, found.digest, found.sheets, found.change_total, found.emptied_total,
        found.problem_counts,
    )  # fmt: skip
