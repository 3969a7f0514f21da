"""Dates and numbers as Indonesian readers write them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
MONTHS_SHORT = (
    "Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des",
)  # fmt: skip
# Spellings seen in office spreadsheets besides the full and the short name; Excel and web
# exports of an English installation write the English ones.
_OTHER_MONTH_SPELLINGS = {
    "pebruari": 2, "peb": 2, "mrt": 3, "agt": 8, "ags": 8, "agst": 8, "agus": 8, "agust": 8,
    "sept": 9, "nop": 11, "nopember": 11,
    "january": 1, "february": 2, "march": 3, "may": 5, "june": 6, "july": 7, "august": 8, "aug": 8,
    "october": 10, "oct": 10, "december": 12, "dec": 12,
}  # fmt: skip
MONTH_NUMBER = (
    {name.lower(): i for i, name in enumerate(MONTHS, 1)}
    | {name.lower(): i for i, name in enumerate(MONTHS_SHORT, 1)}
    | _OTHER_MONTH_SPELLINGS
)
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
"""As dt.date.weekday numbers them."""
_OTHER_WEEKDAY_SPELLINGS = {
    "sen": 0, "sel": 1, "rab": 2, "kam": 3, "jum'at": 4, "jum": 4, "sab": 5, "ahad": 6, "min": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
}  # fmt: skip
WEEKDAY_NUMBER = {name.lower(): i for i, name in enumerate(WEEKDAYS)} | _OTHER_WEEKDAY_SPELLINGS
JAKARTA = ZoneInfo("Asia/Jakarta")


def clock() -> dt.datetime:
    """The moment, with its zone: the one place where the machine's clock is asked."""
    return dt.datetime.now(JAKARTA)


def today() -> dt.date:
    """Today in Asia/Jakarta, the default as-of date (tanggal acuan)."""
    return now().date()


def now() -> dt.datetime:
    """The time on a clock in Jakarta, without a zone: how the store keeps moments."""
    return clock().astimezone(JAKARTA).replace(tzinfo=None)


def format_date(day: dt.date) -> str:
    """``7 April 2022``."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def format_month(day: dt.date) -> str:
    """``Apr 2022``, for chart axes."""
    return f"{MONTHS_SHORT[day.month - 1]} {day.year}"


def format_number(value: float, decimals: int = 0) -> str:
    """``1.234,5``: a point between thousands, a comma before decimals."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def format_percent(share: float | None, decimals: int = 0) -> str:
    """A share between 0 and 1 as ``86%``; a dash where there is nothing to divide by."""
    return "–" if share is None else f"{format_number(share * 100, decimals)}%"
