"""Facilitators (flow D): who has come how far, what expires, and the quarterly report D.8."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sop_core.definition import Milestone
from sop_core.evaluation import LATE, NOT_STARTED, OVERDUE, Scope
from sop_core.flows import PEOPLE as PEOPLE_FLOW
from sop_core.flows import quarter_id
from sop_core.indonesian import format_number
from sop_core.store import Store

STATES = ("terdaftar", "direkrut", "dilatih", "bersertifikat", "diajukan", "diakui")
STATE_NAMES = {
    "terdaftar": "Terdaftar",
    "direkrut": "Direkrut",
    "dilatih": "Dilatih",
    "bersertifikat": "Bersertifikat kompetensi",
    "diajukan": "Diajukan",
    "diakui": "Diakui",
}
STATE_MILESTONES: dict[str, Milestone] = {
    "terdaftar": "registered",
    "direkrut": "recruited",
    "dilatih": "held",
    "bersertifikat": "certified",
    "diajukan": "applied",
    "diakui": "endorsed",
}
"""The step of flow D (D.1-D.6) that each state is reached by."""
KINDS = ("Keamanan Pangan", "UMKM OT-Kosmetik")
KIND_OWNER = {"Keamanan Pangan": "Dit. PMPU PO", "UMKM OT-Kosmetik": "Dit. PMPU OTSKKos"}
"""The central unit a kind belongs to (SOP B.9.d and B.9.e)."""
EXPIRY_DAYS = 90
"""A certificate that ends within this many calendar days expires soon."""

GROUPS = {
    "unit": "u.name",
    "coordinator": "coalesce(k.name, u.name)",
    "kind": "p.kind",
    "year": "coalesce(year(p.state_on)::VARCHAR, 'tidak diketahui')",
    "quarter": "coalesce(year(p.state_on) || ' TW' || quarter(p.state_on), 'tidak diketahui')",
}
"""By what people may be counted; year and quarter are those in which the state was reached."""

PEOPLE = """
    SELECT p.*, u.name AS unit, coalesce(k.name, u.name) AS coordinator
    FROM facilitator_as_of($as_of) p
    JOIN unit_as_of($as_of) u ON u.code = p.unit_code
    LEFT JOIN register_as_of($as_of) k ON k.code = u.coordinator_code
    WHERE ($units::VARCHAR[] IS NULL OR list_contains($units, p.unit_code))
        AND ($kind::VARCHAR IS NULL OR p.kind = $kind)
        AND (NOT $active OR p.active)
"""


def parameters(scope: Scope, kind: str | None, active: bool) -> dict[str, Any]:
    """What ``PEOPLE`` binds: a scope, one kind of facilitator or all, and the active ones alone or all."""
    return {**scope.parameters(), "kind": kind, "active": active}


def people(
    store: Store, scope: Scope, kind: str | None = None, active: bool = False
) -> pd.DataFrame:
    """One row a person, with name: for readers who may see it. ``active`` leaves others out."""
    return store.frame(
        f"{PEOPLE} ORDER BY u.name, p.name, p.facilitator_id", **parameters(scope, kind, active)
    )


def funnel(
    store: Store, scope: Scope, kind: str | None = None, active: bool = False
) -> pd.DataFrame:
    """One row a state in the order of D.1-D.6: people in it, and people who reached at least it.

    Recognition is voluntary and training may lead straight to D.7, so a smaller number
    further on is not a loss.
    """
    rows = store.rows(
        f"SELECT state, count(*) AS people FROM ({PEOPLE}) GROUP BY state",  # noqa: S608
        **parameters(scope, kind, active),
    )
    counts = {row["state"]: row["people"] for row in rows}
    sop = store.sop(scope.as_of)
    frame = pd.DataFrame(
        {
            "state": STATES,
            "name": [STATE_NAMES[s] for s in STATES],
            "step": [sop.code_of(PEOPLE_FLOW, STATE_MILESTONES[s]) for s in STATES],
            "people": [counts.get(s, 0) for s in STATES],
        }
    )
    frame["reached"] = frame["people"][::-1].cumsum()[::-1]
    return frame


def endorsement_norm(store: Store, as_of: dt.date) -> str:
    """The norm of D.6 as a reader sees it: ``60 HK``, or ``N/A``."""
    return store.sop(as_of).step_of(PEOPLE_FLOW, "endorsed").norm


def reached(funnel: pd.DataFrame) -> dict[str, int]:
    """People who reached at least each state, from the rows of ``funnel``."""
    return {s: int(n) for s, n in zip(funnel["state"], funnel["reached"], strict=True)}


def counts_by(
    store: Store, scope: Scope, group: str, kind: str | None = None, active: bool = False
) -> pd.DataFrame:
    """One row a group (see GROUPS), one column a state, and the total. Raises KeyError."""
    column = GROUPS[group]
    states = ", ".join(f"count(*) FILTER (p.state = '{s}') AS {s}" for s in STATES)
    return store.frame(
        f"""
        SELECT {column} AS "group", {states}, count(*) AS total
        FROM facilitator_as_of($as_of) p
        JOIN unit_as_of($as_of) u ON u.code = p.unit_code
        LEFT JOIN register_as_of($as_of) k ON k.code = u.coordinator_code
        WHERE ($units::VARCHAR[] IS NULL OR list_contains($units, p.unit_code))
            AND ($kind::VARCHAR IS NULL OR p.kind = $kind)
            AND (NOT $active OR p.active)
        GROUP BY 1 ORDER BY {"1 DESC" if group in ("year", "quarter") else "total DESC, 1"}
        """,  # noqa: S608 - columns from GROUPS
        **parameters(scope, kind, active),
    )


def certificates(store: Store, scope: Scope, kind: str | None = None) -> pd.DataFrame:
    """Competence certificates of active people that have ended or end within EXPIRY_DAYS.

    ``days_valid`` is in calendar days, negative after the end.
    """
    return store.frame(
        f"""
        SELECT facilitator_id, name, unit, kind, competence_no, competence_on, valid_until,
            days_valid, days_valid < 0 AS expired
        FROM ({PEOPLE}) WHERE valid_until IS NOT NULL AND days_valid <= {EXPIRY_DAYS}
        ORDER BY valid_until, unit, facilitator_id
        """,  # noqa: S608
        **parameters(scope, kind, True),
    )


def endorsements(store: Store, scope: Scope, kind: str | None = None) -> pd.DataFrame:
    """Applications for recognition that still wait (D.6), the longest first; HK."""
    return store.frame(
        f"""
        SELECT facilitator_id, name, unit, kind, applied_on, days_waiting, endorsement_norm,
            greatest(days_waiting - endorsement_norm, 0) AS days_late
        FROM ({PEOPLE}) WHERE days_waiting IS NOT NULL
        ORDER BY days_waiting DESC, unit, facilitator_id
        """,  # noqa: S608
        **parameters(scope, kind, False),
    )


def coverage(store: Store, scope: Scope, kind: str | None = None) -> pd.DataFrame:
    """One row an UPT: active people trained or further, assisted businesses, people per 100.

    Businesses are those of sheet Target (flow B) in the as-of year, or the year asked for;
    ``per_100`` is empty where that number is not known.
    """
    return store.frame(
        f"""
        WITH trained AS (
            SELECT unit_code, count(*) AS people FROM ({PEOPLE})
            WHERE state IN ('dilatih', 'bersertifikat', 'diajukan', 'diakui') GROUP BY unit_code
        ), assisted AS (
            SELECT unit_code, sum(businesses) AS businesses FROM target
            WHERE flow = 'B' AND year = coalesce($year::INTEGER, year($as_of)) GROUP BY unit_code
        )
        SELECT u.code, u.name AS unit, coalesce(t.people, 0) AS people, a.businesses,
            coalesce(t.people, 0) * 100 / nullif(a.businesses, 0) AS per_100
        FROM unit_as_of($as_of) u
        LEFT JOIN trained t ON t.unit_code = u.code
        LEFT JOIN assisted a ON a.unit_code = u.code
        WHERE is_upt(u.kind)
            AND ($units::VARCHAR[] IS NULL OR list_contains($units, u.code))
        ORDER BY people, u.name
        """,  # noqa: S608
        **parameters(scope, kind, True),
    )


@dataclass(frozen=True)
class QuarterReport:
    """D.8 of one quarter: when it is due, which of its two deadlines binds, how it stands.

    ``norm`` is in HK; ``deadline`` is None where the SOP sets no day of the month.
    ``days_left`` is in HK to the due date, from the finish once it is in, else from the as-of
    date; negative when past it, None before the quarter has ended.
    """

    year: int
    quarter: int
    step: str
    opens: dt.date
    norm: int
    norm_due: dt.date
    deadline: dt.date | None
    due: dt.date
    rule: str
    finished: dt.date | None
    status: str
    days_left: int | None
    days_past: int
    """Calendar days from the due date to the finish, or to the as-of date; 0 where not past it."""

    @property
    def behind(self) -> str | None:
        """By how much it is late, in words: the 10th may be past by calendar days alone."""
        if self.status not in (OVERDUE, LATE):
            return None
        working = max(-(self.days_left or 0), 0)
        if working or self.rule != "tanggal":
            return f"{format_number(working)} HK"
        return f"{format_number(self.days_past)} hari kalender, 0 HK"


def quarter_report(store: Store, as_of: dt.date, year: int, quarter: int) -> QuarterReport:
    """The two deadlines of D.8: 10 HK after the quarter, and the 10th of the month after it.

    Works for a quarter that has no case yet. Raises OutsideCalendar past the calendar.
    """
    calendar = store.calendar()
    next_month = dt.date(year + quarter // 4, quarter * 3 % 12 + 1, 1)
    opens = calendar.first_working_day_after(next_month - dt.timedelta(days=1))
    step = store.sop(opens).step_of(PEOPLE_FLOW, "quarter_report")
    found = store.rows(
        "SELECT counted_on, due, due_rule, finished, status FROM step_status($as_of)"
        " WHERE case_id = $case_id AND milestone = 'quarter_report'",
        as_of=as_of,
        case_id=quarter_id(year, quarter),
    )
    known = found[0] if found else {}
    started = known.get("counted_on") or opens
    assert step.sla_days is not None  # sop_core.coherence sees to it
    norm_due = calendar.add(started, step.sla_days)
    day = step.deadline_day_after_quarter
    deadline = next_month.replace(day=day) if day else None
    rule, first = "hari_kerja", norm_due
    if deadline and deadline < norm_due:
        rule, first = "tanggal", deadline
    due: dt.date = known.get("due") or first
    finished = known.get("finished")
    left, ends = None, finished or as_of
    if as_of >= opens:
        left = calendar.count(ends, due) if ends <= due else -calendar.count(due, ends)
    return QuarterReport(
        year, quarter, step.code, opens, step.sla_days, norm_due, deadline, due,
        rule, finished, known.get("status") or NOT_STARTED, left, max((ends - due).days, 0),
    )  # fmt: skip


def quarter_before(day: dt.date) -> tuple[int, int]:
    """Year and number of the last quarter that has ended."""
    quarter = (day.month - 1) // 3
    return (day.year, quarter) if quarter else (day.year - 1, 4)


def quarter_dates(year: int, quarter: int) -> tuple[dt.date, dt.date]:
    """First and last day of a quarter."""
    first = dt.date(year, quarter * 3 - 2, 1)
    after = dt.date(year + quarter // 4, quarter * 3 % 12 + 1, 1)
    return first, after - dt.timedelta(days=1)


def quarter_batches(store: Store, scope: Scope, year: int, quarter: int) -> pd.DataFrame:
    """Batches trained by the end of a quarter whose monitoring (D.7) the report needs.

    ``missing`` names what is not there: the D.7 report, or the people themselves.
    """
    monitoring = store.sop(scope.as_of).code_of(PEOPLE_FLOW, "monitored")
    first, last = quarter_dates(year, quarter)
    return store.frame(
        """
        SELECT c.case_id, c.title, u.name AS unit, t.finished AS trained_on,
            m.finished AS monitored_on, coalesce(f.people, 0) AS people,
            concat_ws('; ',
                CASE WHEN m.finished IS NULL THEN 'laporan monitoring ' || $monitoring || ' belum ada' END,
                CASE WHEN f.people IS NULL THEN 'daftar orang belum diunggah' END) AS missing
        FROM sop_case c
        JOIN step_status($as_of) t ON t.case_id = c.case_id AND t.milestone = 'held'
        LEFT JOIN step_status($as_of) m ON m.case_id = c.case_id AND m.milestone = 'monitored'
        LEFT JOIN (
            SELECT case_id, count(*) AS people FROM facilitator_as_of($as_of) GROUP BY case_id
        ) f ON f.case_id = c.case_id
        JOIN unit_as_of($as_of) u ON u.code = c.unit_code
        WHERE c.flow IN (SELECT flow FROM flow_trait WHERE people) AND c.level = 'activity'
            AND t.finished <= $last AND (m.finished IS NULL OR m.finished >= $first)
            AND ($units::VARCHAR[] IS NULL OR list_contains($units, c.unit_code))
        ORDER BY missing = '', t.finished, c.case_id
        """,
        first=first,
        last=last,
        monitoring=monitoring,
        **scope.parameters(),
    )
