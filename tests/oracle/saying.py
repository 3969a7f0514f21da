"""What the SOP and the README say of every step as of a day: plain Python, no SQL.

Written from the SOP, the design and the README's section "How time is counted", without a look
at the product's queries. Slow and simple on purpose: one step of one case at a time.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sop_core.definition import Revision, Step
from tests.oracle.engines import Engine

NATION = "NASIONAL"
YEARLY = ("A", "B", "C")
ONE_IN_TEN = 0.1
FEW_LEFT, HALF_USED, QUARTER_LEFT = 5, 0.5, 0.25


@dataclass(frozen=True)
class Activity:
    """A row of Kegiatan, as far as time is concerned."""

    case_id: str
    flow: str
    year: int
    unit: str
    certification: bool = False


@dataclass(frozen=True)
class Record:
    """A row of Langkah, as far as time is concerned."""

    started: dt.date | None = None
    finished: dt.date | None = None
    skipped: bool = False

    @property
    def day(self) -> dt.date | None:
        """From when it is known."""
        return self.started or self.finished


@dataclass(frozen=True)
class Told:
    """Everything that was said to the product.

    ``horizons``: up to which day each office speaks; ``by_hand``: years that the centre opened;
    ``offices``: the UPT; ``revisions``: the oldest first.
    """

    activities: Sequence[Activity]
    records: Mapping[str, Mapping[int, Record]]
    horizons: Mapping[str, dt.date]
    by_hand: frozenset[tuple[str, int]]
    offices: Sequence[str]
    revisions: Sequence[Revision]


@dataclass(frozen=True)
class Said:
    """What is said of one step as of a day; days are HK. Fields as ``step_status`` has them."""

    status: str
    revision: str
    started: dt.date | None = None
    counted_on: dt.date | None = None
    due: dt.date | None = None
    due_rule: str | None = None
    finished: dt.date | None = None
    days_used: int | None = None
    days_late: int | None = None
    days_left: int | None = None
    days_waited: int | None = None
    due_soon: bool = False
    passed_over: bool = False

    @property
    def open(self) -> bool:
        """Known to be running, late or not."""
        return self.status in ("berjalan", "terlambat_berjalan")

    @property
    def overdue(self) -> bool:
        """Late and not done."""
        return self.status == "terlambat_berjalan"

    @property
    def unknown(self) -> bool:
        """Its office is silent since before it fell due."""
        return self.status == "tidak_diketahui"

    @property
    def late(self) -> bool:
        """Done after its norm, or not done and past it."""
        return self.status in ("selesai_terlambat", "terlambat_berjalan")

    @property
    def judged(self) -> bool:
        """Held against a norm: done, or overdue."""
        return self.late or self.status == "selesai_tepat"


@dataclass
class Case:
    """One case of any level. ``there``: from when it exists; ``opens``: its first step's opening."""

    case_id: str
    flow: str
    level: str
    unit: str
    there: dt.date
    opens: dt.date | None
    records: Mapping[int, Record]
    certification: bool = False
    quarter_end: dt.date | None = None
    first_on: dt.date | None = field(init=False)

    def __post_init__(self) -> None:
        self.first_on = min((r.day for r in self.records.values() if r.day), default=None)


class Oracle:
    """Says of each step what it is as of a day."""

    def __init__(self, told: Told, engine: Engine) -> None:
        self.told, self.engine = told, engine

    # ------------------------------------------------------------ which cases there are

    @cached_property
    def begun(self) -> dict[tuple[str, int], dt.date]:
        """The years in which one UPT in ten has recorded activities, from that day."""
        first: dict[tuple[str, int], dict[str, dt.date]] = defaultdict(dict)
        offices = set(self.told.offices)
        for a in self.told.activities:
            days = [r.day for r in self.told.records.get(a.case_id, {}).values() if r.day]
            if days and a.unit in offices:
                held = first[a.flow, a.year]
                held[a.unit] = min([*days, held.get(a.unit, dt.date.max)])
        needed = math.ceil(len(offices) * ONE_IN_TEN)
        return {
            key: sorted(days.values())[needed - 1]
            for key, days in first.items()
            if len(days) >= needed
        }

    def year_end(self, year: int) -> dt.date:
        """The first working day after 31 December."""
        return self.engine.add(dt.date(year, 12, 31), 1)

    def report_opens(self, flow: str, year: int) -> dt.date:
        """When an annual report is owed: after the year, or when the year was opened if later."""
        usual = self.year_end(year)
        if (flow, year) in self.told.by_hand or (flow, year) not in self.begun:
            return usual
        return max(usual, self.begun[flow, year])

    def recap_opens(self, flow: str, year: int) -> dt.date:
        """The day the last UPT's report is in, and no later than 31 March (A.8, B.8, C.6)."""
        latest = dt.date(year + 1, 3, 31)
        finishes = []
        for office in self.told.offices:
            reports = self.told.records.get(f"{flow}-{year}-{office}", {}).values()
            finishes.append(min((r.finished for r in reports if r.finished), default=latest))
        opens = min(latest, max(finishes))
        if (flow, year) in self.told.by_hand or (flow, year) not in self.begun:
            return opens
        return max(opens, self.begun[flow, year])

    @cached_property
    def cases(self) -> list[Case]:
        """Every case that anybody has or owes."""
        found = [self._activity(a) for a in self.told.activities]
        known = {c.case_id for c in found}
        owed: dict[str, dt.date] = {}
        for flow, year in self.begun.keys() | self.told.by_hand:
            since = self.begun.get((flow, year), dt.date.max)
            if (flow, year) in self.told.by_hand:
                since = min(since, self.hand_since(flow, year))
            if flow in YEARLY:
                for office in [*self.told.offices, NATION]:
                    owed[f"{flow}-{year}-{office}"] = since
            else:
                for quarter in (1, 2, 3, 4):
                    owed[f"{flow}-{year}-TW{quarter}"] = since
        for case_id in owed.keys() | (self.told.records.keys() - known):
            case = self._generated(case_id, owed.get(case_id))
            if case is not None:
                found.append(case)
        return found

    def hand_since(self, flow: str, year: int) -> dt.date:
        """From when a year that is opened by hand is there: from its 1 January."""
        return dt.date(year, 1, 1)

    def _activity(self, a: Activity) -> Case:
        records = self.told.records.get(a.case_id, {})
        case = Case(
            a.case_id, a.flow, "activity", a.unit, dt.date(a.year, 1, 1), None, records,
            a.certification,
        )  # fmt: skip
        case.there = min(case.there, case.first_on or case.there)
        return case

    def _generated(self, case_id: str, owed: dt.date | None) -> Case | None:
        flow, year_text, tail = case_id.split("-", 2)
        year = int(year_text)
        records = self.told.records.get(case_id, {})
        if tail == NATION:
            level, unit, opens, ends = "national_cycle", NATION, self.recap_opens(flow, year), None
        elif tail.startswith("TW"):
            level, unit = "national_cycle", NATION
            month = 3 * int(tail[2:])
            ends = dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(1)
            opens = self.engine.add(ends, 1)
        else:
            level, unit, opens, ends = "unit_year", tail, self.report_opens(flow, year), None
        case = Case(case_id, flow, level, unit, dt.date.max, opens, records, False, ends)
        days = [d for d in (owed, case.first_on) if d]
        if not days:
            return None
        case.there = min(days)
        return case

    # ------------------------------------------------------------ what is said of a step

    def say(self, as_of: dt.date) -> dict[tuple[str, int], Said]:
        """Every step of every case that is there, by case and number."""
        found = {}
        for case in self.cases:
            if case.there > as_of:
                continue
            revision, judged = self.revision(case, as_of)
            steps = [s for s in revision.flow_steps(case.flow) if s.level == case.level]
            for step in steps:
                teller = Teller(self, case, steps, revision, judged, as_of)
                found[case.case_id, step.no] = teller.say(step)
        return found

    def revision(self, case: Case, as_of: dt.date) -> tuple[Revision, bool]:
        """By which revision a case is judged, and whether it is at all."""
        days = [d for d in (case.first_on, case.opens) if d and d <= as_of]
        start = min(days) if days else case.there
        if not days and case.opens:
            start = case.opens
        current = self.told.revisions[0]
        for revision in self.told.revisions:
            if revision.effective <= start:
                current = revision
        return current, start >= self.told.revisions[0].effective


@dataclass
class Teller:
    """One case as of a day."""

    oracle: Oracle
    case: Case
    steps: list[Step]
    revision: Revision
    judged: bool
    as_of: dt.date

    def by_then(self, day: dt.date | None) -> dt.date | None:
        """The day, if it has come."""
        return day if day is not None and day <= self.as_of else None

    def record(self, no: int) -> Record | None:
        """The record as far as it is known, None where nothing is known of it yet."""
        held = self.case.records.get(no)
        if held is None or not self.by_then(held.day):
            return None
        return Record(self.by_then(held.started), self.by_then(held.finished), held.skipped)

    def skipped(self, step: Step) -> bool:
        """Whether a recorded skip is known: by its date, else by what lies around it."""
        held = self.case.records.get(step.no)
        if held is None or not held.skipped:
            return False
        if held.day:
            return held.day <= self.as_of
        must = [s for s in self.steps if s.no < step.no and not s.optional]
        before = self.taken(must[-1]) if must else None
        return bool(before and before.finished) or self.later_recorded(step)

    def later_recorded(self, step: Step) -> bool:
        """Whether a later step has been taken by now; that one is skipped says nothing of this one."""
        return any(s.no > step.no and self.taken(s) for s in self.steps)

    def taken(self, step: Step) -> Record | None:
        """The record of a step that was not skipped."""
        found = self.record(step.no)
        return None if found is None or found.skipped else found

    def trigger(self, step: Step) -> dt.date | None:
        """The day from which the step is owed, None while it is not."""
        before = [s for s in self.steps if s.no < step.no]
        if not before:
            opens = self.by_then(self.case.opens)
            own = self.record(step.no)
            if self.case.opens and own and own.finished and own.finished < self.case.opens:
                return own.finished
            return opens
        must = [s for s in before if not s.optional]
        last = must[-1] if must else None
        optional = [s for s in before if last is None or s.no > last.no]
        own = self.record(step.no)
        # What a step waits for is settled once it begins, or, where it is owed at once, is done.
        settled = None if own is None else own.day if step.counted_from == "mulai" else own.finished
        taken = [
            (s, r)
            for s in optional
            if (r := self.taken(s)) and not (settled and r.day and r.day > settled)
        ]
        held = self.taken(last) if last else None
        finish = held.finished if held else None
        if taken:
            gone_by = taken[-1][1].finished
            if last is None or gone_by is None or finish is None:
                return gone_by if last is None else None
            return max(gone_by, finish)
        if optional and self.case.certification and not self.given_up(step, optional[0]):
            return None  # the batch goes by way of these
        return finish

    def given_up(self, step: Step, first: Step) -> bool:
        """Whether a batch did not go on to certification after all: said so, or is past it."""
        return self.skipped(first) or self.taken(step) is not None

    def say(self, step: Step) -> Said:
        """What is said of a step."""
        if self.skipped(step):
            return Said("dilewati", self.revision.revision, passed_over=True)
        own = self.record(step.no)
        if own is None and step.optional and self.later_recorded(step):
            return Said("dilewati", self.revision.revision, passed_over=True)
        owed = self.trigger(step)
        started = own.started if own else None
        finished = own.finished if own else None
        by_start = step.counted_from == "mulai" and started is not None
        counted = started if by_start else owed
        first_optional = self.steps[0].flow == "D" and step.no == self.first_optional()
        if step.optional and own is None and not (first_optional and self.case.certification):
            return Said("belum_mulai", self.revision.revision)
        if own is None and counted is None:
            return Said("belum_mulai", self.revision.revision)
        return self.timed(step, started, finished, owed, counted)

    def first_optional(self) -> int | None:
        """The step with which certification begins (D.4)."""
        return next((s.no for s in self.steps if s.optional), None)

    def timed(
        self,
        step: Step,
        started: dt.date | None,
        finished: dt.date | None,
        owed: dt.date | None,
        counted: dt.date | None,
    ) -> Said:
        """A step that runs or is done."""
        engine = self.oracle.engine
        until = finished or self.as_of
        used = engine.count(counted, until) if counted else None
        begun = started or (None if finished else self.as_of)
        waited = engine.count(owed, begun) if owed and begun else None
        norm = step.sla_days if self.judged else None
        due = engine.add(counted, norm) if counted and norm else None
        fixed = self.fixed_day(step) if due else None
        binds = fixed is not None and due is not None and fixed < due
        if binds:
            due = fixed
        rule = ("tanggal" if binds else "hari_kerja") if due else None
        said: dict[str, object] = {
            "started": started or owed, "counted_on": counted, "due": due, "due_rule": rule, "finished": finished,
            "days_used": used, "days_waited": waited,
        }  # fmt: skip
        if due is None or used is None or norm is None:
            return Said("selesai" if finished else "berjalan", self.revision.revision, **said)
        over = until > due if binds else used > norm
        said["days_late"] = engine.count(due, until) if over else 0
        if finished:
            status = "selesai_terlambat" if over else "selesai_tepat"
            return Said(status, self.revision.revision, **said)
        left = engine.count(self.as_of, due) - engine.count(due, self.as_of)
        said["days_left"] = left
        if over:
            horizon = self.oracle.told.horizons.get(self.case.unit)
            known = horizon is not None and due <= horizon
            if not known:
                said["days_late"] = None
            status = "terlambat_berjalan" if known else "tidak_diketahui"
            return Said(status, self.revision.revision, **said)
        said["due_soon"] = (left <= FEW_LEFT and used >= HALF_USED * norm) or (
            left <= QUARTER_LEFT * norm
        )
        return Said("berjalan", self.revision.revision, **said)

    def fixed_day(self, step: Step) -> dt.date | None:
        """The day of the month after the quarter by which D.8 is owed."""
        if step.deadline_day_after_quarter is None or self.case.quarter_end is None:
            return None
        return self.case.quarter_end + dt.timedelta(step.deadline_day_after_quarter)
