"""From raw sheets to typed columns, with a problem for each cell that cannot be read.

Works column by column on distinct values: a spreadsheet of 100,000 rows repeats its
dates, offices and flows, and reading each once is what keeps an import fast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from sop_core.errors import CellError
from sop_core.importing.cells import clean_text, parser_for
from sop_core.importing.contract import DEMO_PREFIX, Column, Kind, Sheet, with_stakeholders
from sop_core.importing.reading import Book, RawSheet
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


@dataclass
class ParsedSheet:
    """Typed columns of one sheet; a cell that could not be read is None."""

    sheet: Sheet
    table: pa.Table
    present: list[str]


@dataclass
class Parsed:
    """A book, read and typed, before it is held against the store."""

    book: Book
    sheets: list[ParsedSheet]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    demo: bool = False


def parse_book(
    book: Book, finder: UnitFinder, today: dt.date, stakeholders: Mapping[str, str] | None = None
) -> Parsed:
    """Read every cell of a book; ``stakeholders`` are the letters the SOP's revisions name."""
    parsed = Parsed(book, [], notes=list(book.notes), demo=book.demo)
    for raw in book.sheets:
        raw.columns = {p: with_stakeholders(c, stakeholders or {}) for p, c in raw.columns.items()}
        parsed.sheets.append(_parse_sheet(raw, finder, today, parsed))
    return parsed


def _parse_sheet(raw: RawSheet, finder: UnitFinder, today: dt.date, parsed: Parsed) -> ParsedSheet:
    cells = list(zip(*raw.rows, strict=False)) if raw.rows else [()] * len(raw.headings)
    arrays: dict[str, pa.Array] = {"row_no": pa.array(raw.row_numbers, pa.int32())}
    for position, column in raw.columns.items():
        values = _parse_column(raw, column, list(cells[position]), finder, today, parsed)
        arrays[column.field] = pa.array(values, _ARROW[column.kind])
    present = [c.field for c in raw.sheet.columns if c.field in arrays]
    for column in raw.sheet.columns:
        if column.field not in arrays:
            arrays[column.field] = pa.nulls(len(raw.rows), _ARROW[column.kind])
    if "case_id" in present and not parsed.demo:
        ids = arrays["case_id"].to_pylist()
        parsed.demo = any(i and i.startswith(DEMO_PREFIX) for i in ids)
    return ParsedSheet(raw.sheet, pa.table(arrays), present)


def _parse_column(
    raw: RawSheet,
    column: Column,
    values: list[Any],
    finder: UnitFinder,
    today: dt.date,
    parsed: Parsed,
) -> list[Any]:
    parse = parser_for(column, finder, today)
    read: dict[Any, Any] = {}
    failed: dict[Any, str] = {}
    for value in set(values):
        if value == "" or (isinstance(value, str) and not value.strip()):
            # A blank yes/no is a "no": the same as the sheet without the mark.
            read[value] = False if column.field in {"skipped", "joint_with_center"} else None
            if column.required:
                failed[value] = "wajib diisi"
            continue
        try:
            read[value] = parse(value)
        except CellError as error:
            read[value] = None
            failed[value] = str(error)
    if column.kind == "unit":
        _note_spellings(raw.sheet, read, finder, parsed)
    if failed:
        parsed.problems += [
            Problem(raw.sheet.name, number, column.name, clean_text(value), failed[value])
            for number, value in zip(raw.row_numbers, values, strict=True)
            if value in failed
        ]
    return [read[value] for value in values]


def _note_spellings(sheet: Sheet, read: dict[Any, Any], finder: UnitFinder, parsed: Parsed) -> None:
    for value, code in sorted(read.items(), key=str):
        if code is not None and value not in (code, finder.by_code[code].name):
            parsed.notes.append(
                f"{sheet.name}: unit “{clean_text(value)}” dibaca sebagai"
                f" {finder.by_code[code].name} ({code})."
            )
