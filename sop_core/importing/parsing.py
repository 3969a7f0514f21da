"""From raw sheets to typed columns, with a problem for each cell that cannot be read.

Works column by column on distinct values: a spreadsheet of 100,000 rows repeats its
dates, offices and flows, and reading each once is what keeps an import fast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sop_core.errors import CellError
from sop_core.exporting import cell_length
from sop_core.importing.cells import clean_text, parser_for
from sop_core.importing.contract import DEMO_PREFIX, Column, Kind, Sheet, with_stakeholders
from sop_core.importing.limits import LIMITS, LISTED, SHOWN, refusal
from sop_core.importing.notes import Reading, lines
from sop_core.importing.reading import Book, Cells, RawSheet
from sop_core.units import UnitFinder

_ARROW: dict[Kind, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "lines": pa.string(),
    "date": pa.date32(),
    "count": pa.int32(),
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
    """Typed columns of one sheet; a cell that could not be read is None."""

    sheet: Sheet
    table: pa.Table
    present: list[str]


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
        """How names were read, one line a kind."""
        return lines(self.readings)


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
    arrays: dict[str, pa.Array] = {"row_no": pa.array(raw.row_numbers, pa.int32())}
    for position, column in raw.columns.items():
        arrays[column.field] = _parse_column(
            raw, column, raw.cells[position], finder, today, parsed
        )
    present = [c.field for c in raw.sheet.columns if c.field in arrays]
    for column in raw.sheet.columns:
        if column.field not in arrays:
            arrays[column.field] = pa.nulls(len(raw.row_numbers), _ARROW[column.kind])
    if "case_id" in present and not parsed.demo:
        named = pc.any(pc.starts_with(arrays["case_id"], DEMO_PREFIX)).as_py()
        parsed.demo = bool(named)
    return ParsedSheet(raw.sheet, pa.table(arrays), present)


def _parse_column(
    raw: RawSheet,
    column: Column,
    cells: Cells,
    finder: UnitFinder,
    today: dt.date,
    parsed: Parsed,
) -> pa.Array:
    parse = parser_for(column, finder, today)
    read: list[Any] = [None] * len(cells.values)
    failed: dict[int, str] = {}
    surely = LIMITS["cell"].most // 2
    # Values that stand only in headings or in rows above them are not of this column.
    for code in np.flatnonzero(np.bincount(cells.codes, minlength=len(read))).tolist():
        value = cells.values[code]
        if value == "" or (isinstance(value, str) and not value.strip()):
            if column.required:
                failed[code] = "wajib diisi"
            continue
        try:
            found = parse(value)
            # A character is one unit of UTF-16 or two; nearly every text is far shorter.
            if type(found) is str and len(found) > surely:
                _refuse_longer(found)
            read[code] = found
        except CellError as error:
            failed[code] = str(error)
    if column.kind == "unit":
        spelled = {cells.values[code]: found for code, found in enumerate(read) if found}
        _note_spellings(raw.sheet, spelled, finder, parsed)
    if failed:
        parsed.faults.append(_faults(raw, column, cells, failed))
    return pa.array(read, _ARROW[column.kind]).take(pa.array(cells.codes))


def _refuse_longer(text: str) -> None:
    """Raises CellError for a text that no export can hold."""
    said = refusal("cell", cell_length(text))
    if said is not None:
        raise CellError(said)


def _faults(raw: RawSheet, column: Column, cells: Cells, failed: dict[int, str]) -> pa.Table:
    """The cells of a column that have one of the failed values, each value written once."""
    number = np.full(len(cells.values), -1, np.int32)
    number[list(failed)] = np.arange(len(failed), dtype=np.int32)
    of_row = number[cells.codes]
    at = np.flatnonzero(of_row >= 0)
    codes = pa.array(of_row[at])
    values = pa.array([_shown(cells.values[code]) for code in failed], pa.string())
    reasons = pa.array(list(failed.values()), pa.string())
    return pa.table(
        {
            "sheet": pa.repeat(raw.sheet.name, len(at)),
            "row_no": pa.array(raw.row_numbers[at]),
            "column_name": pa.repeat(column.name, len(at)),
            "value": values.take(codes),
            "message": reasons.take(codes),
        }
    )


def _shown(value: Any) -> str:
    return _cut(clean_text(value))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _note_spellings(sheet: Sheet, read: dict[Any, Any], finder: UnitFinder, parsed: Parsed) -> None:
    for value, code in sorted(read.items(), key=str):
        if code is not None and value not in (code, finder.by_code[code].name):
            name = f"{finder.by_code[code].name} ({code})"
            parsed.readings.append(Reading("unit", sheet.name, clean_text(value), name))
