"""What each batch vouches for, and the records as the batches make them.

A record is what the batches that carried its key and count (that were not undone) say, each in
its turn: a column that a file lacked leaves what was there, and so does a blank cell, unless the
batch's blanks clear. So the store without a batch is the same folding over the others. Tables
``<record>_vouched`` hold the rows as they were given, ``import_sheet`` the columns given and
whether blanks clear.
"""

from __future__ import annotations

import duckdb

from sop_core.importing.contract import NO_WHEN_BLANK, Sheet
from sop_core.importing.parsing import ParsedSheet


def vouch(
    cursor: duckdb.DuckDBPyConnection, given: ParsedSheet, batch_id: int, clears: bool
) -> None:
    """Write down every row of the staged sheet that was let in and says something, changed or not."""
    sheet, table = given.sheet, given.sheet.table
    cursor.execute(
        "INSERT INTO import_sheet VALUES ($id, $sheet, $columns, $clears)",
        {"id": batch_id, "sheet": sheet.name, "columns": given.present, "clears": clears},
    )
    # Staged rows are filled in from the store, for the checks: the batch's word is what was given.
    names = ", ".join(
        f"coalesce(g.{c.field}, false) AS {c.field}"
        if clears and c.field in NO_WHEN_BLANK.intersection(given.present)
        else f"g.{c.field}"
        for c in sheet.columns
    )
    free = [f for f in given.present if f not in sheet.key]
    filled = " OR ".join(f"g.{f} IS NOT NULL" for f in free) or "false"
    # By which revision a step's number is meant, for an undo that goes back to this row.
    revision, join = "", ""
    if table == "step_record":
        revision, join = ", c.revision", "LEFT JOIN case_revision c ON c.case_id = s.case_id"
    cursor.register("incoming", given.table)
    cursor.execute(
        f"""
        INSERT INTO {table}_vouched BY NAME
        SELECT {names}, $id AS batch_id, s.row_no AS source_row{revision}
        FROM staged_{table} s JOIN incoming g USING (row_no) {join}
        ANTI JOIN (FROM compared_{table} WHERE state = 'empty') e ON e.row_no = s.row_no
        WHERE NOT s.refused AND NOT s.doubled AND ($clears OR {filled})
        """,  # noqa: S608 - names from the contract
        {"id": batch_id, "clears": clears and bool(free)},
    )
    cursor.unregister("incoming")


def says(field: str) -> str:
    """SQL: whether the row ``v`` of a batch with the sheet ``s`` (import_sheet) says a field.

    Of a batch of before migration 8, without such a sheet, every field counts as said.
    """
    return (
        f"(s.columns IS NULL OR list_contains(s.columns, '{field}')"
        f" AND (s.clears OR v.{field} IS NOT NULL))"
    )


def first_word(field: str) -> str:
    """SQL: the field as the first row of a key makes it, with ``v`` and ``s`` as in ``says``.

    That row gives all fields: what it does not say is blank.
    """
    if field not in NO_WHEN_BLANK:
        return f"v.{field}"
    return f"CASE WHEN list_contains(s.columns, '{field}') THEN coalesce(v.{field}, false) ELSE v.{field} END"


def all_folded(sheet: Sheet) -> str:
    """SQL for every record as the batches that count make it, like the record's table.

    A key that one batch alone carried needs no folding, and nearly all are such.
    """
    key = ", ".join(sheet.key)
    names = ", ".join(f"{first_word(c.field)} AS {c.field}" for c in sheet.columns)
    said = f"(FROM {sheet.table}_vouched SEMI JOIN counted_batch USING (batch_id))"
    many = f"(SELECT {key} FROM {said} GROUP BY {key} HAVING count(*) > 1)"  # noqa: S608
    return f"""
        SELECT {names}, v.batch_id, v.source_row FROM {said} v ANTI JOIN {many} m USING ({key})
        LEFT JOIN import_sheet s ON s.batch_id = v.batch_id AND s.sheet = '{sheet.name}'
        UNION ALL BY NAME FROM ({folded(sheet, many)})
    """  # noqa: S608


def folded(sheet: Sheet, keys: str) -> str:
    """SQL for the records of some keys as the batches make them, like the record's table.

    ``keys`` is a table with the sheet's key columns. ``batch_id`` and ``source_row`` are of the
    last row that changed something.
    """
    key = ", ".join(sheet.key)
    free = [c.field for c in sheet.columns if c.field not in sheet.key]
    # The struct tells a blank that was said from a field that was not.
    words = ", ".join(
        f"CASE WHEN nth = 1 THEN {{'v': {first_word(f)}}} WHEN {says(f)} THEN {{'v': v.{f}}} END AS {f}"
        for f in free
    )
    running = ", ".join(f"last_value({f} IGNORE NULLS) OVER so_far AS {f}" for f in free)
    row = f"[{', '.join(f'{f}.v::VARCHAR' for f in free)}]"
    final = ", ".join(f"arg_max({f}, batch_id).v AS {f}" for f in free)
    return f"""
        WITH said AS (
            SELECT {", ".join(f"v.{k}" for k in sheet.key)}, v.batch_id, v.source_row,
                row_number() OVER (PARTITION BY {key} ORDER BY v.batch_id) AS nth, {words}
            FROM {sheet.table}_vouched v SEMI JOIN {keys} USING ({key})
            SEMI JOIN counted_batch b ON b.batch_id = v.batch_id
            LEFT JOIN import_sheet s ON s.batch_id = v.batch_id AND s.sheet = '{sheet.name}'
        ), running AS (
            SELECT {key}, batch_id, source_row, nth, {running} FROM said
            WINDOW so_far AS (PARTITION BY {key} ORDER BY nth
                ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
        ), told AS (
            SELECT *, nth = 1 OR {row} IS DISTINCT FROM
                lag({row}) OVER (PARTITION BY {key} ORDER BY nth) AS anew
            FROM running
        )
        SELECT {key}, {final}, max(batch_id) FILTER (anew) AS batch_id,
            arg_max(source_row, batch_id) FILTER (anew) AS source_row
        FROM told GROUP BY {key}
    """  # noqa: S608
