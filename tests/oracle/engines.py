"""Counting working days (HK) in two ways that share no code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Protocol

import holidays
import numpy as np

from sop_core.calendar import Override, WorkingCalendar, build, read_overrides

YEARS = range(2018, 2036)


class Engine(Protocol):
    """Working days: the n-th after a day, and how many after one up to another."""

    def add(self, start: dt.date, days: int) -> dt.date:
        """The ``days``-th working day after ``start`` (HK)."""
        ...

    def count(self, start: dt.date, end: dt.date) -> int:
        """Working days after ``start`` up to and including ``end`` (HK), 0 if it is before."""
        ...


@cache
def _off() -> frozenset[dt.date]:
    days = set()
    for category in ("public", "government"):
        days |= set(holidays.country_holidays("ID", years=YEARS, categories=(category,)))
    return frozenset(days)


class ByNumpy:
    """numpy's busday functions over the holidays package itself."""

    def __init__(self, corrected: Mapping[dt.date, bool]) -> None:
        flips = {o.day: o.working for o in read_overrides()} | dict(corrected)
        first, last = dt.date(2018, 1, 1), dt.date(2036, 1, 1)
        days = [first + dt.timedelta(n) for n in range((last - first).days)]
        working = [flips.get(d, d.weekday() < 5 and d not in _off()) for d in days]
        # A Saturday that is corrected to a working day: so all seven days are in the week mask.
        self._calendar = np.busdaycalendar(
            "1111111", [d for d, works in zip(days, working, strict=True) if not works]
        )

    def add(self, start: dt.date, days: int) -> dt.date:
        """See Engine."""
        if days == 0:
            return start
        day = np.busday_offset(start, days, roll="backward", busdaycal=self._calendar)
        return day.item()

    def count(self, start: dt.date, end: dt.date) -> int:
        """See Engine."""
        one = dt.timedelta(1)
        found = np.busday_count(start + one, max(end, start) + one, busdaycal=self._calendar)
        return int(found)


class ByCalendar:
    """The product's own plain-Python calendar."""

    def __init__(self, corrected: Mapping[dt.date, bool]) -> None:
        entered = {o.day: o for o in read_overrides()}
        entered |= {d: Override(d, works, "uji", "uji") for d, works in corrected.items()}
        self._calendar = WorkingCalendar(build(entered.values()))

    def add(self, start: dt.date, days: int) -> dt.date:
        """See Engine."""
        return self._calendar.add(start, days)

    def count(self, start: dt.date, end: dt.date) -> int:
        """See Engine."""
        return self._calendar.count(start, max(end, start))
