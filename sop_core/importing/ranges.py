"""Two days in one cell: ``12-14 Maret 2026``, ``30/03/2026 s.d. 02/04/2026``."""

from __future__ import annotations

import datetime as dt
import re

from sop_core.errors import CellError
from sop_core.importing import written_dates
from sop_core.indonesian import MONTH_NUMBER, WEEKDAY_NUMBER

_TO = r"(?:-|\bs\s?\.?\s?/?\s?d\b\.?|\bsampai(?: dengan)?\b|\bhingga\b|\bto\b)"
_BETWEEN = re.compile(rf"\s*{_TO}\s*")
# "Senin - Rabu, 2 - 4 Maret 2026": the two weekdays stand before the two days.
_WEEKDAYS = re.compile(rf"(?:hari\s+)?([a-z']+)\s*{_TO}\s*([a-z']+)[\s,/]+(.+)")
_DAY = re.compile(r"(\d{1,2})")
_DAY_MONTH = re.compile(r"(\d{1,2})[\s./-]*([^\W\d_]+)\.?|(\d{1,2})\s*[/.]\s*(\d{1,2})")


def read_range(text: str, month_first: bool) -> tuple[dt.date, dt.date] | None:
    """The first and the last day; None for a text that is no range, or can be read as two.

    Raises CellError for one that runs backwards or contradicts its weekdays.
    """
    named: tuple[int | None, int | None] = (None, None)
    if (
        (match := _WEEKDAYS.fullmatch(text))
        and match[1] in WEEKDAY_NUMBER
        and match[2] in WEEKDAY_NUMBER
    ):
        named, text = (WEEKDAY_NUMBER[match[1]], WEEKDAY_NUMBER[match[2]]), match[3]
    found: set[tuple[dt.date, dt.date]] = set()
    for split in _BETWEEN.finditer(text):
        last = _whole(text[split.end() :], month_first)
        first = last and _begin(text[: split.start()], last, month_first)
        if first and last:
            found.add((first, last))
    if len(found) != 1:
        return None
    first, last = found.pop()
    written_dates.check_weekday(first, named[0])
    written_dates.check_weekday(last, named[1])
    if first > last:
        raise CellError("rentang tanggal terbalik; pisahkan mulai dan selesai")
    return first, last


def _whole(text: str, month_first: bool) -> dt.date | None:
    try:
        dated = written_dates.single(text, month_first)
    except CellError:
        return None
    return dated.day if dated else None


def _begin(text: str, last: dt.date, month_first: bool) -> dt.date | None:
    """The first day; month and year are those of the last one where they are not said."""
    whole = _whole(text, month_first)
    if whole is not None:
        return whole
    weekday, text = written_dates.without_weekday(text)
    try:
        if match := _DAY.fullmatch(text):
            first = written_dates.real_day(last.year, last.month, int(match[1]))
        elif (match := _DAY_MONTH.fullmatch(text)) and match[2] in MONTH_NUMBER:
            first = written_dates.real_day(last.year, MONTH_NUMBER[match[2]], int(match[1]))
        elif match and match[3]:
            day, month = int(match[3]), int(match[4])
            first = written_dates.real_day(
                last.year, *((day, month) if month_first else (month, day))
            )
        else:
            return None
        written_dates.check_weekday(first, weekday)
    except CellError:
        return None
    return first
