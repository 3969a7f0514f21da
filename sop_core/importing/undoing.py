"""The way back: what a batch replaced is put back, what it added is taken out."""

from __future__ import annotations

import duckdb

from sop_core import facts
from sop_core.errors import UndoRefused
from sop_core.importing.contract import SHEETS, Sheet
from sop_core.indonesian import now
from sop_core.store import Store, Trace, bump_version


def undo(store: Store, batch_id: int, who: str) -> None:
    """Put back what a batch replaced and take out what it added.

    Raises UndoRefused for a batch that is not there, is undone already, or whose rows
    a later batch has changed since, and AccessDenied for one of another office.
    """
    trace = Trace("batal_impor", f"unggahan {batch_id}")
    mine = store.nationwide().rows(
        "SELECT imported_login, imported_unit FROM import_batch WHERE batch_id = $b", b=batch_id
    )
    if mine and not store.viewer.may_undo(*mine[0].values()):
        raise store.refusal(trace.action, trace.subject, "Unggahan itu bukan milik unit Anda.")
    with store.write(trace) as cursor:
        row = cursor.execute(
            "SELECT undone_at, rows_new, rows_changed FROM import_batch WHERE batch_id = $b",
            {"b": batch_id},
        ).fetchone()
        if row is None:
            raise UndoRefused(f"Unggahan {batch_id} tidak ada.")
        trace.before = {"baru": row[1], "berubah": row[2]}
        if row[0] is not None:
            raise UndoRefused(f"Unggahan {batch_id} sudah dibatalkan.")
        for sheet in SHEETS:
            _refuse_if_built_upon(cursor, sheet, batch_id)
        _refuse_if_orphaning(cursor, batch_id)
        facts.remember(cursor)
        for sheet in SHEETS:
            _restore(cursor, sheet, batch_id)
        cursor.execute(
            "UPDATE import_batch SET undone_at = $now, undone_by = $who WHERE batch_id = $b",
            {"who": who, "b": batch_id, "now": now()},
        )
        facts.rebuild(cursor)
        _refuse_if_displacing(cursor, batch_id)
        bump_version(cursor)


def _refuse_if_built_upon(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, batch_id: int) -> None:
    on = " AND ".join(f"p.{k} = t.{k}" for k in sheet.key)
    row = cursor.execute(
        f"SELECT min(t.batch_id) FROM {sheet.table}_prior p JOIN {sheet.table} t ON {on}"  # noqa: S608
        " WHERE p.undo_batch = $id AND t.batch_id <> $id",
        {"id": batch_id},
    ).fetchone()
    if row and row[0] is not None:
        raise UndoRefused(
            f"Baris lembar {sheet.name} dari unggahan {batch_id} sudah diubah unggahan {row[0]};"
            f" batalkan unggahan {row[0]} lebih dahulu."
        )


def _refuse_if_orphaning(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """A later batch's steps must not lose the activity that this batch brought."""
    row = cursor.execute(
        """
        SELECT min(batch_id) FROM (
            SELECT case_id, batch_id FROM step_record
            UNION ALL SELECT case_id, batch_id FROM follow_up
            UNION ALL SELECT case_id, batch_id FROM facilitator
        )
        WHERE batch_id <> $id AND case_id IN
            (SELECT case_id FROM activity_prior WHERE undo_batch = $id AND NOT existed)
        """,
        {"id": batch_id},
    ).fetchone()
    if row and row[0] is not None:
        raise UndoRefused(
            f"Unggahan {row[0]} mencatat langkah pada kegiatan dari unggahan {batch_id};"
            f" batalkan unggahan {row[0]} lebih dahulu."
        )


def _refuse_if_displacing(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Without this batch's dates a case may come under a revision that numbers its steps otherwise."""
    lost = facts.displaced(cursor)
    if lost:
        case_id, flow, number = lost[0]
        raise UndoRefused(
            f"Tanpa unggahan {batch_id}, langkah {flow}.{number} pada {case_id} terbaca menurut"
            " revisi SOP lain; batalkan dahulu unggahan yang mencatatnya."
        )


def _restore(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, batch_id: int) -> None:
    table = sheet.table
    on = " AND ".join(f"t.{k} = p.{k}" for k in sheet.key)
    values = {"id": batch_id}
    cursor.execute(
        f"DELETE FROM {table} AS t USING {table}_prior p WHERE {on} AND p.undo_batch = $id",  # noqa: S608
        values,
    )
    cursor.execute(
        f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (undo_batch, existed)"  # noqa: S608
        f" FROM {table}_prior WHERE undo_batch = $id AND existed",
        values,
    )
    cursor.execute(f"DELETE FROM {table}_prior WHERE undo_batch = $id", values)  # noqa: S608
