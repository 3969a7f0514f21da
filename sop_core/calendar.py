"""Working days (hari kerja, HK) of Indonesia.

A working day is Monday to Friday less national holidays (libur nasional) and joint
leave (cuti bersama), as the yearly SKB of three ministers decrees. Both come from
the `holidays` package; a table of overrides corrects it. The day a step starts is
day 0, so ``add(start, n)`` is the n-th working day after it.
"""

from __future__ import annotations

import csv
import datetime as dt
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import holidays

from sop_core.errors import OutsideCalendar
from sop_core.paths import DATA

FIRST_YEAR = 2018
LAST_YEAR = 2035
_ESTIMATE = "(perkiraan)"


@dataclass(frozen=True)
class Override:
    """One corrected day: made a working day or taken off, with its reason and legal basis."""

    day: dt.date
    working: bool
    reason: str
    legal_basis: str


@dataclass(frozen=True)
class Day:
    """One calendar day.

    ``working_no`` counts the working days from the calendar's first day up to and
    including this one, so the working days between two days are a subtraction.
    ``provisional``: its year has no SKB yet, or the holiday on it is an estimate.
    ``next_working`` is the first working day after it, None at the calendar's end.
    """

    day: dt.date
    working: bool
    working_no: int
    provisional: bool
    provisional_no: int
    name: str | None
    kind: str | None  # libur_nasional, cuti_bersama, koreksi
    next_working: dt.date | None = None


def read_overrides(path: Path = DATA / "holiday_overrides.csv") -> list[Override]:
    """The shipped corrections. Raises ValueError naming the line that is wrong."""
    overrides = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            try:
                day = dt.date.fromisoformat(row["day"])
                working = {"ya": True, "tidak": False}[row["working"].strip().lower()]
            except (KeyError, ValueError) as error:
                raise ValueError(f"{path.name} baris {number}: {error}") from error
            if not row["reason"] or not row["legal_basis"]:
                raise ValueError(f"{path.name} baris {number}: alasan dan dasar hukum wajib diisi")
            overrides.append(Override(day, working, row["reason"], row["legal_basis"]))
    return overrides


def build(overrides: Iterable[Override] = ()) -> list[Day]:
    """Every day from 1 January 2018 to 31 December 2035, in order."""
    return list(_build(tuple(overrides)))


@lru_cache(maxsize=8)  # as often asked for as a store is opened or a preview made
def _build(overrides: tuple[Override, ...]) -> tuple[Day, ...]:
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    national = _holidays(years, "public")
    joint = _holidays(years, "government")
    decreed_years = {day.year for day in joint}
    corrected = {o.day: o for o in overrides}
    days = []
    working_no = provisional_no = 0
    day = dt.date(FIRST_YEAR, 1, 1)
    while day <= dt.date(LAST_YEAR, 12, 31):
        name, kind = national.get(day), "libur_nasional"
        if name is None:
            name, kind = joint.get(day), "cuti_bersama"
        working = day.weekday() < 5 and name is None
        provisional = day.year not in decreed_years or (name is not None and _ESTIMATE in name)
        if day in corrected:
            working, name, kind = corrected[day].working, corrected[day].reason, "koreksi"
            provisional = False
        working_no += working
        provisional_no += provisional
        days.append(
            Day(day, working, working_no, provisional, provisional_no, name, kind if name else None)
        )
        day += dt.timedelta(days=1)
    return tuple(_linked(days))


def _linked(days: list[Day]) -> list[Day]:
    """Each day with the working day after it."""
    linked = []
    following = None
    for day in reversed(days):
        linked.append(replace(day, next_working=following))
        if day.working:
            following = day.day
    return linked[::-1]


@cache  # the package's tables cannot change while we run
def _holidays(years: range, category: str) -> dict[dt.date, str]:
    # Both categories are asked for one by one: the package's default leaves cuti
    # bersama out, and deadlines around Idul Fitri would come out a week early.
    found = holidays.country_holidays("ID", years=years, categories=(category,), language="id")
    return dict(found.items())


class WorkingCalendar:
    """Counting in working days over a built calendar."""

    def __init__(self, days: list[Day]) -> None:
        self._days = days
        self._working = [d.day for d in days if d.working]

    def _at(self, day: dt.date) -> Day:
        index = (day - self._days[0].day).days
        if not 0 <= index < len(self._days):
            first, last = self._days[0].day, self._days[-1].day
            raise OutsideCalendar(f"{day} di luar kalender ({first} sampai {last})")
        return self._days[index]

    def add(self, start: dt.date, days: int) -> dt.date:
        """The ``days``-th working day after ``start`` (HK; the start is day 0).

        Raises OutsideCalendar past the calendar, ValueError for a negative count.
        """
        if days < 0:
            raise ValueError("jumlah hari kerja tidak boleh negatif")
        if days == 0:
            self._at(start)
            return start
        index = self._at(start).working_no + days - 1
        if index >= len(self._working):
            raise OutsideCalendar(f"{days} HK sesudah {start} melewati akhir kalender")
        return self._working[index]

    def count(self, start: dt.date, end: dt.date) -> int:
        """Working days after ``start`` up to and including ``end`` (HK).

        Raises ValueError if ``end`` is before ``start``.
        """
        if end < start:
            raise ValueError(f"{end} mendahului {start}")
        return self._at(end).working_no - self._at(start).working_no

    def provisional(self, start: dt.date, end: dt.date) -> bool:
        """Whether the count between two days rests on a year or holiday not decreed yet."""
        first, last = self._at(start), self._at(end)
        return last.provisional_no > first.provisional_no or first.provisional

    def latest_start(self, end: dt.date, days: int) -> dt.date:
        """The last working day from which ``days`` HK end no later than ``end``.

        Raises OutsideCalendar before the calendar's first day.
        """
        index = self._at(end).working_no - 1 - days
        if index < 0:
            raise OutsideCalendar(f"{days} HK sebelum {end} mendahului awal kalender")
        return self._working[index]

    def first_working_day_after(self, day: dt.date) -> dt.date:
        """The first working day later than ``day``."""
        return self.add(day, 1)

    def is_working(self, day: dt.date) -> bool:
        """Whether ``day`` is a working day."""
        index = bisect_left(self._working, day)
        return index < len(self._working) and self._working[index] == day

    def holidays_between(self, start: dt.date, end: dt.date) -> list[Day]:
        """Named days off from ``start`` to ``end``, both included."""
        return [d for d in self._days if start <= d.day <= end and d.name and not d.working]
