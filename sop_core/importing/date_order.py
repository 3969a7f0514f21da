"""Whether a column writes 03/14/2026 or 14/03/2026: its cells together decide, never one alone.

03/04/2026 is 3 April here and 4 March in a web export. Read cell by cell, a month-first column
would be refused where the day is past 12 and changed in meaning, unseen, where it is not.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sop_core.importing import stamps
from sop_core.importing.written_dates import LONGEST, PLAIN, plain

# A date in numbers anywhere in a text, of which the digits beside it are no part.
WRITTEN = re.compile(
    r"(?<![\d/.-])(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})(?![/.-]?\d)"
)
DOUBTED_DATES = 3
"""Distinct real dates from which on it is no chance that none is past the 12th."""


@dataclass(frozen=True)
class Order:
    """How a column's dates in numbers are read; ``refused`` says why none of them can be.

    ``swapped`` says why its real dates cannot be trusted either; ``doubted`` is a text beside
    which they may be wrong as well as right, so that the uploader is asked to look.
    """

    month_first: bool = False
    refused: str = ""
    swapped: str = ""
    doubted: str = ""


@dataclass
class Evidence:
    """Of a column: a text that fits one order only, of each kind, and whether any fits both."""

    only_day: str = ""
    only_month: str = ""
    neither: str = ""
    both: bool = False
    dates: int = 0
    late_dates: bool = False

    @property
    def contradicts(self) -> bool:
        """Month first is certain of some and impossible for others."""
        return bool(self.only_month and (self.only_day or self.neither))


def evidence(values: Iterable[Any]) -> Evidence:
    """What the distinct values of a column say."""
    found = Evidence()
    seen: set[str] = set()  # a stamp has as many texts as seconds, of few days
    for value in values:
        if isinstance(value, str):
            _weigh(value, found, seen)
        elif isinstance(value, dt.date):
            found.dates += 1
            found.late_dates |= value.day > 12
    return found


def is_written(value: Any) -> bool:
    """Whether a cell holds a date in numbers, day or month first."""
    return isinstance(value, str) and bool(WRITTEN.search(_without_clock(value)))


def _without_clock(value: str) -> str:
    return stamps.split_clock(plain(value))[0]  # 09.10.11 is a time there, not a date


def _weigh(value: str, found: Evidence, seen: set[str]) -> None:
    # A sentence is refused whatever the order; what has no such date at all is most often ISO.
    if len(value) > LONGEST or not WRITTEN.search(value.translate(PLAIN)):
        return
    text = _without_clock(value)
    if text in seen:
        return
    seen.add(text)
    for match in WRITTEN.finditer(text):
        first, second, year = (int(group) for group in match.groups())
        year += 2000 if len(match[3]) == 2 else 0
        day, month = _real(year, second, first), _real(year, first, second)
        if day and month:
            found.both |= first != second
        elif day:
            found.only_day = found.only_day or match[0]
        elif month:
            found.only_month = found.only_month or match[0]
        else:
            found.neither = found.neither or match[0]


def _real(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and year >= 1 and 1 <= day <= calendar.monthrange(year, month)[1]


def decide(columns: dict[str, Evidence]) -> dict[str, Order]:
    """The order of each date column of one sheet, by its heading.

    A column whose own dates fit both ways follows the others: one program wrote them all.
    """
    months = next((n for n, e in columns.items() if e.only_month), "")
    days = next((n for n, e in columns.items() if e.only_day), "")
    return {name: _order(name, e, columns, months, days) for name, e in columns.items()}


def _order(
    name: str, found: Evidence, columns: dict[str, Evidence], months: str, days: str
) -> Order:
    if found.contradicts:
        other = found.only_day or found.neither
        return Order(
            refused=f"kolom ini memuat {found.only_month} (bulan/hari) dan {other} (bukan"
            " bulan/hari), sehingga urutannya tidak pasti; tulis seperti 2026-03-02"
        )
    if found.only_month:
        return Order(True, swapped=_swapped(found))
    if not found.only_day and found.both and months:
        if days or columns[months].contradicts:
            return Order(
                refused=f"kolom {months} ditulis bulan/hari, sedangkan kolom {days or months}"
                " hari/bulan, sehingga urutan kolom ini tidak pasti; tulis seperti 2026-03-02"
            )
        return Order(True)
    # An English Excel takes 02/03/2026 for 3 February and leaves 25/03/2026 a text.
    chance = found.dates < DOUBTED_DATES or found.late_dates or found.both
    return Order(doubted="" if chance else found.only_day)


def _swapped(found: Evidence) -> str:
    """Excel takes 03/04/2026 of a month-first file for 3 April, and leaves 03/14/2026 a text."""
    if not found.dates or found.late_dates or found.both:
        return ""
    return (
        f"kolom ini juga memuat teks {found.only_month} (bulan/hari): Excel mungkin menukar hari"
        " dan bulan sel tanggal ini; tulis seperti 2026-03-02"
    )
