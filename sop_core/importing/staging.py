"""What an import would do: the files staged beside the store, each row held against it."""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import duckdb

from sop_core.access import Viewer
from sop_core.errors import ImportRefused
from sop_core.importing import checking, outdated, overwriting, temporary, warning
from sop_core.importing.contract import NO_WHEN_BLANK, Column, Sheet
from sop_core.importing.mapping import (
    MADE,
    Answers,
    Around,
    Hints,
    Kept,
    Mapper,
    Mapping,
    Stored,
    kept,
)
from sop_core.importing.notes import Reading, listed
from sop_core.importing.outdated import Older
from sop_core.importing.overwriting import Cell, Filled
from sop_core.importing.parsing import Parsed, ParsedSheet, Problem, ProblemCount, parse_book
from sop_core.importing.raw import RawSheet
from sop_core.importing.reading import SourceFile, read_book
from sop_core.indonesian import format_date, now
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store
from sop_core.units import UnitFinder

Progress = Callable[[float, str], object]
DEMO_TOO_LATE = (
    "Berkas ini bertanda data demo (rekaan). Basis data ini sudah berisi akun atau data asli,"
    " dan data demo tidak boleh bercampur dengannya; muat ke basis data lain yang masih kosong."
)


def quiet(_share: float, _what: str) -> None:
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


MOST_SHOWN = 200
"""Rows or cells of one kind and sheet that a preview shows."""


@dataclass(frozen=True)
class Change:
    """One field of a stored row that an import would replace.

    ``batch_id``, ``by`` and ``since`` tell who has put there what is stored, where that was
    another person of late (overwriting.RECENT).
    """

    sheet: str
    row: int
    key: str
    column: str
    before: str
    after: str
    batch_id: int | None = None
    by: str = ""
    since: dt.datetime | None = None


@dataclass(frozen=True)
class New:
    """A row that an import would add: its key, and the first of what it says."""

    sheet: str
    row: int
    key: str
    says: str


@dataclass
class Preview:
    """What an import would do, and why it would not do the rest.

    ``problems`` are the first limits.LISTED; ``problem_counts`` counts all of them by kind.
    ``warnings`` tell what is doubtful about rows that it would keep, listed and counted alike.
    ``added`` are the first 200 new rows a sheet, ``changes`` the first 200 of ``change_total``.
    ``repeat_of`` is the batch that already holds the same file, if it was not undone.
    ``older`` are the first of the ``older_total`` cells of which a later batch has put newer
    values in the store: the file would put back what was there before. ``notes`` tell one line a
    kind how names were read, ``readings`` name by name (the first limits.NOTED of each kind).
    ``emptied`` are the first 200 a sheet of the ``emptied_total`` filled cells that blanks would
    empty, where blanks clear; they are not among the changes. Of both those come first that
    others have put there; ``others`` tells them by upload, ``others_total`` counts them.
    ``looked_at`` is when the store was looked at (Jakarta's time), ``between`` what has changed in
    it since the preview that the uploader saw, so that nothing was kept.
    ``last_on`` is the last day on which a kept row's step began or was done.
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
    older: list[Older] = field(default_factory=list)
    older_total: int = 0
    problem_counts: list[ProblemCount] = field(default_factory=list)
    until: dt.date | None = None
    last_on: dt.date | None = None
    spoken_for: list[str] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    change_total: int = 0
    added: list[New] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    warning_counts: list[ProblemCount] = field(default_factory=list)
    emptied: list[Change] = field(default_factory=list)
    emptied_total: int = 0
    digest: int = 0
    others: list[str] = field(default_factory=list)
    others_total: int = 0
    looked_at: dt.datetime = field(default_factory=now, compare=False)
    between: list[str] = field(default_factory=list)

    @property
    def problem_total(self) -> int:
        """Problems, those not listed included."""
        return sum(c.count for c in self.problem_counts)

    def beyond(self, until: dt.date) -> str:
        """The sentence where the files tell of days after the one up to which they speak."""
        if self.last_on is None or self.last_on <= until:
            return ""
        return (
            f"Berkas memuat tanggal sampai {format_date(self.last_on)}, sesudah data s.d."
            f" {format_date(until)}. Periksa data s.d. itu: langkah yang jatuh tempo sesudahnya"
            " terbaca tidak diketahui."
        )

    @property
    def kept_rows(self) -> int:
        """Rows that an import puts into the store."""
        return self.rows.new + self.rows.changed

    @property
    def warning_total(self) -> int:
        """Warnings, those not listed included."""
        return sum(c.count for c in self.warning_counts)

    @property
    def rows(self) -> Counts:
        """All sheets together."""
        return sum(self.sheets.values(), Counts())


def read(
    store: Store,
    files: list[SourceFile],
    today: dt.date | None = None,
    progress: Progress = quiet,
    mappings: Sequence[Mapping | Kept] = (),
    clears: bool = False,
    answers: Answers | None = None,
    known: bool = True,
) -> Parsed:
    """Read and type the files; tables of another layout than ours by one of the ``mappings``, by
    what the uploader ``answers``, or by a mapping that their office keeps, unless not ``known``.

    With ``clears`` their blank cells empty what is stored, in preview and commit alike. Raises
    ImportRefused, and NeedsMapping where a mapping would help; the store is not touched.
    """
    with _no_cycle_search():

        def reading(number: int) -> None:
            which = f" {number + 1} dari {len(files)}" if len(files) > 1 else ""
            progress(0.05 + 0.3 * number / len(files), f"Membaca berkas{which}")

        day = today or jakarta_today()
        finder = store.unit_finder()
        mapper = _mapper(store, finder, day, mappings, answers or Answers(), known)
        book = read_book(files, reading=reading, mapper=mapper)
        progress(0.35, "Memeriksa isi sel")
        parsed = parse_book(book, finder, day, store.stakeholders())
        parsed.clears = clears
        return parsed


def _mapper(
    store: Store,
    finder: UnitFinder,
    today: dt.date,
    mappings: Sequence[Mapping | Kept],
    answers: Answers,
    known: bool,
) -> Mapper:
    """What reads other layouts than ours, with what is stored under the IDs that it makes."""

    def around() -> Around:
        stored = store.rows(
            "SELECT case_id AS id, title, min(coalesce(started, finished)) AS day"
            " FROM activity LEFT JOIN step_record USING (case_id)"
            " WHERE starts_with(case_id, $made) GROUP BY ALL"
            " UNION ALL SELECT facilitator_id, name, trained_on FROM facilitator"
            " WHERE starts_with(facilitator_id, $made)",
            made=MADE,
        )
        return Around(finder, today, {r["id"]: Stored(r["title"], r["day"]) for r in stored})

    def of_office() -> list[Kept]:
        return kept.in_force(store, store.viewer.unit) if known else []

    def hints() -> Hints:
        return Hints(finder, store.sop(today), store.viewer.unit)

    return Mapper(mappings, answers, of_office, around, hints)


def preview(
    store: Store, parsed: Parsed, today: dt.date | None = None, progress: Progress = quiet
) -> Preview:
    """What keeping the files would do. Nothing is kept."""
    with store.rehearse() as cursor:
        return examine(cursor, parsed, today or jakarta_today(), store.viewer, progress)


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


def examine(
    cursor: duckdb.DuckDBPyConnection,
    parsed: Parsed,
    today: dt.date,
    viewer: Viewer,
    progress: Progress,
) -> Preview:
    if parsed.demo:
        _refuse_beside_real(cursor)
    progress(0.45, "Memeriksa aturan SOP")
    problems, counts = checking.run(cursor, parsed, today, viewer)
    places = {raw.sheet.name: raw for raw in parsed.book.sheets}
    result = Preview(
        parsed.book.sha256, {}, _located(problems, places), parsed.notes, [], parsed.demo
    )
    result.problem_counts = counts
    result.readings = listed(parsed.readings)
    warnings, result.warning_counts = warning.find(cursor)
    result.warnings = _located(warnings, places)
    any_others = overwriting.stage(cursor, viewer, result.looked_at)
    put: list[Filled] = []
    for given in parsed.sheets:
        _compare(cursor, given.sheet, given.present)
        result.sheets[given.sheet.name] = rows = _count(cursor, given.sheet)
        if rows.new:
            result.added += _located(_added(cursor, given.sheet), places)
        if not rows.changed:  # nothing stored gives way to it
            continue
        filled = overwriting.find(cursor, given.sheet, given.present) if any_others else {}
        put += filled.values()
        result.digest ^= _digest(cursor, given.sheet)
        for emptied, (cells, total) in _replaced(cursor, given, parsed.clears, filled).items():
            if emptied:
                result.emptied += cells
                result.emptied_total += total
            else:
                result.changes += cells
                result.change_total += total
        older, total = outdated.find(cursor, given.sheet, given.present, result.sha256, viewer)
        result.older += older
        result.older_total += total
    result.others, result.others_total = overwriting.lines(put), len(put)
    result.changes, result.emptied, result.older = (
        _located(result.changes, places), _located(result.emptied, places),
        _located(result.older, places),
    )  # fmt: skip
    last = cursor.execute(
        "SELECT max(coalesce(finished, started)) FROM staged_step_record"
        " WHERE NOT refused AND coalesce(finished, started) <= $today",
        {"today": today},
    ).fetchone()
    result.last_on = last[0] if last else None
    seen, values = outdated.seen_batches(viewer)
    row = cursor.execute(
        "SELECT max(batch_id) FROM import_batch"  # noqa: S608 - our own condition
        f" WHERE sha256 = $sha AND undone_at IS NULL AND {seen}",
        {"sha": result.sha256, **values},
    ).fetchone()
    result.repeat_of = row[0] if row else None
    return result


_Told = TypeVar("_Told", Problem, Change, Older, New)


def _located(told: list[_Told], places: dict[str, RawSheet]) -> list[_Told]:
    """What is told of rows, with the table and the row in it as people find them."""
    found = []
    for one in told:
        sheet, row = (
            places[one.sheet].where(one.row) if one.sheet in places else (one.sheet, one.row)
        )
        found.append(replace(one, sheet=sheet, row=row))
    return found


def _refuse_beside_real(cursor: duckdb.DuckDBPyConnection) -> None:
    """Invented data goes into a store of its own, whoever brings it, the operator too."""
    row = cursor.execute(
        "SELECT EXISTS (FROM app_user)"
        " OR EXISTS (FROM import_batch WHERE NOT demo AND undone_at IS NULL)"
    ).fetchone()
    if row and row[0]:
        raise ImportRefused(DEMO_TOO_LATE)


def _compare(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, present: list[str]) -> None:
    """Hold staged rows, completed from what is stored (``checking``), against the stored ones.

    A row that holds nothing but its key, of no stored record, is ``empty``: a template's row for a
    step that nobody has begun says nothing yet.
    """
    blank = [f"NOT coalesce(s.{f}, false)" if f in NO_WHEN_BLANK else f"s.{f} IS NULL"
             for f in (c.field for c in sheet.columns) if f not in sheet.key]  # fmt: skip
    names = [c.field for c in sheet.columns]
    final = ", ".join(f"{'s' if n in present else 't'}.{n} AS {n}" for n in names)
    same = " AND ".join(f"s.{n} IS NOT DISTINCT FROM t.{n}" for n in present)
    on = " AND ".join(f"s.{k} = t.{k}" for k in sheet.key)
    temporary.make(
        cursor,
        f"compared_{sheet.table}",
        f"""
        SELECT s.row_no, {final},
            CASE WHEN s.refused THEN 'rejected'
                WHEN s.doubled THEN 'unchanged'
                WHEN t.{sheet.key[0]} IS NULL
                    THEN CASE WHEN {" AND ".join(blank)} THEN 'empty' ELSE 'new' END
                WHEN {same} THEN 'unchanged' ELSE 'changed' END AS state
        FROM staged_{sheet.table} s LEFT JOIN {sheet.table} t ON {on}
        """,  # noqa: S608 - names from the contract
    )


def _count(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> Counts:
    rows = cursor.execute(
        "SELECT CASE state WHEN 'empty' THEN 'unchanged' ELSE state END AS what, count(*)"  # noqa: S608
        f" FROM compared_{sheet.table} GROUP BY what"
    ).fetchall()
    return Counts(**dict(rows))


def _added(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> list[New]:
    """The first new rows, told by their key and what else they are filled with."""
    key = " || ' / ' || ".join(f"{k}::VARCHAR" for k in sheet.key)
    says = ", ".join(
        f"CASE WHEN {c.field} IS NOT NULL THEN '{c.name}: '"
        f" || {f'tanggal({c.field})' if c.kind == 'date' else f'{c.field}::VARCHAR'} END"
        for c in sheet.columns
        if c.field not in (*sheet.key, *NO_WHEN_BLANK)
    )
    rows = cursor.execute(
        # The first are picked before words are made of them: not of 100,000 for 200.
        f"SELECT row_no, {key}, concat_ws('; ', {says}) FROM (FROM compared_{sheet.table}"  # noqa: S608 - names from the contract
        " WHERE state = 'new' ORDER BY row_no LIMIT $most) ORDER BY row_no",
        {"most": MOST_SHOWN},
    ).fetchall()
    return [New(sheet.name, *row) for row in rows]


def _replaced(
    cursor: duckdb.DuckDBPyConnection,
    given: ParsedSheet,
    clears: bool,
    filled: dict[Cell, Filled],
    most: int = MOST_SHOWN,
) -> dict[bool, tuple[list[Change], int]]:
    """The first fields that would be emptied by a blank (True) and replaced (False), for the
    uploader to look at, and how many are. Those of ``filled`` come first.
    """
    sheet = given.sheet
    on = " AND ".join(f"c.{k} = t.{k}" for k in sheet.key)
    pairs = ", ".join(
        f"{{'column': '{c.name}', 'before': t.{c.field}::VARCHAR, 'after': c.{c.field}::VARCHAR,"
        f" 'gone': {_gone(c, given) if clears else 'false'}}}"
        for c in sheet.columns
    )
    key = " || ' / ' || ".join(f"c.{k}::VARCHAR" for k in sheet.key)
    cursor.register("incoming", given.table)
    rows = cursor.execute(
        f"""
        SELECT gone, row_no, key, name, before, CASE WHEN gone THEN '' ELSE after END, total FROM (
            SELECT row_no, key, f.column AS name, f.gone, coalesce(f.before, '') AS before,
                coalesce(f.after, '') AS after, count(*) OVER (PARTITION BY f.gone) AS total,
                row_number() OVER (PARTITION BY f.gone
                    ORDER BY list_contains($filled, row_no || ' ' || f.column) DESC, row_no) AS nth
            FROM (
                SELECT c.row_no, {key} AS key, unnest([{pairs}]) AS f
                FROM compared_{sheet.table} c JOIN {sheet.table} t ON {on}
                {"JOIN incoming g ON g.row_no = c.row_no" if clears else ""}
                WHERE c.state = 'changed'
            )
            WHERE f.before IS DISTINCT FROM f.after
        ) WHERE nth <= $most ORDER BY nth
        """,  # noqa: S608 - names from the contract
        {"most": most, "filled": [f"{row} {name}" for row, name in filled]},
    ).fetchall()
    cursor.unregister("incoming")
    found: dict[bool, tuple[list[Change], int]] = {}
    for gone, row, row_key, name, before, after, total in rows:
        by = filled.get((row, name))
        change = Change(sheet.name, row, row_key, name, before, after, **(vars(by) if by else {}))
        found.setdefault(gone, ([], total))[0].append(change)
    return found


def _digest(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> int:
    """Of all that would be replaced, and by what: of more cells than are listed."""
    on = " AND ".join(f"c.{k} = t.{k}" for k in sheet.key)
    cells = ", ".join(f"t.{c.field}, c.{c.field}" for c in sheet.columns)
    row = cursor.execute(
        f"SELECT coalesce(bit_xor(hash(c.row_no, {cells})), 0)"  # noqa: S608 - names from the contract
        f" FROM compared_{sheet.table} c JOIN {sheet.table} t ON {on} WHERE c.state = 'changed'"
    ).fetchone()
    return int(row[0]) if row else 0


def _gone(column: Column, given: ParsedSheet) -> str:
    """SQL: whether a blank of the file (``g``) would empty a field that is filled (``t``)."""
    name = column.field
    if name not in given.present or name in given.sheet.key:
        return "false"
    # A mark that is not set is as good as none.
    stands = f"coalesce(t.{name}, false)" if name in NO_WHEN_BLANK else f"t.{name} IS NOT NULL"
    return f"g.{name} IS NULL AND {stands}"


def drop_staged(cursor: duckdb.DuckDBPyConnection) -> None:
    """Forget what was staged, and all that was made of it."""
    temporary.drop(cursor)
