"""One column read: each distinct value once, with what failed and what must be told of it.

A spreadsheet of 100,000 rows repeats its dates, offices and flows, and reading each once is
what keeps an import fast.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from sop_core.confined.marks import NOT_COMPUTED
from sop_core.errors import CellError
from sop_core.exporting import cell_length
from sop_core.importing import date_order
from sop_core.importing.blanks import LONGEST, is_placeholder
from sop_core.importing.cells import parser_for
from sop_core.importing.contract import SHEETS, Column, Sheet
from sop_core.importing.date_order import Order
from sop_core.importing.dates import DateRange
from sop_core.importing.limits import LIMITS, SHOWN, refusal
from sop_core.importing.notes import BLANK, DOUBT, Reading, Told
from sop_core.importing.reading import Cells, ErrorCell, RawSheet
from sop_core.importing.tabs import found_in
from sop_core.importing.texts import clean_text
from sop_core.units import UnitFinder

_RECORDS = {sheet.table for sheet in SHEETS}
"""Tables in which "-" says that nothing is known yet; in the form of an SOP it is the SOP's word."""
_TEXTS = {"id", "text", "lines"}


@dataclass
class ReadColumn:
    """What the distinct values of a column were read as, why some were not, and what is told.

    ``ranges`` are the values of which the sheet decides: two days each.
    """

    column: Column
    cells: Cells
    values: list[Any]
    failed: dict[int, str] = field(default_factory=dict)
    ranges: dict[int, DateRange] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)


def read_column(
    sheet: Sheet, column: Column, cells: Cells, finder: UnitFinder, today: dt.date, order: Order
) -> ReadColumn:
    """Read a column; a value that cannot be read is None and has its reason in ``failed``."""
    parse = parser_for(column, finder, today, order.month_first)
    clean = plain(cells) if column.kind in _TEXTS else np.zeros(len(cells.values), bool)
    read = ReadColumn(
        column, cells,
        [v if as_is else None for v, as_is in zip(cells.values, clean.tolist(), strict=True)],
    )  # fmt: skip
    records, short = sheet.table in _RECORDS, _surely_fits()
    for code, count in standing(cells, ~clean):
        value = cells.values[code]
        if isinstance(value, ErrorCell):
            read.failed[code] = (
                "rumus di sel ini belum dihitung; buka berkasnya di Excel, simpan, lalu unggah lagi"
                if value.text == NOT_COMPUTED
                else f"sel berisi galat {value} dari rumus; perbaiki rumusnya atau isi nilainya"
            )
            continue
        if value == "" or (isinstance(value, str) and not value.strip()):
            _leave_blank(read, code, "wajib diisi")
            continue
        if records and is_placeholder(column, value):
            written = shown(value)
            _leave_blank(read, code, f"wajib diisi; berisi “{written}”")
            if not column.required:
                _tell(read, sheet, BLANK, written, "kosong", count)
            continue
        try:
            if order.refused or order.swapped:
                _refuse_by_order(value, order)
            found = parse(value)
            if type(found) is str and len(found) > short:
                _refuse_long(found)
        except DateRange as both:
            read.ranges[code] = both
            read.failed[code] = str(both)
        except CellError as error:
            read.failed[code] = str(error)
        else:
            if type(found) is Told:
                for kind in found.kinds:
                    _tell(read, sheet, kind, shown(value), found.shown, count)
                found = found.value
            read.values[code] = found
    if order.doubted:
        here = standing(cells)
        dates = sum(count for code, count in here if isinstance(cells.values[code], dt.date))
        _tell(read, sheet, DOUBT, order.doubted, "sel tanggal", dates)
    return read


def plain(cells: Cells) -> npt.NDArray[np.bool_]:
    """Of each value whether it is a text that any column of texts reads as it stands.

    It begins with a letter, so Excel made no number or date of it; it has single blanks; and a
    figure in it, or its length, tells it from the words for nothing (blanks.py). That is nearly
    every title and number of a long file.
    """
    lengths = pc.fill_null(pc.utf8_length(cells.texts), 0).to_numpy()
    telling = (lengths > LONGEST) | found_in(cells.texts, "[0-9]", False)
    as_it_stands = found_in(cells.texts, "^[A-Za-z](?: ?[!-~])*$", False)
    found: npt.NDArray[np.bool_] = as_it_stands & telling & (lengths <= _surely_fits())
    return found


def standing(cells: Cells, among: npt.NDArray[np.bool_] | None = None) -> Iterator[tuple[int, int]]:
    """The values that stand in the column's rows, and in how many; those ``among`` its values.

    Those that stand only in headings or in rows above them are not of the column.
    """
    counts = np.bincount(cells.codes, minlength=len(cells.values))
    codes = np.flatnonzero(counts if among is None else np.where(among, counts, 0))
    return zip(codes.tolist(), counts[codes].tolist(), strict=True)


def orders(raw: RawSheet) -> dict[str, Order]:
    """How each date column of a sheet writes its days, by its field."""
    found = {}
    for position, column in raw.columns.items():
        if column.kind == "date":
            cells = raw.cells[position]
            found[column.name] = date_order.evidence(cells.values[c] for c, _ in standing(cells))
    return date_order.decide(found)


def _surely_fits() -> int:
    """Characters of a text that is no longer than a cell, which counts units of UTF-16: one or two
    a character. Nearly every text is far shorter.
    """
    return LIMITS["cell"].most // 2


def _leave_blank(read: ReadColumn, code: int, reason: str) -> None:
    read.values[code] = None
    if read.column.required:
        read.failed[code] = reason


def _refuse_by_order(value: Any, order: Order) -> None:
    """Raises CellError for a value that its column does not let in."""
    if order.refused and date_order.is_written(value):
        raise CellError(order.refused)
    if order.swapped and isinstance(value, dt.date):
        raise CellError(order.swapped)


def _refuse_long(text: str) -> None:
    """Raises CellError for a text past the longest cell."""
    said = refusal("cell", cell_length(text))
    if said is not None:
        raise CellError(said)


def _tell(
    read: ReadColumn, sheet: Sheet, kind: str, written: str, read_as: str, count: int
) -> None:
    read.readings.append(Reading(kind, sheet.name, written, read_as, read.column.name, count))


def shown(value: Any) -> str:
    """What somebody wrote, as much of it as stands beside a reason."""
    text = clean_text(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
