"""Catat: records that somebody types, kept as a batch of their own.

From its rows on, what is typed goes the way of an uploaded file: the same checks, the same
history, the same undo. The batch's file is what was typed, as a CSV of the contract.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sop_core import statements
from sop_core.access import DEMO
from sop_core.errors import Refused
from sop_core.exporting import Table, to_csv
from sop_core.importing.contract import LANGKAH, SHEETS, Column, Sheet
from sop_core.importing.dates import parse_date
from sop_core.importing.keeping import commit
from sop_core.importing.parsing import Parsed, parse_book
from sop_core.importing.raw import Part, RawSheet
from sop_core.importing.reading import Book
from sop_core.importing.staging import Preview
from sop_core.importing.tabs import Cells, SourceFile
from sop_core.indonesian import format_date
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store

NOTHING = "Tidak ada yang diubah; tidak ada yang disimpan."


@dataclass(frozen=True)
class Typed:
    """One record as a form showed it (``before``) and as it should be (``after``), by field.

    Both hold the sheet's key. Fields that a form does not show are in neither; of a record that
    is not stored yet ``before`` holds no more than the key.
    """

    sheet: Sheet
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def key(self) -> tuple[Any, ...]:
        """The values of the sheet's key."""
        return tuple(self.after[k] for k in self.sheet.key)

    @property
    def changed(self) -> set[str]:
        """Fields that should be other than the form showed them; a blank is as good as a no."""
        fields = {c.field for c in self.sheet.columns} - set(self.sheet.key)
        return {f for f in fields if _plain(self.after.get(f)) != _plain(self.before.get(f))}


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        value = value.strip()
    return None if value is False or value == "" else value


def record(
    store: Store,
    typed: Iterable[Typed],
    until: dt.date | None = None,
    today: dt.date | None = None,
    action: str = "impor",
) -> Preview:
    """Keep what was typed, all of it or nothing; only fields that changed are written.

    A field that was emptied clears what is stored. What somebody records does not say that their
    office's records are complete, unless ``until`` says up to which day they are. ``action`` is
    what the viewer does by it. The answer's ``kept`` tells whether the store changed; ``problems`` why not. Raises Refused where nothing
    was changed or somebody else changed the same fields meanwhile, and AccessDenied.
    """
    rows = [row for row in typed if row.changed]
    if not rows:
        raise Refused(NOTHING)
    day = today or jakarta_today()
    store.require(action, _FILE)
    if action in _ONLY:
        _refuse_past_action(store, rows, action)
    # Nobody changes a record between the look at it and the writing.
    with store.database.locks.records:
        _refuse_if_taken(store, rows)
        stored = [_stored(store, row) for row in rows]
        for row, held in zip(rows, stored, strict=True):
            _refuse_if_moved(store, row, held)
        rows = [_as_written(row, held) for row, held in zip(rows, stored, strict=True)]
        return commit(
            store, _parsed(store, rows, day), store.viewer.name, all_or_nothing=True, today=day,
            until=until, speaking=until is not None, action=action,
        )  # fmt: skip


DIRECTING = "arahan"
"""The action by which a disposisi is recorded; by it the step with that milestone alone is."""
_ONLY = {DIRECTING: "directed"}


def _refuse_past_action(store: Store, rows: Sequence[Typed], action: str) -> None:
    """Raises AccessDenied for a row that the action is not there for, whoever asks."""
    for row in rows:
        allowed = row.sheet is LANGKAH and store.one(
            "SELECT EXISTS (FROM sop_case c JOIN sop_step s ON s.revision = c.revision"
            " AND s.flow = c.flow AND s.level = c.level"
            " WHERE c.case_id = $case AND s.step_no = $step AND s.milestone = $milestone)",
            case=row.key[0],
            step=row.key[1],
            milestone=_ONLY[action],
        )
        if not allowed:
            raise store.refusal(action, " / ".join(map(str, row.key)))


_FILE = "catat.csv"
FIRST_ROW = 2
"""Of what is typed, below the headings of its file: by it a reason tells which record it means."""
_LONGEST_KEY = 80
"""Characters of a record's key in the name of its file."""


def _parsed(store: Store, rows: Sequence[Typed], today: dt.date) -> Parsed:
    book = Book([], [], [], False)
    # Only where a field was emptied: else a blank, of a row that leaves the field alone, says
    # nothing, so that an undo of what it came from takes it away.
    clears = any(_empties(row) for row in rows)
    for sheet in SHEETS:
        own = [row for row in rows if row.sheet is sheet]
        if own:
            _add(book, sheet, own, clears)
    parsed = parse_book(book, store.unit_finder(), today, store.stakeholders())
    parsed.clears = clears
    # What a visitor types into the demo belongs to it, and goes with it.
    parsed.demo = parsed.demo or (store.viewer.role == DEMO and store.has_demo_data)
    return parsed


def _empties(row: Typed) -> bool:
    return any(_cell(row.after.get(field)) == "" for field in row.changed)


def _add(book: Book, sheet: Sheet, rows: list[Typed], clears: bool) -> None:
    """The rows as a table of the contract: the key, and what one of them changes. Where blanks of
    the batch clear, a field that a row leaves alone stands as it is stored.
    """
    wanted = set(sheet.key).union(*(row.changed for row in rows))
    columns = [c for c in sheet.columns if c.field in wanted]

    def cell(row: Typed, column: Column) -> Any:
        said = clears or column.required or column.field in {*sheet.key, *row.changed}
        return _cell(row.after.get(column.field)) if said else ""

    cells = [[cell(row, c) for c in columns] for row in rows]
    names = [c.name for c in columns]
    file = SourceFile(_file_name(sheet, rows),
                      to_csv(Table(sheet.name, names, [list(map(_written, r)) for r in cells])))  # fmt: skip
    book.files.append(file)
    numbers = np.arange(FIRST_ROW, len(rows) + FIRST_ROW, dtype=np.int32)
    codes = np.arange(len(rows), dtype=np.int32)
    book.sheets.append(
        RawSheet(
            sheet, names, dict(enumerate(columns)),
            [Cells([row[at] for row in cells], codes) for at in range(len(columns))],
            numbers, [Part(file.name, sheet.name)],
        )
    )  # fmt: skip


def _file_name(sheet: Sheet, rows: list[Typed]) -> str:
    """By which one such upload is told from another: ``catat-langkah ADV-1-2 dan 3 lain.csv``."""
    key = "-".join(re.findall(r"[\w.-]+", " ".join(map(str, rows[0].key))))[:_LONGEST_KEY]
    others = f" dan {len(rows) - 1} lain" if len(rows) > 1 else ""
    return f"catat-{sheet.name.lower().replace(' ', '-')} {key}{others}.csv"


def _cell(value: Any) -> Any:
    return "" if value is None else value.strip() if isinstance(value, str) else value


def _written(value: Any) -> Any:
    return ("ya" if value else "tidak") if isinstance(value, bool) else value


def _refuse_if_taken(store: Store, rows: Sequence[Typed]) -> None:
    """Raises Refused where a record that is meant to be new has the key of a stored one, also of
    one that the person does not see.
    """
    whole = store.nationwide()
    for row in rows:
        new = not set(row.before) - set(row.sheet.key) and row.sheet is not LANGKAH
        if new and _stored(whole, row):
            raise Refused(f"{' / '.join(map(str, row.key))} sudah dipakai; muat ulang halaman ini.")


def _as_written(row: Typed, stored: Mapping[str, Any]) -> Typed:
    """The record with what is stored this moment in the fields that the person left alone: beside
    a row that changes them they stand in the batch too, and must not bring back what the form showed.
    """
    kept = {f: v for f, v in stored.items() if f not in row.changed}
    return Typed(row.sheet, row.before | kept, row.after | kept)


def _refuse_if_moved(store: Store, row: Typed, stored: Mapping[str, Any]) -> None:
    """Raises Refused where a stored field is not what the form showed: somebody was faster."""
    for column in row.sheet.columns:
        field = column.field
        if field not in row.changed:
            continue
        now, shown = stored.get(field), row.before.get(field)
        if _plain(now) == _plain(shown) or _plain(now) == _plain(row.after.get(field)):
            continue
        raise Refused(
            f"{column.name} pada {' / '.join(map(str, row.key))} berubah sementara formulir ini"
            f" terbuka: {_shown(shown)} menjadi {_shown(now)}{_by_whom(store, stored)}."
            " Tidak ada yang disimpan; muat ulang halaman ini, lalu periksa."
        )


def _stored(store: Store, row: Typed) -> dict[str, Any]:
    """The record as it stands this moment, as far as the viewer sees it."""
    on = " AND ".join(f"{k} = ${k}" for k in row.sheet.key)
    # A moment of a page's own is of when the page began.
    found = store.latest().rows(
        f"SELECT * FROM {row.sheet.table} WHERE {on}",  # noqa: S608 - names from the contract
        **dict(zip(row.sheet.key, row.key, strict=True)),
    )
    return found[0] if found else {}


def _by_whom(store: Store, stored: Mapping[str, Any]) -> str:
    found = store.latest().rows(
        "SELECT batch_id, imported_by FROM import_batch WHERE batch_id = $b",
        b=stored.get("batch_id"),
    )
    return f" oleh {found[0]['imported_by']} (unggahan {found[0]['batch_id']})" if found else ""


def _shown(value: Any) -> str:
    if _plain(value) is None:
        return "kosong"
    return (
        format_date(value) if isinstance(value, dt.date) else "ya" if value is True else str(value)
    )


def read_day(text: str, column: Column) -> dt.date | None:
    """The day that somebody typed into a cell, day first as everywhere; None of a blank one.

    Raises CellError, in Indonesian. A browser's own field for dates goes by the browser's
    language, and may take 5 June for 6 May.
    """
    return parse_date(text, column.earliest) if text.strip() else None


# ------------------------------------------------------------- what a form shows


def may_record(store: Store, unit: str) -> bool:
    """Whether the viewer records for an office, by its code."""
    return unit in offices(store, jakarta_today())


def offices(store: Store, today: dt.date) -> dict[str, str]:
    """Names of the offices for which the viewer records, by code."""
    if not store.viewer.may("impor"):
        return {}
    return {u.code: u.name for u in statements.offices(store, today)}


def cases(store: Store, units: Sequence[str], today: dt.date) -> list[dict[str, Any]]:
    """Cases of offices, the open ones first and the late ones first of these.

    ``case_id``, ``title``, ``unit_code``, ``year``, ``level``, and ``step``, the code of the step
    at which it stands (None for a case that is done).
    """
    return store.rows(
        """
        SELECT s.case_id, c.title, s.unit_code, s.year, s.level,
            s.flow || '.' || s.stands_at AS step
        FROM case_standing($today, NULL, $units, NULL) s JOIN sop_case c USING (case_id)
        ORDER BY s.stands_at IS NULL, s.days_late DESC, s.due NULLS LAST, c.title, s.case_id
        """,
        today=today,
        units=list(units),
    )


_FIELDS = ", ".join(f"r.{c.field}" for c in LANGKAH.columns if c.field not in LANGKAH.key)


def steps(store: Store, case_id: str, today: dt.date) -> list[dict[str, Any]]:
    """The steps of a case with their records, field by field as stored.

    ``optional`` steps may be skipped, with a reason; ``status`` and ``due`` are of ``today``.
    """
    return store.rows(
        f"""
        SELECT s.case_id, s.step_no, s.flow || '.' || s.step_no AS step, d.activity,
            s.revision, d.optional, s.status, s.due, {_FIELDS}
        FROM step_status($today) s
        JOIN sop_step d ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        LEFT JOIN step_record r ON r.case_id = s.case_id AND r.step_no = s.step_no
        WHERE s.case_id = $case_id ORDER BY s.step_no
        """,  # noqa: S608 - names from the contract
        today=today,
        case_id=case_id,
    )


def new_case_id(store: Store, after: Mapping[str, Any], prefix: str) -> str:
    """A free ID of an activity of that flow, year and office: ``KEG-A-2026-BBPOM-PDG-003``."""
    stem = f"{prefix}{after['flow']}-{after['year']}-{after['unit_code']}-"
    whole = store.latest().nationwide()
    # Of an undone activity too: what people said of it must not pass to the next one.
    found = whole.one(
        "SELECT max(try_cast(right(case_id, 3) AS INTEGER)) FROM activity_vouched"
        " WHERE starts_with(case_id, $stem) AND length(case_id) = length($stem) + 3",
        stem=stem,
    )
    return f"{stem}{(found or 0) + 1:03d}"


def follow_ups(store: Store, case_id: str) -> list[dict[str, Any]]:
    """The recommendations of an activity, as stored."""
    return store.rows(
        "SELECT * FROM follow_up WHERE case_id = $case_id"
        " ORDER BY try_cast(recommendation_no AS INTEGER) NULLS LAST, recommendation_no",
        case_id=case_id,
    )


def new_recommendation(store: Store, case_id: str) -> str:
    """A number that no recommendation of the activity has or had, whoever answers for it."""
    whole = store.latest().nationwide()
    found = whole.one(
        "SELECT max(try_cast(recommendation_no AS INTEGER)) FROM follow_up_vouched WHERE case_id = $c",
        c=case_id,
    )
    return str((found or 0) + 1)
