"""What happens after a day: chance records all of whose dates lie after it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.store import Store
from tests.builders import TODAY, workbook
from tests.oracle.generating import (
    ACTIVITY_STEPS,
    CENTRE,
    FULL_HEADINGS,
    NATIONAL_STEPS,
    OPTIONAL,
    REPORT_STEP,
    UPT,
    Chance,
)

Row = list[Any]
Sheets = dict[str, list[Row]]


def row(sheet: str, **cells: Any) -> Row:
    """One row of a sheet by the fields of the contract."""
    fields = next([c.field for c in s.columns] for s in SHEETS if s.name == sheet)
    assert not cells.keys() - set(fields)
    return [cells.get(f) for f in fields]


def import_sheets(store: Store, sheets: Sheets, clears: bool = False) -> importing.Preview:
    """Keep what can be kept of these rows, whose blanks may clear what is stored."""
    named = {name.replace(" ", "_"): rows for name, rows in sheets.items() if rows}
    file = SourceFile("uji.xlsx", workbook(FULL_HEADINGS, **named))
    return importing.import_files(store, [file], "uji", today=TODAY, clears=clears)


def _optional(flow: str, no: int) -> bool:
    return flow == "D" and no in OPTIONAL


class Afterwards:
    """Draws what may happen in a store after a day."""

    def __init__(self, store: Store, seed: int, day: dt.date) -> None:
        self.store, self.day, self.chance = store, day, Chance(seed)
        self.random = self.chance.random
        self.tag = f"{seed}{day:%y%m%d}"

    def date(self, planned: bool = False) -> dt.date:
        """A day after the day; in the future only if planned."""
        last = TODAY + dt.timedelta(90 if planned else 0)
        return self.day + dt.timedelta(self.random.randint(1, (last - self.day).days))

    def sheets(self, cases: int) -> Sheets:
        """Rows of every kind; ``cases`` existing cases go on."""
        return {
            "Kegiatan": [],
            "Langkah": self.steps(cases) + self.finishes(cases) + self.generated(cases // 2),
            "Fasilitator": self.people(cases // 2),
            "Tindak Lanjut": self.follow_ups(),
        }

    def step(self, case_id: str, no: int, optional: bool) -> Row:
        """A record of a step in one of its shapes."""
        first = self.date()
        second = min(TODAY, first + dt.timedelta(self.random.randint(0, 40)))
        kind = self.random.random()
        if optional and kind < 0.3:
            return row("Langkah", case_id=case_id, step_no=no, started=first, skipped="ya",
                       reason="tidak perlu")  # fmt: skip
        if kind < 0.2:
            return row("Langkah", case_id=case_id, step_no=no, started=self.date(planned=True))
        if kind < 0.4:
            return row("Langkah", case_id=case_id, step_no=no, finished=second)
        return row("Langkah", case_id=case_id, step_no=no, started=first, finished=second)

    def steps(self, number: int) -> list[Row]:
        """New steps of existing activities, and other dates for recorded ones after the day."""
        free = self.store.rows(
            """
            SELECT a.case_id, a.flow, n.step_no FROM activity a
            JOIN (SELECT unnest(range(1, 8)) AS step_no) n
                ON n.step_no <= CASE a.flow WHEN 'D' THEN 7 WHEN 'C' THEN 4 ELSE 6 END
            LEFT JOIN step_record r ON r.case_id = a.case_id AND r.step_no = n.step_no
            WHERE r.case_id IS NULL
                OR (least(r.started, r.finished) > $day AND NOT coalesce(r.skipped, false))
            ORDER BY ALL
            """,
            day=self.day,
        )
        chosen = self.random.sample(free, min(number * 2, len(free)))
        return [
            self.step(r["case_id"], r["step_no"], _optional(r["flow"], r["step_no"]))
            for r in chosen
        ]

    def finishes(self, number: int) -> list[Row]:
        """Steps that were begun by the day are done after it."""
        begun = self.store.rows(
            "SELECT case_id, step_no, started FROM step_record WHERE started <= $day"
            " AND coalesce(finished > $day, true) AND NOT coalesce(skipped, false) ORDER BY ALL",
            day=self.day,
        )
        return [
            row("Langkah", case_id=r["case_id"], step_no=r["step_no"], started=r["started"],
                finished=self.date())
            for r in self.random.sample(begun, min(number, len(begun)))
        ]  # fmt: skip

    def generated(self, number: int) -> list[Row]:
        """Annual reports and national cycles, of which nothing was recorded by the day."""
        known = {
            (r["case_id"], r["step_no"])
            for r in self.store.rows(
                "SELECT case_id, step_no FROM step_record"
                " WHERE coalesce(started, finished) <= $day OR coalesce(started, finished) IS NULL",
                day=self.day,
            )
        }
        found = {}
        for _ in range(number):
            flow = self.random.choice("ABCD")
            year = self.day.year - self.random.randint(0, 1)
            if flow == "D" or self.chance.maybe(0.3):
                tail = f"TW{self.random.randint(1, 4)}" if flow == "D" else "NASIONAL"
                no = self.random.choice(NATIONAL_STEPS[flow])
            else:
                tail, no = self.random.choice([*UPT, *CENTRE]), REPORT_STEP[flow]
            key = (f"{flow}-{year}-{tail}", no)
            if key not in known:
                found[key] = self.step(*key, optional=False)
        return list(found.values())

    def people(self, number: int) -> list[Row]:
        """People trained and certified after the day."""
        found = []
        for n in range(number):
            trained = self.date()
            certified = min(TODAY, trained + dt.timedelta(30)) if self.chance.maybe(0.6) else None
            applied = certified if self.chance.maybe(0.5) else None
            found.append(row(
                "Fasilitator", facilitator_id=f"F{self.tag}{n}", name=f"Orang {n}",
                unit_code=self.random.choice([*UPT, *CENTRE[:1]]), kind="Keamanan Pangan",
                trained_on=trained, competence_on=certified, applied_on=applied, active="ya",
                competence_no="K" if certified else None,
                valid_until=certified + dt.timedelta(1000) if certified else None,
            ))  # fmt: skip
        return found

    def follow_ups(self) -> list[Row]:
        """Open follow-ups that are carried out after the day."""
        held = self.store.rows(
            "SELECT * FROM follow_up WHERE finished_on IS NULL OR finished_on > $day ORDER BY ALL",
            day=self.day,
        )
        return [
            row(
                "Tindak Lanjut", case_id=r["case_id"], recommendation_no=r["recommendation_no"],
                description=r["description"], unit_code=r["unit_code"], target_on=r["target_on"],
                finished_on=self.date(), outcome=self.random.choice(["optimal", "belum optimal"]),
            )
            for r in held
            if self.chance.maybe(0.5)
        ]  # fmt: skip

    def new_year(self, number: int) -> Sheets:
        """Activities of years that begin after the day, with their records."""
        sheets: Sheets = {"Kegiatan": [], "Langkah": []}
        for n in range(number):
            flow = self.random.choice("ABCD")
            case_id, unit = f"N{self.tag}{n}", self.random.choice(UPT)
            year = self.day.year + 1
            sheets["Kegiatan"].append(
                row("Kegiatan", case_id=case_id, flow=flow, year=year, unit_code=unit, title="Baru")
            )
            for no in range(1, self.random.randint(1, ACTIVITY_STEPS[flow]) + 1):
                sheets["Langkah"].append(self.step(case_id, no, flow == "D" and no in OPTIONAL))
        return sheets
