"""The way back: the store as it would be had a batch never come.

That is what the rows that the other batches brought and that were kept come to, each batch in
its turn (``vouching``). A row that was refused then stays refused: its uploader was told so.
Where those rows cannot stand without the batch (a step of its activity, a finish that would
come before the one before it), the undo is refused and nothing changes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb

from sop_core import facts, statements
from sop_core.errors import UndoRefused
from sop_core.importing import rechecking, staging, vouching
from sop_core.importing.contract import SHEETS, Sheet
from sop_core.importing.rechecking import Fault
from sop_core.importing.temporary import make
from sop_core.indonesian import format_date, format_number, now
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store, Trace, bump_version


@dataclass(frozen=True)
class Undone:
    """What an undo took back: of each sheet the rows that are gone, those that are again as the
    other uploads made them, and those that these hold just so.
    """

    batch_id: int
    files: tuple[str, ...]
    imported_by: str
    imported_at: dt.datetime
    sheets: dict[str, tuple[int, int, int]]

    @property
    def said(self) -> str:
        """One sentence that names the upload and what became of its rows."""
        parts = []
        for sheet, counts in self.sheets.items():
            told = [
                text.format(format_number(n)) for n, text in zip(counts, _BECAME, strict=True) if n
            ]
            if told:
                parts.append(f"{sheet} {', '.join(told)}")
        return (
            f"Unggahan {self.batch_id} ({', '.join(self.files)}, {format_date(self.imported_at.date())},"
            f" oleh {self.imported_by}) dibatalkan: {'; '.join(parts) or 'tidak ada baris yang berubah'}."
        )


_BECAME = (
    "{} baris dihapus",
    "{} baris kembali seperti sebelumnya",
    "{} baris tetap menurut unggahan lain",
)


def undo(
    store: Store,
    batch_id: int,
    who: str,
    today: dt.date | None = None,
    action: str = "batal_impor",
) -> Undone:
    """Make the records as they would be without the batch, and say what that took back.

    Raises UndoRefused for a batch that is not there, is undone already, or that others build
    on, and AccessDenied for one of another office. ``action`` is what the viewer does by it.
    """
    trace = Trace(action, f"unggahan {batch_id}")
    mine = store.nationwide().rows(
        "SELECT imported_login, imported_unit FROM import_batch WHERE batch_id = $b", b=batch_id
    )
    if mine and not store.viewer.may_undo(*mine[0].values()):
        raise store.refusal(trace.action, trace.subject, "Unggahan itu bukan milik unit Anda.")
    with store.write(trace) as cursor:
        row = cursor.execute(
            "SELECT undone_at, rows_new, rows_changed, imported_by, imported_at,"
            " (SELECT list(name ORDER BY name) FROM import_file WHERE batch_id = $b)"
            " FROM import_batch WHERE batch_id = $b",
            {"b": batch_id},
        ).fetchone()
        if row is None:
            raise UndoRefused(f"Unggahan {batch_id} tidak ada.")
        trace.before = {"baru": row[1], "berubah": row[2]}
        if row[0] is not None:
            raise UndoRefused(f"Unggahan {batch_id} sudah dibatalkan.")
        _refuse_if_uncertain(cursor, batch_id)
        facts.remember(cursor)
        _name_touched(cursor, batch_id)
        before = rechecking.faults(cursor, today or jakarta_today())
        cursor.execute(
            "UPDATE import_batch SET undone_at = $now, undone_by = $who WHERE batch_id = $b",
            {"who": who, "b": batch_id, "now": now()},
        )
        statements.take_back_of_batch(cursor, batch_id, who)
        for sheet in SHEETS:
            _restore(cursor, sheet)
        _refuse_if_orphaning(cursor, batch_id)
        _refuse_if_of_another_flow(cursor, batch_id)
        facts.rebuild_of(cursor, "FROM undone_case")
        _remember_meanings(cursor, batch_id)
        _refuse_if_displacing(cursor, batch_id)
        _refuse_if_faulty(batch_id, before, rechecking.faults(cursor, today or jakarta_today()))
        taken_back = Undone(
            batch_id, tuple(row[5] or ()), row[3], row[4],
            {sheet.name: _became(cursor, sheet) for sheet in SHEETS},
        )  # fmt: skip
        bump_version(cursor)
        _forget_touched(cursor)
    return taken_back


def _content(sheet: Sheet) -> str:
    return f"hash({', '.join(f't.{c.field}' for c in sheet.columns)})"


def _became(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> tuple[int, int, int]:
    """Rows of the batch that are gone, that are as before it, and that stay as others have them."""
    key = sheet.key[0]
    row = cursor.execute(
        f"""
        SELECT count(*) FILTER (t.{key} IS NULL),
            count(*) FILTER (t.{key} IS NOT NULL AND u.was <> {_content(sheet)}),
            count(*) FILTER (t.{key} IS NOT NULL AND u.was = {_content(sheet)})
        FROM undone_{sheet.table} u LEFT JOIN {sheet.table} t
            ON {" AND ".join(f"t.{k} = u.{k}" for k in sheet.key)}
        """  # noqa: S608 - names from the contract
    ).fetchone()
    return row or (0, 0, 0)


def _refuse_if_uncertain(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Of batches before migration 8 it is not known which rows they carried unchanged.

    A later one of that time that may vouch for rows of this one has to go first; without
    one the undo is as sure as any.
    """
    row = cursor.execute(
        """
        WITH old AS (
            SELECT batch_id, rows_unchanged FROM import_batch
            WHERE undone_at IS NULL AND batch_id NOT IN (SELECT batch_id FROM import_sheet)
        )
        SELECT max(batch_id) FROM old
        WHERE batch_id > $id AND $id IN (SELECT batch_id FROM old) AND rows_unchanged > 0
        """,
        {"id": batch_id},
    ).fetchone()
    if row and row[0] is not None:
        raise UndoRefused(
            f"Unggahan {row[0]} juga memuat baris yang sudah ada dan tidak berubah. Baris mana saja"
            f" belum dicatat oleh versi aplikasi waktu itu, sehingga akibat pembatalan unggahan"
            f" {batch_id} tidak dapat dipastikan; batalkan unggahan {row[0]} lebih dahulu."
        )
    for sheet in SHEETS:
        _refuse_if_changed_since(cursor, sheet, batch_id)


def _refuse_if_changed_since(
    cursor: duckdb.DuckDBPyConnection, sheet: Sheet, batch_id: int
) -> None:
    """A later old batch's row is known whole only: which columns its file had is not."""
    row = cursor.execute(
        f"""
        SELECT max(later.batch_id)
        FROM {sheet.table}_vouched mine JOIN {sheet.table}_vouched later USING ({", ".join(sheet.key)})
        WHERE mine.batch_id = $id AND later.batch_id > $id
            AND mine.batch_id NOT IN (SELECT batch_id FROM import_sheet)
            AND later.batch_id NOT IN (SELECT batch_id FROM import_sheet)
            AND later.batch_id IN (FROM counted_batch)
        """,  # noqa: S608 - names from the contract
        {"id": batch_id},
    ).fetchone()
    if row and row[0] is not None:
        raise UndoRefused(
            f"Baris lembar {sheet.name} dari unggahan {batch_id} sudah diubah unggahan {row[0]};"
            f" batalkan unggahan {row[0]} lebih dahulu."
        )


def _name_touched(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    for sheet in SHEETS:
        keys = ", ".join(sheet.key)
        make(
            cursor,
            f"undone_{sheet.table}",
            f"SELECT {keys}, {_content(sheet)} AS was"  # noqa: S608 - names from the contract
            f" FROM {sheet.table}_vouched v LEFT JOIN {sheet.table} t USING ({keys})"
            " WHERE v.batch_id = $id",
            {"id": batch_id},
        )
    make(
        cursor,
        "undone_case",
        "SELECT case_id FROM undone_activity UNION SELECT case_id FROM undone_step_record",
    )
    make(
        cursor,
        "flow_before",
        "SELECT case_id, flow FROM activity SEMI JOIN undone_activity USING (case_id)",
    )


def _forget_touched(cursor: duckdb.DuckDBPyConnection) -> None:
    for name in ("step_numbering", "record_numbering"):
        cursor.execute(f"DROP TABLE {name}")
    staging.drop_staged(cursor)


def _restore(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """The batch's keys as the others make them; keys that nobody else vouches for go.

    What the batch carried stays written down: it was known until it was undone.
    """
    table = sheet.table
    cursor.execute(
        f"DELETE FROM {table} AS t USING undone_{table} k"  # noqa: S608 - names from the contract
        f" WHERE {' AND '.join(f't.{k} = k.{k}' for k in sheet.key)}"
    )
    cursor.execute(
        f"INSERT INTO {table} BY NAME FROM ({vouching.folded(sheet, f'undone_{table}')})"
    )


def _refuse_if_orphaning(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Another batch's steps must not lose the activity that this batch brought."""
    row = cursor.execute(
        """
        SELECT min(batch_id) FROM (
            SELECT case_id, batch_id FROM step_record
            UNION ALL SELECT case_id, batch_id FROM follow_up
            UNION ALL SELECT case_id, batch_id FROM facilitator
        )
        WHERE case_id IN (SELECT case_id FROM undone_activity ANTI JOIN activity USING (case_id))
        """
    ).fetchone()
    if row and row[0] is not None:
        raise UndoRefused(
            f"Unggahan {row[0]} mencatat langkah pada kegiatan dari unggahan {batch_id};"
            f" batalkan unggahan {row[0]} lebih dahulu."
        )


def _refuse_if_of_another_flow(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """As an import may not change the flow of an activity that has steps, nor may an undo."""
    row = cursor.execute(
        """
        SELECT a.case_id, a.flow, r.batch_id
        FROM activity a JOIN flow_before b USING (case_id) JOIN step_record r USING (case_id)
        WHERE a.flow <> b.flow ORDER BY r.batch_id, a.case_id LIMIT 1
        """
    ).fetchone()
    if row:
        raise UndoRefused(
            f"Tanpa unggahan {batch_id}, {row[0]} kembali ke alur {row[1]}, padahal unggahan {row[2]}"
            f" mencatat langkahnya; batalkan unggahan {row[2]} lebih dahulu."
        )


def _remember_meanings(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """By which revision each restored step is numbered, for ``facts.displaced``.

    A row that an earlier batch vouches for is meant as it was then; one that a later batch
    vouches for, or that an earlier batch left no word of, as it was until now.
    """
    cursor.execute(
        """
        UPDATE record_numbering AS m
        SET batch_id = r.batch_id,
            revision = CASE WHEN v.last < $id
                AND v.revision IN (SELECT revision FROM sop_revision)
                THEN v.revision ELSE m.revision END
        FROM step_record r JOIN (
            SELECT case_id, step_no, max(batch_id) AS last, arg_max(revision, batch_id) AS revision
            FROM step_record_vouched SEMI JOIN undone_step_record USING (case_id, step_no)
            WHERE batch_id IN (FROM counted_batch)
            GROUP BY ALL
        ) v USING (case_id, step_no)
        WHERE m.case_id = r.case_id AND m.step_no = r.step_no
            -- Of old batches the revision is not known; where their row comes back it is let be.
            AND (v.last > $id OR v.revision IS NOT NULL)
        """,
        {"id": batch_id},
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


def _refuse_if_faulty(batch_id: int, before: list[Fault], after: list[Fault]) -> None:
    """The rows of the other batches must stand by the rules without this one's."""
    known = {(f.sheet, f.key, f.column) for f in before}
    for fault in after:
        if (fault.sheet, fault.key, fault.column) in known:
            continue
        # People and follow-ups may be another office's: the number of the upload is enough.
        named = f" {fault.key}" if fault.sheet in ("Kegiatan", "Langkah") else ""
        raise UndoRefused(
            f"Tanpa unggahan {batch_id}, baris {fault.sheet}{named} dari unggahan {fault.batch_id}"
            f" melanggar aturan ({fault.message}); batalkan unggahan {fault.batch_id} lebih dahulu."
        )
