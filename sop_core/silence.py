"""Who says nothing: the data status of every office, and what cannot be known because of it.

An office's silence is not its lateness, and is a fault of its own, so that nobody looks better
by sending nothing. Up to which day an office spoke: statements.py.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from sop_core.evaluation import HINDRANCE, SCOPED, Scope, hindered
from sop_core.store import Store
from sop_core.thresholds import SILENT_DAYS

_SPOKE = f"""
    SELECT u.code, u.name, u.kind, h.until,
        CASE WHEN h.until IS NOT NULL
            THEN greatest(date_diff('day', h.until, $as_of::DATE), 0) END AS days_silent,
        h.until IS NULL OR days_silent > {SILENT_DAYS} AS silent
    FROM unit_as_of($as_of) u LEFT JOIN office_horizon h ON h.unit_code = u.code
    WHERE is_upt(u.kind)
"""  # noqa: S608 - our own constant


@dataclass(frozen=True)
class Reporting:
    """How many UPT of a scope spoke lately; counts of offices, ``unknown`` of steps.

    ``silent`` said nothing for more than SILENT_DAYS calendar days, ``never`` of these never.
    """

    offices: int
    silent: int
    never: int
    unknown: int

    @property
    def spoke(self) -> int:
        """Offices that are not silent."""
        return self.offices - self.silent


def data_status(store: Store, scope: Scope) -> pd.DataFrame:
    """One row an UPT, the longest silent first: what its uploads say, and what they leave open.

    ``until`` is the day up to which it spoke (data s.d.), ``days_silent`` the calendar days from
    it to the as-of date (empty for one that never spoke), ``last_upload`` and ``uploaded_by`` its
    last upload, ``unknown`` its steps that fell due since, ``owed`` its steps that are begun and
    not done, these included.
    """
    return store.frame(
        f"""
        WITH upload AS (
            SELECT unit_code, max(stated_at) AS last_upload, arg_max(stated_by, stated_at) AS uploaded_by
            FROM office_statement WHERE withdrawn_at IS NULL GROUP BY unit_code
        ), step AS (
            SELECT unit_code, count(*) FILTER (unknown) AS unknown,
                count(*) FILTER (open OR unknown) AS owed
            FROM {SCOPED} GROUP BY unit_code
        )
        SELECT u.code, u.name, u.kind, u.until, p.last_upload, p.uploaded_by, u.days_silent, u.silent,
            coalesce(s.unknown, 0) AS unknown, coalesce(s.owed, 0) AS owed
        FROM ({_SPOKE}) u
        LEFT JOIN upload p ON p.unit_code = u.code
        LEFT JOIN step s ON s.unit_code = u.code
        WHERE $units::VARCHAR[] IS NULL OR list_contains($units, u.code)
        ORDER BY u.until NULLS FIRST, unknown DESC, u.name
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )


def reporting(status: pd.DataFrame) -> Reporting:
    """The counts of an answer of ``data_status``."""
    return Reporting(
        offices=len(status),
        silent=int(status["silent"].sum()),
        never=int(status["until"].isna().sum()),
        unknown=int(status["unknown"].sum()),
    )


def silent_offices(store: Store, as_of: dt.date) -> dict[str, dt.date | None]:
    """UPT that are silent on a day, by code: up to which day each spoke, None for never."""
    rows = store.rows(f"SELECT code, until FROM ({_SPOKE}) WHERE silent", as_of=as_of)  # noqa: S608
    return {row["code"]: row["until"] for row in rows}


def unknown_steps(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a step that fell due after its office fell silent, the longest due first.

    ``days_due`` are the HK since it fell due.
    """
    return store.frame(
        f"""
        SELECT s.case_id, s.flow, s.flow || '.' || s.step_no AS step, d.activity, s.year,
            s.unit_code, u.name AS unit, c.title, s.counted_on, s.due, h.until,
            -s.days_left AS days_due, {HINDRANCE}
        FROM {SCOPED} s
        JOIN sop_case c USING (case_id)
        JOIN sop_step d ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        LEFT JOIN office_horizon h ON h.unit_code = s.unit_code
        {hindered()}
        WHERE s.unknown ORDER BY s.due, u.name, s.case_id, s.step_no
        """,  # noqa: S608
        **scope.parameters(),
    )


def without_records(store: Store, scope: Scope) -> pd.DataFrame:
    """Activities of which no step has a record by the as-of date: a fault of the data.

    One row an activity: unit, flow, year, title, and who uploaded it when.
    """
    return store.frame(
        """
        SELECT c.case_id, c.flow, c.year, c.unit_code, u.name AS unit, c.title,
            b.imported_by, b.imported_at
        FROM sop_case c
        JOIN unit_as_of($as_of) u ON u.code = c.unit_code
        LEFT JOIN activity a USING (case_id)
        LEFT JOIN import_batch b ON b.batch_id = a.batch_id
        WHERE c.level = 'activity' AND c.known_from <= $as_of
            AND coalesce(c.first_on > $as_of, true)
            AND ($year::INTEGER IS NULL OR c.year = $year)
            AND ($units::VARCHAR[] IS NULL OR list_contains($units, c.unit_code))
            AND ($flow::VARCHAR IS NULL OR c.flow = $flow)
            AND ($product::VARCHAR IS NULL OR c.commodity = $product)
        ORDER BY c.year DESC, u.name, c.case_id
        """,
        **scope.parameters(),
    )
