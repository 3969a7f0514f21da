"""Values of a file that a later batch has replaced already: is the file older than the store?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from sop_core.access import Viewer
from sop_core.importing import vouching
from sop_core.importing.contract import Column, Sheet

MOST = 200
"""Cells of one sheet that are told one by one; all are counted."""


@dataclass(frozen=True)
class Older:
    """A cell whose stored value a batch put over the one that the file has again."""

    sheet: str
    row: int
    key: str
    column: str
    before: str
    after: str
    batch_id: int
    since: dt.datetime


def seen_batches(viewer: Viewer) -> tuple[str, dict[str, list[str]]]:
    """A condition on ``import_batch``, with its parameters: those whose number may be told.

    As the covers of a reader have it: uploads of one's offices, and those that made their records.
    """
    if viewer.units is None:
        return "true", {}
    return (
        "(list_contains($units, imported_unit) OR batch_id IN"
        " (SELECT batch_id FROM activity WHERE list_contains($units, unit_code)))",
        {"units": list(viewer.units)},
    )


def find(
    cursor: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    present: list[str],
    sha256: str,
    viewer: Viewer,
) -> tuple[list[Older], int]:
    """The first cells that the staged sheet would put back, and how many there are.

    A cell is older if a batch had its value before the batch that put the stored one, or if
    the same file was uploaded before the stored row was changed.
    """
    free = [c for c in sheet.columns if c.field in present and c.field not in sheet.key]
    if not free:
        return [], 0
    free = changed(cursor, sheet, free)
    seen, values = seen_batches(viewer)
    cells = " UNION ALL ".join(_cells(sheet, column) for column in free)
    found = cursor.execute(
        f"""
        WITH same_file AS (
            SELECT coalesce(max(batch_id), 2147483647) AS of_file
            FROM import_batch WHERE sha256 = $sha AND {seen}
        )
        SELECT o.row_no, o.key, o.column_name, coalesce(o.stored, ''), coalesce(o.given, ''),
            b.batch_id, b.imported_at, count(*) OVER () AS total
        FROM ({cells}) o CROSS JOIN same_file
        JOIN import_batch b ON b.batch_id = coalesce(o.replaced_by, o.of_batch)
        WHERE o.replaced_by IS NOT NULL OR o.of_batch > of_file
        ORDER BY o.row_no, o.at LIMIT {MOST}
        """,  # noqa: S608
        {"sha": sha256, **values},
    ).fetchall()
    return [Older(sheet.name, *cell[:-1]) for cell in found], found[0][-1] if found else 0


def changed(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, columns: list[Column]) -> list[Column]:
    """Of these columns those in which a stored cell would change: the others are not asked."""
    differ = ", ".join(f"bool_or(c.{f.field} IS DISTINCT FROM t.{f.field})" for f in columns)
    row = cursor.execute(
        f"SELECT {differ} FROM compared_{sheet.table} c JOIN {sheet.table} t"  # noqa: S608
        f" USING ({', '.join(sheet.key)}) WHERE c.state = 'changed'"
    ).fetchone()
    return [c for c, changed in zip(columns, row or (), strict=True) if changed]


def _cells(sheet: Sheet, column: Column) -> str:
    """SQL for the cells of a column that would change, and the batch that replaced their value."""
    table, field = sheet.table, column.field
    keys = ", ".join(sheet.key)
    key = " || ' / ' || ".join(f"{k}::VARCHAR" for k in sheet.key)
    first = "v.batch_id = min(v.batch_id) OVER (PARTITION BY row_no)"
    value = f"CASE WHEN {first} THEN {vouching.first_word(field)} ELSE v.{field} END"
    return f"""
        SELECT * FROM (
            WITH cell AS (
                SELECT row_no, {keys}, t.{field} AS stored, c.{field} AS given, t.batch_id AS of_batch
                FROM compared_{table} c JOIN {table} t USING ({keys})
                WHERE c.state = 'changed' AND c.{field} IS DISTINCT FROM t.{field}
            ), said AS (
                SELECT row_no, v.batch_id, {value} AS value
                FROM cell JOIN {table}_vouched v USING ({keys})
                SEMI JOIN counted_batch b ON b.batch_id = v.batch_id
                LEFT JOIN import_sheet s ON s.batch_id = v.batch_id AND s.sheet = '{sheet.name}'
                -- The first row of a key says all of it: what it does not say is blank.
                QUALIFY {vouching.says(field)} OR {first}
            ), earlier AS (
                SELECT row_no, max(batch_id) FILTER (value IS NOT DISTINCT FROM given) AS had
                FROM said JOIN cell USING (row_no) GROUP BY row_no
            )
            SELECT row_no, {key} AS key, '{column.name}' AS column_name,
                stored::VARCHAR AS stored, given::VARCHAR AS given, any_value(of_batch) AS of_batch,
                min(batch_id) FILTER (batch_id > had AND value IS NOT DISTINCT FROM stored)
                    AS replaced_by,
                {sheet.columns.index(column)} AS at
            FROM cell JOIN earlier USING (row_no) JOIN said USING (row_no)
            GROUP BY ALL
        )
    """  # noqa: S608
