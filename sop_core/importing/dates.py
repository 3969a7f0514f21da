"""From a cell to a day: every way of writing one whose meaning is certain."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sop_core.calendar import LAST_YEAR
from sop_core.errors import CellError
from sop_core.importing import stamps
from sop_core.importing.ranges import read_range
from sop_core.importing.written_dates import LONGEST, Dated, plain, single

_SERIAL = re.compile(r"\d+(?:[.,]\d+)?")
_UNKNOWN = "bukan tanggal yang dikenal; tulis seperti 2026-03-02, 02/03/2026, atau 2 Maret 2026"


class DateRange(CellError):
    """A cell that holds two days; what they mean, only the sheet knows."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        super().__init__("rentang tanggal; pisahkan mulai dan selesai")
        self.first = first
        self.last = last


def parse_date(value: Any, earliest: int = 2018) -> dt.date:
    """A real date, ``2026-03-02``, ``02/03/2026`` (day first), ``2 Maret 2026`` and the like."""
    return read_date(value, earliest).day


def read_date(value: Any, earliest: int = 2018, month_first: bool = False) -> Dated:
    """The same, with what must be told of it; ``month_first`` is for the column to decide.

    Raises CellError, and of two days in one cell DateRange.
    """
    try:
        dated = _read(value, month_first)
    except DateRange as both:
        check_year(both.first, earliest)
        check_year(both.last, earliest)
        raise
    except OverflowError as error:  # the day after the last one that Python knows
        raise CellError(f"tahun di luar rentang {earliest}–{LAST_YEAR}") from error
    check_year(dated.day, earliest)
    return dated


def _read(value: Any, month_first: bool) -> Dated:
    if isinstance(value, dt.datetime):
        return Dated(*stamps.day_of(value))
    if isinstance(value, dt.date):
        return Dated(value)
    text = plain(value)
    # A bare number is a day by Excel's count, of which no reader is sure: 1900 or 1904.
    if not isinstance(value, str) or _SERIAL.fullmatch(text):
        raise CellError(
            f"{text} bukan tanggal; ubah format sel menjadi Tanggal atau tulis seperti 02/03/2026"
        )
    if len(text) > LONGEST:
        raise CellError(_UNKNOWN)
    dated = single(text, month_first)
    if dated is None:
        both = read_range(text, month_first)
        raise DateRange(*both) if both else CellError(_UNKNOWN)
    return dated


def check_year(day: dt.date, earliest: int) -> None:
    """Raises CellError for a year that no record can be of."""
    if not earliest <= day.year <= LAST_YEAR:
        raise CellError(f"tahun {day.year} di luar rentang {earliest}–{LAST_YEAR}")
