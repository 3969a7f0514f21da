"""From raw sheets to typed tables, with a problem for each cell that cannot be read.

Works column by column on distinct values (columns.py); what takes two columns of a row is
decided here, for the few rows that it is about.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sop_core.importing.columns import ReadColumn, orders, read_column, shown
from sop_core.importing.contract import DEMO_PREFIX, LANGKAH, Kind, Sheet, with_stakeholders
from sop_core.importing.date_order import Order
from sop_core.importing.limits import LISTED
from sop_core.importing.notes import RANGE, Reading, lines
from sop_core.importing.reading import Book, RawSheet
from sop_core.importing.step_letters import keeps_letter, read_step
from sop_core.importing.texts import clean_text
from sop_core.indonesian import format_date
from sop_core.units import UnitFinder

_ARROW: dict[Kind, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "lines": pa.string(),
    "date": pa.date32(),
    # Room for rupiah; the store's own counts are INTEGER, and Column.most keeps them within.
    "count": pa.int64(),
    "norm": pa.int32(),
    "year": pa.int32(),
    "step": pa.int32(),
    "yes_no": pa.bool_(),
    "flow": pa.string(),
    "unit": pa.string(),
    "choice": pa.string(),
}


@dataclass(frozen=True)
class Problem:
    """Why one cell keeps its row out, named as the spreadsheet shows it."""

    sheet: str
    row: int
    column: str
    value: str
    message: str


@dataclass(frozen=True)
class ProblemCount:
    """How many cells of a column have one kind of reason (a reason without its particulars)."""

    sheet: str
    column: str
    kind: str
    count: int


@dataclass
class ParsedSheet:
    """Typed columns of one sheet; a cell that could not be read is None.

    ``written_steps`` holds the rows of which the step was written with the letter of a flow
    (row_no, written, written_flow); step_letters.py holds them against the cases.
    """

    sheet: Sheet
    table: pa.Table
    present: list[str]
    written_steps: pa.Table | None = None


@dataclass
class Parsed:
    """A book, read and typed, before it is held against the store.

    ``faults`` are the cells that could not be read, a table for each column that has any:
    sheet, row_no, column_name, value, message. ``clears``: its blank cells clear what is stored,
    by the uploader's word, instead of keeping it.
    """

    book: Book
    sheets: list[ParsedSheet]
    faults: list[pa.Table] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    demo: bool = False
    clears: bool = False

    @property
    def problems(self) -> list[Problem]:
        """The first cells that could not be read, at most LISTED, column by column."""
        found: list[Problem] = []
        for table in self.faults:
            rows = table.slice(0, LISTED - len(found)).to_pylist()
            found += [Problem(*row.values()) for row in rows]
        return found

    @property
    def notes(self) -> list[str]:
        """What was filled in or left out, and how names were read, one line a kind."""
        return [*self.book.told, *lines(self.readings)]


def parse_book(
    book: Book, finder: UnitFinder, today: dt.date, stakeholders: Mapping[str, str] | None = None
) -> Parsed:
    """Read every cell of a book; ``stakeholders`` are the letters the SOP's revisions name."""
    parsed = Parsed(book, [], readings=list(book.readings), demo=book.demo)
    for raw in book.sheets:
        raw.columns = {p: with_stakeholders(c, stakeholders or {}) for p, c in raw.columns.items()}
        parsed.sheets.append(_parse_sheet(raw, finder, today, parsed))
    return parsed


def _parse_sheet(raw: RawSheet, finder: UnitFinder, today: dt.date, parsed: Parsed) -> ParsedSheet:
    order = orders(raw)
    columns: dict[str, ReadColumn] = {}
    arrays: dict[str, pa.Array] = {"row_no": pa.array(raw.row_numbers, pa.int32())}
    for position, column in raw.columns.items():
        read = read_column(
            raw.sheet, column, raw.cells[position], finder, today, order.get(column.name, Order())
        )
        columns[column.field] = read
        typed = pa.array(read.values, _ARROW[column.kind])
        arrays[column.field] = typed.take(pa.array(read.cells.codes))
    if raw.doubts:
        parsed.faults.append(_doubted(raw))
    settled = _settle_ranges(raw, columns, arrays)
    for name, read in columns.items():
        if read.column.kind == "unit":
            spelled = {read.cells.values[c]: found for c, found in enumerate(read.values) if found}
            _note_spellings(raw.sheet, spelled, finder, parsed)
        parsed.readings += read.readings
        if read.failed:
            parsed.faults.append(_faults(raw, read, settled if name == "started" else None))
    present = [c.field for c in raw.sheet.columns if c.field in arrays]
    for column in raw.sheet.columns:
        if column.field not in arrays:
            arrays[column.field] = pa.nulls(len(raw.row_numbers), _ARROW[column.kind])
    if "case_id" in present and not parsed.demo:
        named = pc.any(pc.starts_with(arrays["case_id"], DEMO_PREFIX)).as_py()
        parsed.demo = bool(named)
    return ParsedSheet(raw.sheet, pa.table(arrays), present, _written_steps(raw, columns))


def _doubted(raw: RawSheet) -> pa.Table:
    """What a mapping leaves in doubt, as faults."""
    return pa.table(
        {
            "sheet": [raw.sheet.name] * len(raw.doubts),
            "row_no": pa.array([d.row for d in raw.doubts], pa.int32()),
            "column_name": [d.column for d in raw.doubts],
            "value": [d.value for d in raw.doubts],
            "message": [d.message for d in raw.doubts],
        }
    )


def _settle_ranges(
    raw: RawSheet, columns: dict[str, ReadColumn], arrays: dict[str, pa.Array]
) -> npt.NDArray[np.bool_] | None:
    """Two days written as the start of a step are its start and finish, if no finish is written.

    Returns which rows that settled; elsewhere a range stays refused: two days in one column,
    or a finish beside another.
    """
    started, finished = columns.get("started"), columns.get("finished")
    if raw.sheet.table != LANGKAH.table or started is None or finished is None:
        return None
    if not started.ranges:
        return None
    # A finish that says "belum" contradicts the range: only a cell without a word is empty.
    empty = np.fromiter(
        (type(v) is str and not v.strip() for v in finished.cells.values),
        bool, len(finished.cells.values),
    )  # fmt: skip
    settled: npt.NDArray[np.bool_] = (
        np.isin(started.cells.codes, list(started.ranges)) & empty[finished.cells.codes]
    )
    codes = started.cells.codes[settled].tolist()
    mask = pa.array(settled)
    for name, days in (
        ("started", [started.ranges[code].first for code in codes]),
        ("finished", [started.ranges[code].last for code in codes]),
    ):
        arrays[name] = pc.replace_with_mask(arrays[name], mask, pa.array(days, pa.date32()))
    for code, count in Counter(codes).items():
        both = started.ranges[code]
        read_as = f"mulai {format_date(both.first)} dan selesai {format_date(both.last)}"
        written = shown(started.cells.values[code])
        name = started.column.name
        started.readings.append(Reading(RANGE, raw.sheet.name, written, read_as, name, count))
    return settled


def _written_steps(raw: RawSheet, columns: dict[str, ReadColumn]) -> pa.Table | None:
    """The rows of which the step has the letter of a flow, with that letter."""
    read = next((c for c in columns.values() if keeps_letter(c.column)), None)
    if read is None:
        return None
    letters = {
        code: letter
        for code, value in enumerate(read.cells.values)
        if isinstance(value, str)
        and read.values[code] is not None
        and (letter := read_step(value, True)[1])
    }
    if not letters:
        return None
    at = np.flatnonzero(np.isin(read.cells.codes, list(letters)))
    codes = read.cells.codes[at].tolist()
    return pa.table(
        {
            "row_no": pa.array(raw.row_numbers[at], pa.int32()),
            "written": pa.array([shown(read.cells.values[c]) for c in codes], pa.string()),
            "written_flow": pa.array([letters[c] for c in codes], pa.string()),
        }
    )


def _faults(raw: RawSheet, read: ReadColumn, settled: npt.NDArray[np.bool_] | None) -> pa.Table:
    """The cells of a column that have one of the failed values, each value written once."""
    cells, failed = read.cells, read.failed
    number = np.full(len(cells.values), -1, np.int32)
    number[list(failed)] = np.arange(len(failed), dtype=np.int32)
    of_row = number[cells.codes]
    wrong = of_row >= 0
    at = np.flatnonzero(wrong if settled is None else wrong & ~settled)
    codes = pa.array(of_row[at])
    values = pa.array([shown(cells.values[code]) for code in failed], pa.string())
    reasons = pa.array(list(failed.values()), pa.string())
    return pa.table(
        {
            "sheet": pa.repeat(raw.sheet.name, len(at)),
            "row_no": pa.array(raw.row_numbers[at]),
            "column_name": pa.repeat(read.column.name, len(at)),
            "value": values.take(codes),
            "message": reasons.take(codes),
        }
    )


def _note_spellings(sheet: Sheet, read: dict[Any, Any], finder: UnitFinder, parsed: Parsed) -> None:
    for value, code in sorted(read.items(), key=str):
        if code is not None and value not in (code, finder.by_code[code].name):
            name = f"{finder.by_code[code].name} ({code})"
            parsed.readings.append(Reading("unit", sheet.name, clean_text(value), name))
