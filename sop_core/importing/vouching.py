"""What each batch vouches for, and the records as the batches make them.

A record is what the batches that carried its key and count (that were not undone) say, each in
its turn: a column that a file lacked leaves what was there. So the store without a batch is the
same folding over the others. Tables ``<record>_vouched`` hold the rows, ``import_sheet`` the
columns given.
"""

from __future__ import annotations

import duckdb

from sop_core.importing.contract import Sheet


def vouch(
    cursor: duckdb.DuckDBPyConnection, sheet: Sheet, batch_id: int, present: list[str]
) -> None:
    """Write down every row of the staged sheet that was let in, changed or not."""
    table = sheet.table
    cursor.execute(
        "INSERT INTO import_sheet VALUES ($id, $sheet, $columns)",
        {"id": batch_id, "sheet": sheet.name, "columns": present},
    )
    # What the file lacked was filled in from the store, for the checks: not the batch's word.
    names = ", ".join(
        f"{f's.{c.field}' if c.field in present else 'NULL'} AS {c.field}" for c in sheet.columns
    )
    # By which revision a step's number is meant, for an undo that goes back to this row.
    revision, join = "", ""
    if table == "step_record":
        revision, join = ", c.revision", "LEFT JOIN case_revision c USING (case_id)"
    cursor.execute(
        f"INSERT INTO {table}_vouched BY NAME"  # noqa: S608 - names from the contract
        f" SELECT {names}, $id AS batch_id, s.row_no AS source_row{revision}"
        f" FROM staged_{table} s {join} WHERE NOT s.refused AND NOT s.doubled",
        {"id": batch_id},
    )


def all_folded(sheet: Sheet) -> str:
    """SQL for every record as the batches that count make it, like the record's table.

    A key that one batch alone carried needs no folding, and nearly all are such.
    """
    key = ", ".join(sheet.key)
    names = ", ".join(c.field for c in sheet.columns)
    said = f"(FROM {sheet.table}_vouched SEMI JOIN counted_batch USING (batch_id))"
    many = f"(SELECT {key} FROM {said} GROUP BY {key} HAVING count(*) > 1)"  # noqa: S608
    return f"""
        SELECT {names}, batch_id, source_row FROM {said} s ANTI JOIN {many} m USING ({key})
        UNION ALL BY NAME FROM ({folded(sheet, many)})
    """  # noqa: S608


def folded(sheet: Sheet, keys: str) -> str:
    """SQL for the records of some keys as the batches make them, like the record's table.

    ``keys`` is a table with the sheet's key columns. ``batch_id`` and ``source_row`` are of the
    last row that changed something.
    """
    key = ", ".join(sheet.key)
    free = [c.field for c in sheet.columns if c.field not in sheet.key]
    # The struct tells a blank that was given from a column that was not there. The first row
    # of a key gives all columns: what its file lacked is blank.
    running = ", ".join(
        f"last_value(CASE WHEN nth = 1 OR given IS NULL OR list_contains(given, '{f}')"
        f" THEN {{'v': {f}}} END IGNORE NULLS) OVER so_far AS {f}"
        for f in free
    )
    row = f"[{', '.join(f'{f}.v::VARCHAR' for f in free)}]"
    final = ", ".join(f"arg_max({f}, batch_id).v AS {f}" for f in free)
    return f"""
        WITH said AS (
            SELECT v.*, s.columns AS given,
                row_number() OVER (PARTITION BY {key} ORDER BY v.batch_id) AS nth
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
