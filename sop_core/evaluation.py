"""What is true of every step as of a date, and the scope a reader asks it for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sop_core.store import Store

NOT_STARTED = "belum_mulai"
UNKNOWN = "tidak_diketahui"
RUNNING = "berjalan"
OVERDUE = "terlambat_berjalan"
ON_TIME = "selesai_tepat"
LATE = "selesai_terlambat"
DONE = "selesai"
SKIPPED = "dilewati"
STATUSES = (NOT_STARTED, RUNNING, OVERDUE, UNKNOWN, ON_TIME, LATE, DONE, SKIPPED)
"""Status of a step. ``selesai`` is done without a norm to judge by: an N/A step, or one
whose start is neither recorded nor derivable."""

STATUS_NAMES = {
    NOT_STARTED: "Belum mulai",
    RUNNING: "Berjalan",
    OVERDUE: "Terlambat (berjalan)",
    UNKNOWN: "Tidak diketahui",
    ON_TIME: "Selesai tepat waktu",
    LATE: "Selesai terlambat",
    DONE: "Selesai (tanpa norma)",
    SKIPPED: "Dilewati",
}
AGEING = ((0, 5), (6, 10), (11, 20), (21, None))
"""Ageing of what is late, in HK: up to 5, 6-10, 11-20, over 20. The day of a month may be
passed by calendar days alone: 0 HK (D.8)."""
START_RULES = {
    "tercatat": "Tanggal mulai tercatat",
    "langkah_sebelumnya": "Dihitung dari selesainya langkah sebelumnya",
    "pembukaan": "Dihitung dari pembukaan laporan/siklus",
}
DUE_RULES = {
    "hari_kerja": "Norma hari kerja (HK) mengikat",
    "tanggal": "Batas tanggal sesudah triwulan mengikat",
}


@dataclass(frozen=True)
class Scope:
    """What a reader asks for. None stands for all; ``units`` are office codes."""

    as_of: dt.date
    year: int | None = None
    units: tuple[str, ...] | None = None
    flow: str | None = None
    step: int | None = None
    product: str | None = None
    silence_is_late: bool = False
    """Read a step that fell due after its office fell silent as overdue, as it once was."""

    def parameters(self) -> dict[str, Any]:
        """Names and values as the SQL binds them."""
        return {
            "as_of": self.as_of,
            "year": self.year,
            "units": list(self.units) if self.units is not None else None,
            "flow": self.flow,
            "step": self.step,
            "product": self.product,
            "as_late": self.silence_is_late,
        }

    def year_before(self) -> Scope:
        """The same question one year earlier."""
        day = self.as_of
        earlier = day.replace(
            year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day
        )
        return replace(self, as_of=earlier, year=self.year - 1 if self.year else None)


SCOPED = (
    "scoped_status($as_of, $year::INTEGER, $units::VARCHAR[], $flow::VARCHAR,"
    " $step::INTEGER, $product::VARCHAR, as_late := $as_late::BOOLEAN)"
)
COUNTS = """
    count(*) FILTER (done AND judged AND NOT late) AS on_time,
    count(*) FILTER (done AND late) AS late,
    count(*) FILTER (open) AS open,
    count(*) FILTER (overdue) AS overdue,
    count(*) FILTER (due_soon) AS due_soon,
    count(*) FILTER (unknown) AS unknown
"""
"""What every page counts of rows of ``SCOPED``, in one place."""
SPANS = (
    "overdue_span($year::INTEGER, $units::VARCHAR[], $flow::VARCHAR, $step::INTEGER,"
    " $product::VARCHAR, as_late := $as_late::BOOLEAN)"
)
HINDRANCE = "hin.hindrance, hin.plan, hin.plan_on"
"""Why a step is late or waits, the plan and its day, where ``hindered`` laid them beside it."""
STANDING = "case_standing($as_of, $year::INTEGER, $units::VARCHAR[], $flow::VARCHAR, as_late := $as_late::BOOLEAN)"


def hindered(step: str = "s.step_no") -> str:
    """SQL that lays what stands of a step on ``$as_of`` beside rows ``s`` of a case; moves none."""
    return (
        f"LEFT JOIN hindrance_as_of($as_of) hin ON hin.case_id = s.case_id AND hin.step_no = {step}"
    )


def status_rows(store: Store, scope: Scope, overdue_only: bool = False) -> list[dict[str, Any]]:
    """One row a step of every case, by case and step: what `pantau status` prints."""
    condition = "overdue" if overdue_only else "true"
    return store.rows(
        f"""
        SELECT s.case_id, flow, s.step_no AS step, level, unit_code AS unit, started, finished,
            owed_on, counted_on, start_rule, due, days_waited, days_used, days_late, days_left,
            due_soon, status, {HINDRANCE}
        FROM {SCOPED} s {hindered()} WHERE {condition}
        ORDER BY s.case_id, s.step_no
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )


@dataclass(frozen=True)
class Headline:
    """The counts of steps on top of a page. ``on_time_share`` is None where none was judged."""

    on_time: int
    late: int
    open: int
    overdue: int
    due_soon: int
    unknown: int
    cases: int

    @property
    def on_time_share(self) -> float | None:
        """Done on time of all that were done and judged."""
        judged = self.on_time + self.late
        return self.on_time / judged if judged else None


def headline(store: Store, scope: Scope) -> Headline:
    """Steps by what they mean to a reader; open is running or overdue.

    ``unknown`` fell due after their office fell silent: neither open nor late.
    """
    row = store.rows(
        f"""
        SELECT
            {COUNTS},
            count(DISTINCT case_id) FILTER (started IS NOT NULL) AS cases
        FROM {SCOPED}
        """,  # noqa: S608
        **scope.parameters(),
    )[0]
    return Headline(**row)


def by_step(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a step with a record or a case begun: counts, share late, median HK used."""
    return store.frame(
        f"""
        SELECT s.flow, s.step_no, s.flow || '.' || s.step_no AS step, arg_max(d.activity, d.revision) AS activity,
            arg_max_null(s.sla_days, d.revision) AS sla_days,
            count(*) FILTER (s.done) AS done,
            count(*) FILTER (s.done AND s.judged AND NOT s.late) AS on_time,
            count(*) FILTER (s.done AND s.late) AS finished_late,
            count(*) FILTER (s.open) AS open,
            count(*) FILTER (s.overdue) AS overdue,
            count(*) FILTER (s.unknown) AS unknown,
            count(*) FILTER (s.late) AS late,
            count(*) FILTER (s.judged) AS judged,
            count(*) FILTER (s.late) / nullif(count(*) FILTER (s.judged), 0) AS late_share,
            median(s.days_used) FILTER (s.done) AS median_days,
            median(s.days_waited) FILTER (s.done) AS median_waited
        FROM {SCOPED} s
        JOIN sop_step d ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        WHERE s.status <> '{NOT_STARTED}'
        GROUP BY s.flow, s.step_no ORDER BY s.flow, s.step_no
        """,  # noqa: S608
        **scope.parameters(),
    )


def by_flow(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a flow: cases begun, and steps by how they stand."""
    return store.frame(
        f"""
        SELECT flow, count(DISTINCT case_id) FILTER (started IS NOT NULL AND level = 'activity')
                AS activities,
            {COUNTS}
        FROM {SCOPED} GROUP BY flow ORDER BY flow
        """,  # noqa: S608
        **scope.parameters(),
    )


def finished_between(store: Store, scope: Scope, first: dt.date, last: dt.date) -> pd.DataFrame:
    """One row a flow: steps with a norm that were finished from ``first`` to ``last``."""
    return store.frame(
        f"""
        SELECT flow, count(*) FILTER (judged AND NOT late) AS on_time, count(*) FILTER (late) AS late
        FROM {SCOPED} WHERE finished BETWEEN $first AND $last GROUP BY flow ORDER BY flow
        """,  # noqa: S608
        first=first,
        last=last,
        **scope.parameters(),
    )


def revisions_used(store: Store, scope: Scope) -> list[str]:
    """Numbers of the SOP revisions by which cases begun in the scope are judged."""
    rows = store.rows(
        f"""
        SELECT DISTINCT revision FROM {SCOPED} WHERE started IS NOT NULL ORDER BY 1
        """,  # noqa: S608
        **scope.parameters(),
    )
    return [row["revision"] for row in rows]


def provisional_steps(store: Store, scope: Scope) -> int:
    """Steps whose due date rests on holidays that are not decreed yet."""
    return int(
        store.one(
            f"SELECT count(*) FROM {SCOPED} WHERE provisional AND due IS NOT NULL",  # noqa: S608
            **scope.parameters(),
        )
    )
