"""An import as one transaction: previewed, kept whole or in part, undone."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from sop_core import facts
from sop_core.access import DEMO, Viewer
from sop_core.errors import ImportRefused, UndoRefused
from sop_core.importing import checking
from sop_core.importing.contract import SHEETS, Sheet
from sop_core.importing.limits import LISTED
from sop_core.importing.parsing import Parsed, Problem, ProblemCount, parse_book
from sop_core.importing.reading import SourceFile, read_book
from sop_core.indonesian import format_number, now
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store, Trace, bump_version

DEMO_ONLY = (
    "Tanpa akun, aplikasi hanya menerima data demo. Buat akun pertama dengan perintah"
    " pantau user add."
)
Progress = Callable[[float, str], object]


def _quiet(_share: float, _what: str) -> None:
    return None


@dataclass
class Counts:
    """Rows of one sheet, or of all, by what an import does with them."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.rejected + other.rejected,
        )


@dataclass(frozen=True)
class Change:
    """One field of a stored row that an import would replace."""

    sheet: str
    row: int
    key: str
    column: str
    before: str
    after: str


@dataclass
class Preview:
    """What an import would do, and why it would not do the rest.

    ``problems`` are the first limits.LISTED; ``problem_counts`` counts all of them by kind.
    ``repeat_of`` is the batch that already holds the same file, if it was not undone.
    """

    sha256: str
    sheets: dict[str, Counts]
    problems: list[Problem]
    notes: list[str]
    changes: list[Change]
    demo: bool
    repeat_of: int | None = None
    batch_id: int | None = None
    kept: bool = False
    problem_counts: list[ProblemCount] = field(default_factory=list)

    @property
    def problem_total(self) -> int:
        """Problems, those not listed included."""
        return sum(c.count for c in self.problem_counts)

    @property
    def rows(self) -> Counts:
        """All sheets together."""
        return sum(self.sheets.values(), Counts())


@dataclass(frozen=True)
class Batch:
    """A kept import, as the history shows it."""

    batch_id: int
    files: str
    sha256: str
    imported_at: dt.datetime
    imported_by: str
    demo: bool
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    rows_rejected: int
    undone_at: dt.datetime | None
    undone_by: str | None


def read(
    store: Store,
    files: list[SourceFile],
    today: dt.date | None = None,
    progress: Progress = _quiet,
) -> Parsed:
    """Read and type the files. Raises ImportRefused; the store is not touched."""
    with _no_cycle_search():

        def reading(number: int) -> None:
            which = f" {number + 1} dari {len(files)}" if len(files) > 1 else ""
            progress(0.05 + 0.3 * number / len(files), f"Membaca berkas{which}")

        book = read_book(files, reading=reading)
        progress(0.35, "Memeriksa isi sel")
        return parse_book(book, store.unit_finder(), today or jakarta_today(), store.stakeholders())


def preview(
    store: Store, parsed: Parsed, today: dt.date | None = None, progress: Progress = _quiet
) -> Preview:
    """What keeping the files would do. Nothing is kept."""
    with store.rehearse() as cursor:
        return _examine(cursor, parsed, today or jakarta_today(), store.viewer, progress)


def commit(
    store: Store,
    parsed: Parsed,
    who: str,
    all_or_nothing: bool = False,
    today: dt.date | None = None,
    progress: Progress = _quiet,
) -> Preview:
    """Keep the good rows, or with ``all_or_nothing`` keep them only if no row is bad.

    The answer's ``kept`` says whether the store changed. The same file twice changes
    nothing and gives the number of the batch that holds it. Raises AccessDenied.
    """
    names = ", ".join(f.name for f in parsed.book.files)
    if store.viewer.role == DEMO and not parsed.demo:
        raise store.refusal("impor", names, DEMO_ONLY)
    trace = Trace("impor", names)
    with store.write(trace) as cursor:
        result = _examine(cursor, parsed, today or jakarta_today(), store.viewer, progress)
        rows = result.rows
        trace.after = {"sha256": result.sha256, "ditolak": rows.rejected, "tersimpan": False}
        if (all_or_nothing and rows.rejected) or rows.new + rows.changed == 0:
            result.batch_id = result.repeat_of
            _drop_staged(cursor)
            return result
        progress(0.7, "Menyimpan")
        result.batch_id = _keep(cursor, parsed, result, who, store.viewer, all_or_nothing)
        trace.subject = f"unggahan {result.batch_id}: {names}"
        trace.after |= {"tersimpan": True, "baru": rows.new, "berubah": rows.changed}
        progress(0.85, "Menghitung tenggat")
        facts.rebuild(cursor)
        _refuse_if_losing(cursor)
        bump_version(cursor)
        _drop_staged(cursor)
        result.kept = True
    progress(1.0, "Selesai")
    return result


def import_files(
    store: Store,
    files: list[SourceFile],
    who: str,
    all_or_nothing: bool = False,
    today: dt.date | None = None,
    progress: Progress = _quiet,
) -> Preview:
    """Read and keep in one go, as the command line does."""
    parsed = read(store, files, today, progress)
    return commit(store, parsed, who, all_or_nothing, today, progress)


def history(store: Store) -> list[Batch]:
    """Kept imports, the newest first."""
    return [
        Batch(**row)
        for row in store.rows(
            """
            SELECT b.batch_id, string_agg(f.name, ', ' ORDER BY f.name) AS files, b.sha256,
                b.imported_at, b.imported_by, b.demo, b.rows_new, b.rows_changed,
                b.rows_unchanged, b.rows_rejected, b.undone_at, b.undone_by
            FROM import_batch b JOIN import_file f USING (batch_id)
            GROUP BY ALL ORDER BY b.batch_id DESC
            """
        )
    ]


def rejections(store: Store, batch_id: int) -> list[Problem]:
    """Why rows of a kept batch were left out."""
    rows = store.rows(
        "SELECT * EXCLUDE (batch_id) FROM import_rejection WHERE batch_id = $batch_id"
        " AND row_no > 0 ORDER BY sheet, row_no",
        batch_id=batch_id,
    )
    return [Problem(*row.values()) for row in rows]


def rejections_counted(store: Store, batch_id: int) -> list[str]:
    """Reasons of a kept batch by kind, where it had more than are listed one by one."""
    rows = store.rows(
        "SELECT sheet, column_name, message FROM import_rejection"
        " WHERE batch_id = $batch_id AND row_no = 0 ORDER BY ALL",
        batch_id=batch_id,
    )
    return [f"{row['sheet']}, {row['column_name']}: {row['message']}" for row in rows]


def stored_files(store: Store, batch_id: int) -> list[SourceFile]:
    """The files of a batch as they were uploaded, for those who may see all that is in them."""
    rows = store.rows(
        "SELECT name, content FROM import_file WHERE batch_id = $batch_id AND content IS NOT NULL",
        batch_id=batch_id,
    )
    return [SourceFile(row["name"], bytes(row["content"])) for row in rows]


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


# ----------------------------------------------------------------- internals


@contextmanager
def _no_cycle_search() -> Iterator[None]:
    """A million cells hold no cycles; to search them again and again costs a fifth of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _examine(
    cursor: duckdb.DuckDBPyConnection,
    parsed: Parsed,
    today: dt.date,
    viewer: Viewer,
    progress: Progress,
) -> Preview:
    progress(0.45, "Memeriksa aturan SOP")
    problems, counts = checking.run(cursor, parsed, today, viewer)
    result = Preview(parsed.book.sha256, {}, problems, parsed.notes, [], parsed.demo)
    result.problem_counts = counts
    for given in parsed.sheets:
        _compare(cursor, given.sheet, given.present)
        result.sheets[given.sheet.name] = _count(cursor, given.sheet)
        result.changes += _changes(cursor, given.sheet)
    row = cursor.execute(
        "SELECT max(batch_id) FROM import_batch WHERE sha256 = $sha AND undone_at IS NULL",
        {"sha": result.sha256},
    ).fetchone()
    result.repeat_of = row[0] if row else None
    return result


def _compare(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, present: list[str]) -> None:
    """Hold staged rows against stored ones; a column the file lacks keeps what is stored."""
    names = [c.field for c in sheet.columns]
    final = ", ".join(f"{'s' if n in present else 't'}.{n} AS {n}" for n in names)
    same = " AND ".join(f"s.{n} IS NOT DISTINCT FROM t.{n}" for n in present)
    on = " AND ".join(f"s.{k} = t.{k}" for k in sheet.key)
    cursor.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE compared_{sheet.table} AS
        SELECT s.row_no, {final},
            CASE WHEN s.refused THEN 'rejected'
                WHEN s.doubled THEN 'unchanged'
                WHEN t.{sheet.key[0]} IS NULL THEN 'new'
                WHEN {same} THEN 'unchanged' ELSE 'changed' END AS state
        FROM staged_{sheet.table} s LEFT JOIN {sheet.table} t ON {on}
        """  # noqa: S608 - names from the contract
    )


def _count(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Counts:
    rows = cursor.execute(
        f"SELECT state, count(*) FROM compared_{sheet.table} GROUP BY state"  # noqa: S608
    ).fetchall()
    return Counts(**dict(rows))


def _changes(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, most: int = 200) -> list[Change]:
    """The first fields that would be replaced, for the uploader to look at."""
    on = " AND ".join(f"c.{k} = t.{k}" for k in sheet.key)
    pairs = ", ".join(
        f"{{'column': '{c.name}', 'before': t.{c.field}::VARCHAR, 'after': c.{c.field}::VARCHAR}}"
        for c in sheet.columns
    )
    key = " || ' / ' || ".join(f"c.{k}::VARCHAR" for k in sheet.key)
    rows = cursor.execute(
        f"""
        SELECT row_no, key, f.column, coalesce(f.before, ''), coalesce(f.after, '')
        FROM (
            SELECT c.row_no, {key} AS key, unnest([{pairs}]) AS f
            FROM compared_{sheet.table} c JOIN {sheet.table} t ON {on}
            WHERE c.state = 'changed'
        )
        WHERE f.before IS DISTINCT FROM f.after
        ORDER BY row_no LIMIT $most
        """,  # noqa: S608
        {"most": most},
    ).fetchall()
    return [Change(sheet.name, *row) for row in rows]


def _keep(
    cursor: duckdb.DuckDBPyConnection,
    parsed: Parsed,
    result: Preview,
    who: str,
    viewer: Viewer,
    all_or_nothing: bool,
) -> int:
    row = cursor.execute("SELECT nextval('batch_number')").fetchone()
    assert row is not None
    batch_id = int(row[0])
    rows = result.rows
    cursor.execute(
        "INSERT INTO import_batch VALUES ($id, $sha, $now, $who, $whole, $demo,"
        " $new, $changed, $unchanged, $rejected, NULL, NULL, $login, $unit)",
        {
            "id": batch_id,
            "sha": result.sha256,
            "now": now(),
            "who": who,
            "whole": all_or_nothing,
            "demo": result.demo,
            "new": rows.new,
            "changed": rows.changed,
            "unchanged": rows.unchanged,
            "rejected": rows.rejected,
            "login": viewer.login,
            "unit": viewer.unit,
        },
    )
    for file in parsed.book.files:
        cursor.execute(
            "INSERT INTO import_file VALUES (?, ?, ?, ?)",
            [batch_id, file.name, file.sha256, file.content],
        )
    _keep_rejections(cursor, result, batch_id)
    for given in parsed.sheets:
        _merge(cursor, given.sheet, batch_id)
    return batch_id


def _keep_rejections(cursor: duckdb.DuckDBPyConnection, result: Preview, batch_id: int) -> None:
    """The reasons that are listed; where there are more, a row 0 for each kind with its count."""
    rows = [(batch_id, p.sheet, p.row, p.column, p.value, p.message) for p in result.problems]
    if result.problem_total > LISTED:
        rows += [
            (batch_id, c.sheet, 0, c.column, "", f"{c.kind} (seluruhnya {format_number(c.count)})")
            for c in result.problem_counts
        ]
    if rows:
        cursor.executemany("INSERT INTO import_rejection VALUES (?, ?, ?, ?, ?, ?)", rows)


def _merge(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, batch_id: int) -> None:
    table = sheet.table
    on = " AND ".join(f"t.{k} = c.{k}" for k in sheet.key)
    names = ", ".join(c.field for c in sheet.columns)
    values = {"id": batch_id}
    cursor.execute(
        f"INSERT INTO {table}_prior BY NAME SELECT $id AS undo_batch, true AS existed, t.*"  # noqa: S608
        f" FROM {table} t JOIN compared_{table} c ON {on} WHERE c.state = 'changed'",
        values,
    )
    cursor.execute(
        f"INSERT INTO {table}_prior BY NAME SELECT $id AS undo_batch, false AS existed, {names},"  # noqa: S608
        f" $id AS batch_id, row_no AS source_row FROM compared_{table} WHERE state = 'new'",
        values,
    )
    cursor.execute(
        f"DELETE FROM {table} AS t USING compared_{table} c WHERE {on} AND c.state = 'changed'"  # noqa: S608
    )
    cursor.execute(
        f"INSERT INTO {table} BY NAME SELECT {names}, $id AS batch_id, row_no AS source_row"  # noqa: S608
        f" FROM compared_{table} WHERE state IN ('new', 'changed')",
        values,
    )


def _drop_staged(cursor: duckdb.DuckDBPyConnection) -> None:
    for view in ("known_case", "merged_step"):
        cursor.execute(f"DROP VIEW IF EXISTS {view}")
    for sheet in SHEETS:
        cursor.execute(f"DROP TABLE IF EXISTS staged_{sheet.table}")
        cursor.execute(f"DROP TABLE IF EXISTS compared_{sheet.table}")
    for name in ("problem", "doubled_key", "broken_chain", "writable_unit", "case_revision"):
        cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _refuse_if_losing(cursor: duckdb.DuckDBPyConnection) -> None:
    """The checks see to it row by row; this holds for whatever they did not foresee."""
    lost = facts.lost_records(cursor)
    if lost:
        case_id, flow, number = lost[0]
        raise ImportRefused(
            f"Langkah {flow}.{number} pada {case_id} tidak ada dalam revisi SOP kegiatannya;"
            " tidak ada yang disimpan."
        )


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
