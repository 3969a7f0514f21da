"""A day written as text, with its weekday and its time of day."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sop_core.errors import CellError
from sop_core.importing import stamps
from sop_core.importing.notes import MONTH_FIRST, SHORT_YEAR
from sop_core.importing.texts import clean_text
from sop_core.indonesian import MONTH_NUMBER, MONTHS, WEEKDAY_NUMBER, WEEKDAYS, format_date

_LETTERS = r"[^\W\d_]+"
_YEAR_FIRST = re.compile(r"(\d{4})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4}|\d{2})")
_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s./-]*({_LETTERS})\.?,?[\s./-]*'?(\d{{4}}|\d{{2}})"
)
_NAME_FIRST = re.compile(rf"({_LETTERS})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})")
_WEEKDAY_BEFORE = re.compile(r"(?:hari\s+)?([a-z']+)\.?[\s,/]+(.+)")
_WEEKDAY_BEHIND = re.compile(r"(.+?)\s*\(([a-z']+)\)")
_DAY_WORD = re.compile(r"(?:tanggal|tgl)\.?\s+(?=\d)")
LONGEST = 80
"""Characters of a text that may be a date; what is longer is a sentence about one."""
# Typists and Word make other strokes and apostrophes of the plain ones.
PLAIN = str.maketrans("‐‑‒–—−’‘`´ʼ", "------'''''")


@dataclass(frozen=True)
class Dated:
    """A day, and which kinds of notes must tell that it was read from something else."""

    day: dt.date
    told: tuple[str, ...] = ()


def plain(value: Any) -> str:
    """A text in small letters, with plain strokes and apostrophes."""
    return clean_text(value).translate(PLAIN).lower().rstrip(" .,;")


def single(text: str, month_first: bool) -> Dated | None:
    """One day, with its weekday and time if they are there; None for what is no date at all.

    Raises CellError for a date that does not exist or contradicts its weekday.
    """
    if usual := stamps.split_usual(text):
        dated = _bare(usual["day"], month_first)
        if dated is not None:
            day, told = stamps.day_of_text(dated.day, usual)
            return Dated(day, dated.told + told)
    weekday, bare = without_weekday(text)
    dated, clock = _bare(bare, month_first), None
    if dated is None:
        before, clock = stamps.split_clock(bare)
        if clock is None:
            return None
        behind, before = without_weekday(before)
        weekday = behind if weekday is None else weekday
        dated = _bare(before, month_first)
        if dated is None:
            return None
    check_weekday(dated.day, weekday)
    if clock is None:
        return dated
    day, told = stamps.day_of_text(dated.day, clock)
    return Dated(day, dated.told + told)


def without_weekday(text: str) -> tuple[int | None, str]:
    """The weekday that stands with a date, if any, and the date alone."""
    weekday = None
    if text[:1].isdigit() and not text.endswith(")"):
        return None, text
    if (match := _WEEKDAY_BEFORE.fullmatch(text)) and match[1] in WEEKDAY_NUMBER:
        weekday, text = WEEKDAY_NUMBER[match[1]], match[2]
    elif (
        text.endswith(")")
        and (match := _WEEKDAY_BEHIND.fullmatch(text))
        and match[2] in WEEKDAY_NUMBER
    ):
        weekday, text = WEEKDAY_NUMBER[match[2]], match[1]
    return weekday, _DAY_WORD.sub("", text, count=1) if text.startswith("t") else text


def check_weekday(day: dt.date, weekday: int | None) -> None:
    """Raises CellError where one of the two is wrong: nobody but the writer knows which."""
    if weekday is not None and weekday != day.weekday():
        raise CellError(
            f"tertulis {WEEKDAYS[weekday]}, padahal {format_date(day)} hari {WEEKDAYS[day.weekday()]}"
        )


@lru_cache(maxsize=4096)  # the same day stands in a column of stamps as often as it has seconds
def _bare(text: str, month_first: bool) -> Dated | None:
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match.groups()
        return Dated(_day(year, month, day))
    if match := _NUMBERS.fullmatch(text):
        day, month, year = match.groups()
        if month_first:
            return Dated(_day(year, day, month), (MONTH_FIRST, *_short(year)))
        return Dated(_day(year, month, day), _short(year))
    if (match := _NAMED.fullmatch(text)) and match[2] in MONTH_NUMBER:
        return Dated(_day(match[3], MONTH_NUMBER[match[2]], match[1]), _short(match[3]))
    if (match := _NAME_FIRST.fullmatch(text)) and match[1] in MONTH_NUMBER:
        return Dated(_day(match[3], MONTH_NUMBER[match[1]], match[2]))
    return None


def _short(year: str) -> tuple[str, ...]:
    return (SHORT_YEAR,) if len(year) == 2 else ()


def _day(year: str, month: str | int, day: str) -> dt.date:
    # Records begin in this century: two digits can be of no other.
    return real_day(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))


def real_day(year: int, month: int, day: int) -> dt.date:
    """The day of these numbers. Raises CellError naming the number that is wrong."""
    if not 1 <= month <= 12:
        raise CellError(f"bulan {month} tidak ada; tanggal ditulis hari/bulan/tahun")
    if year < 1:
        raise CellError(f"tahun {year} tidak ada")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise CellError(f"tanggal {day} tidak ada: {MONTHS[month - 1]} {year} hanya {last} hari")
    return dt.date(year, month, day)
