"""An import as one transaction: kept whole, in part, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import duckdb

from sop_core import facts, statements
from sop_core.access import DEMO, Viewer
from sop_core.errors import ImportRefused
from sop_core.importing import overwriting, vouching
from sop_core.importing.contract import Sheet
from sop_core.importing.limits import LISTED
from sop_core.importing.mapping import Mapping
from sop_core.importing.parsing import Parsed, Problem, ProblemCount
from sop_core.importing.raw import told_parts
from sop_core.importing.reading import SourceFile
from sop_core.importing.staging import Preview, Progress, drop_staged, examine, quiet, read
from sop_core.indonesian import format_number, now
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store, Trace, bump_version

DEMO_ONLY = (
    "Tanpa akun, aplikasi hanya menerima data demo. Buat akun pertama dengan perintah"
    " pantau user add."
)


def commit(
    store: Store,
    parsed: Parsed,
    who: str,
    all_or_nothing: bool = False,
    today: dt.date | None = None,
    progress: Progress = quiet,
    until: dt.date | None = None,
    speaking: bool = True,
    seen: Preview | None = None,
    action: str = "impor",
) -> Preview:
    """Keep the good rows, or with ``all_or_nothing`` keep them only if no row is bad.

    A blank cell keeps what is stored, unless the files were read with ``clears``.
    The answer's ``kept`` says whether the store changed. The same file twice changes
    nothing and gives the number of the batch that holds it. ``until`` is the day up to which
    the files say how things stand, by default today; ``spoken_for`` in the answer are the
    offices of whom more is known by it, also where no row changed; not ``speaking`` they say
    nothing of that. Where ``seen``, the preview that the uploader agreed to, would come out
    otherwise by now, nothing is kept: the answer's ``between`` says who changed what. ``action``
    is what the viewer does by it (access.ACTIONS). Raises AccessDenied, and Refused for an
    ``until`` that has not come.
    """
    today = today or jakarta_today()
    until = until or today
    statements.refuse_future(until, today)
    names = ", ".join(f.name for f in parsed.book.files)
    if store.viewer.role == DEMO and not parsed.demo:
        raise store.refusal(action, names, DEMO_ONLY)
    trace = Trace(action, names)
    with store.write(trace, rows=max(s.table.num_rows for s in parsed.sheets)) as cursor:
        result = examine(cursor, parsed, today, store.viewer, progress)
        rows = result.rows
        trace.after = {"sha256": result.sha256, "ditolak": rows.rejected, "tersimpan": False}
        if parsed.clears:
            trace.after["dikosongkan"] = result.emptied_total
        result.until = until
        if seen is not None:
            result.between = overwriting.between(cursor, seen, result, store.viewer)
            if result.between:
                trace.after["berubah_sejak_pratinjau"] = result.between
                drop_staged(cursor)
                return result
        if (all_or_nothing and rows.rejected) or rows.new + rows.changed == 0:
            result.batch_id = result.repeat_of
            if rows.unchanged and not (all_or_nothing and rows.rejected):
                if speaking:
                    _speak(cursor, result, parsed, who, store.viewer)
                trace.after |= {"data_sampai": until, "unit": len(result.spoken_for)}
                if result.spoken_for:
                    bump_version(cursor)
            drop_staged(cursor)
            return result
        progress(0.7, "Menyimpan")
        result.batch_id = _keep(cursor, parsed, result, who, store.viewer, all_or_nothing)
        trace.subject = f"unggahan {result.batch_id}: {names}"
        trace.after |= {"tersimpan": True, "baru": rows.new, "berubah": rows.changed}
        progress(0.85, "Menghitung tenggat")
        if speaking:
            _speak(cursor, result, parsed, who, store.viewer)
            trace.after["data_sampai"] = until
        _count_again(cursor, parsed)
        bump_version(cursor)
        drop_staged(cursor)
        result.kept = True
    progress(1.0, "Selesai")
    return result


def import_files(
    store: Store,
    files: list[SourceFile],
    who: str,
    all_or_nothing: bool = False,
    today: dt.date | None = None,
    progress: Progress = quiet,
    until: dt.date | None = None,
    clears: bool = False,
    mappings: Sequence[Mapping] = (),
) -> Preview:
    """Read and keep in one go, as the command line does."""
    parsed = read(store, files, today, progress, mappings, clears)
    return commit(store, parsed, who, all_or_nothing, today, progress, until)


def _of_cases(parsed: Parsed) -> list[str]:
    """The tables of the files that hold cases: of targets and people no step depends."""
    return [p.sheet.table for p in parsed.sheets if p.sheet.table in ("activity", "step_record")]


def speaks(parsed: Parsed) -> bool:
    """Whether files say how steps stand: those without activities or steps (targets, people)
    say nothing of that.
    """
    return bool(_of_cases(parsed))


def _count_again(cursor: duckdb.DuckDBPyConnection, parsed: Parsed) -> None:
    """The cases of which this import changed an activity or a step."""
    touched = " UNION ".join(
        f"SELECT case_id FROM compared_{table} WHERE state IN ('new', 'changed')"  # noqa: S608
        for table in _of_cases(parsed)
    )
    if touched:
        facts.rebuild_of(cursor, touched)
        _refuse_if_losing(cursor)


def _speak(
    cursor: duckdb.DuckDBPyConnection, result: Preview, parsed: Parsed, who: str, viewer: Viewer
) -> None:
    """The offices for which an upload says how their steps stand: the uploader's own, and those
    in it.
    """
    if not speaks(parsed):
        return
    rows = cursor.execute(
        """
        SELECT unit_code FROM staged_activity WHERE NOT refused
        UNION SELECT k.unit_code FROM staged_step_record s JOIN known_case k USING (case_id)
        WHERE NOT s.refused
        """
    ).fetchall()
    offices = {str(code) for (code,) in rows} | ({viewer.unit} if viewer.unit else set())
    assert result.until is not None
    result.spoken_for = statements.speak(
        cursor, sorted(offices), result.until, who, result.batch_id if result.kept_rows else None
    )


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
            "INSERT INTO import_file VALUES (?, ?, ?, ?, ?)",
            [batch_id, file.name, file.sha256, file.content, len(file.content)],
        )
    _keep_reasons(cursor, "import_rejection", batch_id, result.problems, result.problem_counts)
    _keep_reasons(cursor, "import_warning", batch_id, result.warnings, result.warning_counts)
    _keep_parts(cursor, parsed, batch_id)
    for given in parsed.sheets:
        vouching.vouch(cursor, given, batch_id, parsed.clears)
        _merge(cursor, given.sheet, batch_id)
    return batch_id


def _keep_parts(cursor: duckdb.DuckDBPyConnection, parsed: Parsed, batch_id: int) -> None:
    """The names of the tables that the batch's rows come from (``source_row`` holds their number)."""
    rows = [
        (batch_id, raw.sheet.name, number, name)
        for raw in parsed.book.sheets
        for number, name in enumerate(told_parts(raw))
    ]
    if rows:
        cursor.executemany("INSERT INTO import_part VALUES (?, ?, ?, ?)", rows)


def _keep_reasons(
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    batch_id: int,
    listed: list[Problem],
    counts: list[ProblemCount],
) -> None:
    """The reasons that are listed; where there are more, a row 0 for each kind with its count."""
    rows = [(batch_id, p.sheet, p.row, p.column, p.value, p.message) for p in listed]
    if sum(c.count for c in counts) > LISTED:
        rows += [
            (batch_id, c.sheet, 0, c.column, "", f"{c.kind} (seluruhnya {format_number(c.count)})")
            for c in counts
        ]
    if rows:
        cursor.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608


def _merge(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, batch_id: int) -> None:
    table = sheet.table
    on = " AND ".join(f"t.{k} = c.{k}" for k in sheet.key)
    names = ", ".join(c.field for c in sheet.columns)
    values = {"id": batch_id}
    cursor.execute(
        f"DELETE FROM {table} AS t USING compared_{table} c WHERE {on} AND c.state = 'changed'"  # noqa: S608
    )
    cursor.execute(
        f"INSERT INTO {table} BY NAME SELECT {names}, $id AS batch_id, row_no AS source_row"  # noqa: S608
        f" FROM compared_{table} WHERE state IN ('new', 'changed')",
        values,
    )


def _refuse_if_losing(cursor: duckdb.DuckDBPyConnection) -> None:
    """The checks see to it row by row; this holds for whatever they did not foresee."""
    lost = facts.lost_records(cursor, facts.TOUCHED)
    if lost:
        case_id, flow, number = lost[0]
        raise ImportRefused(
            f"Langkah {flow}.{number} pada {case_id} tidak ada dalam revisi SOP kegiatannya;"
            " tidak ada yang disimpan."
        )
