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
# Spellings seen in office spreadsheets besides the full and the short name.
_OTHER_MONTH_SPELLINGS = {
    "pebruari": 2, "peb": 2, "agt": 8, "ags": 8, "agust": 8, "sept": 9, "nop": 11, "nopember": 11,
}  # fmt: skip
MONTH_NUMBER = (
    {name.lower(): i for i, name in enumerate(MONTHS, 1)}
    | {name.lower(): i for i, name in enumerate(MONTHS_SHORT, 1)}
    | _OTHER_MONTH_SPELLINGS
)
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
