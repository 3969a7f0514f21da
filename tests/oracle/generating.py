"""Seeded chance records over all flows and levels, put into a store by the real import."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sop_core import importing
from sop_core import years as opening
from sop_core.definition import Revision
from sop_core.importing import SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.store import Store
from sop_core.units import UPT_KINDS, read_units
from tests.builders import TODAY, workbook
from tests.oracle.saying import Activity, Record, Told

UPT = [u.code for u in read_units() if u.kind in UPT_KINDS]
CENTRE = [u.code for u in read_units() if u.kind == "pusat"]
ACTIVITY_STEPS = {"A": 6, "B": 6, "C": 4, "D": 7}
REPORT_STEP = {"A": 7, "B": 7, "C": 5}
NATIONAL_STEPS = {"A": (8, 9, 10), "B": (8, 9, 10), "C": (6, 7, 8), "D": (8, 9)}
OPTIONAL = (4, 5, 6)
FULL_HEADINGS = {s.name: [c.name for c in s.columns] for s in SHEETS}
HORIZONS = [dt.date(2024, 8, 31), dt.date(2025, 6, 28), dt.date(2026, 3, 31), TODAY]
"""Up to which day the four groups of offices speak; the first ones are the silent."""
# Spreads of annual reports around the year's end: all in before 31 March, some late or missing,
# all in before the year is over.
REPORTS = [((-30, 80), True), ((-10, 140), False), ((-60, -5), True)]

Row = list[Any]


@dataclass
class Rows:
    """Rows of Kegiatan and Langkah."""

    activities: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)


class Chance:
    """Draws cases. ``today``: no finish lies after it."""

    def __init__(self, seed: int, today: dt.date = TODAY) -> None:
        self.random, self.today, self.serial = random.Random(seed), today, 0

    def maybe(self, share: float) -> bool:
        """True in that share of draws."""
        return self.random.random() < share

    def after(self, day: dt.date, most: int) -> dt.date:
        """A day up to ``most`` calendar days later."""
        return day + dt.timedelta(self.random.randint(0, most))

    def step(self, rows: Rows, case_id: str, no: int, begin: dt.date, norm: int) -> dt.date:
        """One record, of some of the shapes in which people leave them; returns where it ends."""
        start = self.after(begin, 12)
        if self.maybe(0.08):
            start = begin - dt.timedelta(self.random.randint(1, 20))  # beside the step before
        finish: dt.date | None = self.after(start, max(2, norm * 2))
        end = finish or start
        given: dt.date | None = start
        kind = self.random.random()
        if kind < 0.1:
            return end  # no row at all
        if kind < 0.25:
            given = None
        elif kind < 0.32:
            finish = None
        if finish and finish > self.today:
            finish = None
        if given is None and finish is None and self.maybe(0.7):
            return end
        rows.steps.append([case_id, no, given, finish])
        return end

    def activity(self, flow: str, year: int, unit: str) -> Rows:
        """One activity with the records that it has so far."""
        rows, self.serial = Rows(), self.serial + 1
        case_id = f"{flow}{self.serial:05d}"
        certified = self.random.choice([None, None, "ya", "tidak"]) if flow == "D" else None
        row: Row = [None] * len(FULL_HEADINGS["Kegiatan"])
        row[:5] = [case_id, flow, year, unit, f"Kegiatan {case_id}"]
        row[FULL_HEADINGS["Kegiatan"].index("Lanjut Sertifikasi")] = certified
        rows.activities.append(row)
        day = dt.date(year, 1, 1) + dt.timedelta(self.random.randint(-40, 330))
        if self.maybe(0.05):
            return rows  # without any record
        last = ACTIVITY_STEPS[flow]
        until = last if self.maybe(0.6) else self.random.randint(1, last)
        for no in range(1, until + 1):
            if flow == "D" and no in OPTIONAL:
                day = self.optional(rows, case_id, no, day)
                continue
            day = self.step(rows, case_id, no, day, self.random.choice([4, 10, 20, 40]))
        self.plan(rows, case_id, until, last)
        return rows

    def optional(self, rows: Rows, case_id: str, no: int, day: dt.date) -> dt.date:
        """D.4-D.6: not recorded, skipped with or without a day, taken in time or afterwards."""
        kind = self.random.random()
        lost = any(row[0] == case_id and len(row) > 4 for row in rows.steps)
        if kind < 0.35:
            return day
        if kind < 0.6 or lost:
            dated = self.after(day, 5) if self.maybe(0.4) else None
            finished = dated if dated and dated <= self.today and self.maybe(0.5) else None
            started = None if finished else dated
            rows.steps.append([case_id, no, started, finished, None, "ya", "tidak perlu"])
            return day
        if kind < 0.75:
            self.step(rows, case_id, no, self.after(day, 150), 20)  # maybe after D.7
            return day
        return self.step(rows, case_id, no, day, 20)

    def plan(self, rows: Rows, case_id: str, done: int, last: int) -> None:
        """Sometimes the next step has a start that is still to come."""
        if (
            done < last
            and self.maybe(0.3)
            and not any(r[0] == case_id and r[1] > done for r in rows.steps)
        ):
            rows.steps.append(
                [case_id, done + 1, self.after(self.today, 60) + dt.timedelta(1), None]
            )

    def report(self, flow: str, year: int, unit: str, spread: tuple[int, int], sure: bool) -> Rows:
        """An annual report: early, in time, late, begun or missing.

        ``spread``: calendar days after the year's end, ``sure``: it is finished.
        """
        rows = Rows()
        finish: dt.date | None = dt.date(year, 12, 31) + dt.timedelta(self.random.randint(*spread))
        start = finish - dt.timedelta(self.random.randint(0, 40)) if self.maybe(0.5) else None
        if finish > self.today or (not sure and self.maybe(0.15)):
            finish = None
        if start or finish:
            rows.steps.append([f"{flow}-{year}-{unit}", REPORT_STEP[flow], start, finish])
        return rows

    def nation(self, flow: str, year: int) -> Rows:
        """The national cycle of a year, or the four quarters of flow D."""
        rows = Rows()
        tails = ["NASIONAL"] if flow != "D" else ["TW1", "TW2", "TW3", "TW4"]
        for tail in tails:
            month = 3 * int(tail[2:]) if flow == "D" else 14
            day = dt.date(year + month // 12, month % 12 + 1, 1) + dt.timedelta(
                self.random.randint(-8, 20)
            )
            for no in NATIONAL_STEPS[flow]:
                if day <= self.today - dt.timedelta(90):
                    day = self.step(rows, f"{flow}-{year}-{tail}", no, day, 6)
        return rows


def some_rows(
    chance: Chance, years: Iterable[int], a_year: int, mute: Sequence[str] = ()
) -> list[tuple[str, Rows]]:
    """Cases of several years with their offices: in some years of flows too few offices act.

    ``a_year`` activities a flow and year; ``mute`` offices never say anything.
    """
    found: list[tuple[str, Rows]] = []
    for year in years:
        for flow in "ABCD":
            few = (year + ord(flow)) % 4 == 0
            offices = UPT[: 7 + year % 2] if few else UPT  # one in ten is 8 of 76
            for n in range(a_year):
                unit = offices[n % len(offices)] if n % 19 else chance.random.choice(CENTRE)
                if unit not in mute:
                    found.append((unit, chance.activity(flow, year, unit)))
            found.append(("NASIONAL", chance.nation(flow, year)))
            if flow == "D":
                continue
            spread, sure = REPORTS[(year + ord(flow)) % len(REPORTS)]
            for unit in [*UPT, *CENTRE[:2]]:
                if unit not in mute and (sure or chance.maybe(0.6)):
                    found.append((unit, chance.report(flow, year, unit, spread, sure)))
    return found


def keep(store: Store, found: list[tuple[str, Rows]], until: dt.date | None = None) -> None:
    """Import rows, the good ones of them, as one workbook."""
    rows = Rows()
    for _, more in found:
        rows.activities += more.activities
        rows.steps += more.steps
    file = SourceFile(
        "peluang.xlsx",
        workbook(FULL_HEADINGS, Kegiatan=rows.activities, Langkah=rows.steps),
    )
    importing.import_files(store, [file], "uji", today=TODAY, until=until)


def fill(
    store: Store, seed: int, years: Iterable[int], a_year: int, mute: Sequence[str] = ()
) -> None:
    """A store with chance records: four uploads, each of a fourth of the offices."""
    found = some_rows(Chance(seed), years, a_year, mute)
    for part, until in enumerate(HORIZONS):
        keep(store, [(u, r) for u, r in found if _group(u) == part], until)


def _group(unit: str) -> int:
    if unit in UPT:
        return 0 if UPT.index(unit) % 9 == 0 else 1 + UPT.index(unit) % 3
    return 1 + len(unit) % 3


def open_by_hand(store: Store, *years: tuple[str, int]) -> None:
    """The centre opens years in which too few offices act."""
    for flow, year in years:
        opening.open_year(store, flow, year, "uji")


def told(store: Store, revisions: list[Revision]) -> Told:
    """What was said to a store, as its raw tables hold it."""
    activities = [
        Activity(r["case_id"], r["flow"], r["year"], r["unit_code"], bool(r["certification"]))
        for r in store.rows("SELECT * FROM activity")
    ]
    records: dict[str, dict[int, Record]] = {}
    for r in store.rows("SELECT * FROM step_record"):
        held = records.setdefault(r["case_id"], {})
        held[r["step_no"]] = Record(r["started"], r["finished"], bool(r["skipped"]))
    said = store.rows(
        "SELECT unit_code, max(until) AS until FROM office_statement"
        " WHERE withdrawn_at IS NULL GROUP BY unit_code"
    )
    hand = store.rows("SELECT flow, year FROM opened_year WHERE withdrawn_at IS NULL")
    return Told(
        activities, records, {r["unit_code"]: r["until"] for r in said},
        frozenset((r["flow"], r["year"]) for r in hand), UPT, revisions,
    )  # fmt: skip
