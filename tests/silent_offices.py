"""Three years of 76 offices of which six stop uploading: what each upload would hold."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from typing import Any

from sop_core.calendar import WorkingCalendar, build, read_overrides
from sop_core.definition import Step
from sop_core.flows import annual_report_id
from sop_core.importing import SourceFile
from sop_core.units import UPT_KINDS, Unit, read_units
from tests.builders import REV04, workbook
from tests.oracle.generating import FULL_HEADINGS
from tests.oracle.happening import Sheets, row

UPT: list[Unit] = [u for u in read_units() if u.kind in UPT_KINDS]
SILENT = tuple(u.code for u in UPT[5::13])
"""The six, spread over the register."""
OTHERS = tuple(u.code for u in UPT if u.code not in SILENT)
SLOW = OTHERS[::14]
"""Of the others: always late with the report of an advocacy (A.4)."""
STOP = dt.date(2025, 8, 31)
END = dt.date(2025, 12, 31)
BACKLOG = dt.date(2026, 1, 15)
_BEGIN = {  # months in which activities begin; those of August are under way when the six stop
    2023: {"A": (3,), "B": (2,), "C": (5,), "D": (4,)},
    2024: {"A": (3,), "B": (2,), "C": (5,), "D": (4,)},
    2025: {"A": (2, 3, 4, 5, 8, 8), "B": (3, 8, 8), "C": (2, 8), "D": (6, 8)},
}
_CALENDAR = WorkingCalendar(build(read_overrides()))


class Offices:
    """The whole truth up to BACKLOG, one seed. The six are punctual; others slip now and then."""

    def __init__(self, seed: int = 11) -> None:
        self.random = random.Random(seed)
        self.told: list[tuple[str, str, dt.date, dict[str, Any]]] = []
        """Office, sheet, the day from which the row can be uploaded, cells."""
        for unit in UPT:
            for year, flows in _BEGIN.items():
                for flow, months in flows.items():
                    for number, month in enumerate(months, 1):
                        case_id = f"{flow}{year}-{number}-{unit.code}"
                        self._activity(case_id, flow, dt.date(year, month, 1), unit.code)
            self._reports(unit.code)
            for flow in ("A", "B"):
                self._add(
                    unit.code, "Target", STOP, year=2025, unit_code=unit.code, flow=flow,
                    activities=len(_BEGIN[2025][flow]),
                )  # fmt: skip

    def upload(self, offices: Iterable[str], until: dt.date) -> SourceFile:
        """The workbook that would hold everything of these offices up to a day."""
        known = set(offices)
        held: Sheets = {}
        for office, sheet, known_from, cells in self.told:
            if office in known and known_from <= until:
                rows = held.setdefault(sheet.replace(" ", "_"), [])
                rows.append(row(sheet, **_by_then(cells, until)))
        return SourceFile(f"sampai {until}.xlsx", workbook(FULL_HEADINGS, **held))

    def _add(self, office: str, sheet: str, known_from: dt.date, **cells: Any) -> None:
        self.told.append((office, sheet, known_from, cells))

    def _slips(self, office: str, share: float) -> bool:
        return office not in SILENT and self.random.random() < share

    def _activity(self, case_id: str, flow: str, begin: dt.date, office: str) -> None:
        self._add(
            office, "Kegiatan", begin, case_id=case_id, flow=flow, year=begin.year,
            unit_code=office, title=f"Kegiatan {case_id}", stakeholder="b",
        )  # fmt: skip
        ready, finishes = begin, {}
        for step in REV04.flow_steps(flow):
            if step.level != "activity" or step.optional:
                continue
            if self._slips(office, 0.02):
                break  # left lying
            ready = finishes[step.no] = self._step(case_id, step, ready, office)
        self._after(case_id, flow, office, finishes)

    def _step(self, case_id: str, step: Step, ready: dt.date, office: str) -> dt.date:
        """One step a month; what is owed at once begins at once. Returns the finish."""
        begin = ready
        if step.counted_from == "mulai":
            first = ready if ready.day == 1 else (ready.replace(day=1) + dt.timedelta(32))
            begin = _CALENDAR.first_working_day_after(first.replace(day=1) - dt.timedelta(1))
        late = self._slips(office, 0.05) or (step.code == "A.4" and office in SLOW)
        norm = min(step.sla_days or 8, 15)
        finish = _CALENDAR.add(begin, norm + 6 if late else norm - 1)
        self._add(
            office, "Langkah", begin, case_id=case_id, step_no=step.no, started=begin,
            finished=finish,
        )  # fmt: skip
        return finish

    def _after(self, case_id: str, flow: str, office: str, done: dict[int, dt.date]) -> None:
        """What was recommended, and who was trained, once an activity was held."""
        held = done.get(3)
        if held is not None and flow == "A":
            # By the target of the last year, in October, the six have stopped uploading.
            target = dt.date(held.year, 10, 15)
            late = self._slips(office, 0.1)
            self._add(
                office, "Tindak Lanjut", held, case_id=case_id, recommendation_no="1",
                description="Menunjuk petugas penghubung", unit_code=office, target_on=target,
                finished_on=target + dt.timedelta(40 if late else -9), outcome="optimal",
            )  # fmt: skip
        if held is not None and flow == "D":
            self._add(
                office, "Fasilitator", held, facilitator_id=f"F-{case_id}", name="Orang Contoh",
                unit_code=office, case_id=case_id, kind="Keamanan Pangan", trained_on=held,
            )  # fmt: skip

    def _reports(self, office: str) -> None:
        for year in (2023, 2024):
            for step in (s for s in REV04.steps if s.level == "unit_year"):
                days = 30 if self._slips(office, 0.03) else 12
                finish = _CALENDAR.add(dt.date(year + 1, 1, 2), days)
                self._add(
                    office, "Langkah", finish, case_id=annual_report_id(step.flow, year, office),
                    step_no=step.no, finished=finish,
                )  # fmt: skip


def _by_then(cells: dict[str, Any], until: dt.date) -> dict[str, Any]:
    """A row as it stood on a day: without a finish that was still to come, and its result."""
    found = dict(cells)
    for name in ("finished", "finished_on"):
        if name in found and found[name] > until:
            found[name] = None
            found.pop("outcome", None)
    return found
