"""What the PPTM asks of the whole country."""

from __future__ import annotations

import pandas as pd

from sop_core.evaluation import COUNTS, SCOPED, SPANS, Scope
from sop_core.store import Store


def by_unit(store: Store, scope: Scope) -> pd.DataFrame:
    """One row an office, the most overdue first: counts, on-time share, worst HK late, place."""
    return store.frame(
        f"""
        WITH counted AS (
            SELECT unit_code,
                {COUNTS},
                coalesce(max(days_late) FILTER (overdue), 0) AS worst_days,
                count(DISTINCT case_id) FILTER (started IS NOT NULL) AS cases
            FROM {SCOPED} GROUP BY unit_code
        )
        SELECT u.code, u.name, u.kind, u.province, u.coordinator_code, u.lat, u.lon,
            coalesce(c.cases, 0) AS cases, coalesce(c.on_time, 0) AS on_time,
            coalesce(c.late, 0) AS late, coalesce(c.open, 0) AS open,
            coalesce(c.overdue, 0) AS overdue, coalesce(c.due_soon, 0) AS due_soon,
            coalesce(c.unknown, 0) AS unknown,
            coalesce(c.worst_days, 0) AS worst_days,
            c.on_time / nullif(c.on_time + c.late, 0) AS on_time_share
        FROM unit_as_of($as_of) u LEFT JOIN counted c ON c.unit_code = u.code
        ORDER BY overdue DESC, on_time_share NULLS LAST, u.name
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )


def by_unit_and_step(store: Store, scope: Scope) -> pd.DataFrame:
    """One row an office and step with a norm: judged, late (finished late or overdue), share."""
    return store.frame(
        f"""
        SELECT unit_code, flow, step_no, flow || '.' || step_no AS step,
            count(*) FILTER (late) AS late,
            count(*) AS judged,
            count(*) FILTER (overdue) AS overdue,
            count(*) FILTER (late) / count(*) AS late_share
        FROM {SCOPED}
        WHERE judged
        GROUP BY unit_code, flow, step_no ORDER BY flow, step_no, unit_code
        """,  # noqa: S608
        **scope.parameters(),
    )


def rollup(store: Store, scope: Scope) -> pd.DataFrame:
    """Office by flow by step: count, done, overdue, on-time share, median and p90 HK used."""
    return store.frame(
        f"""
        SELECT unit_code, flow, step_no,
            count(*) AS steps,
            count(*) FILTER (done) AS done,
            count(*) FILTER (overdue) AS overdue,
            count(*) FILTER (unknown) AS unknown,
            1 - count(*) FILTER (late AND done)
                / nullif(count(*) FILTER (judged AND done), 0) AS on_time_share,
            quantile_cont(days_used, [0.5, 0.9]) FILTER (done) AS quantiles,
            quantiles[1] AS median_days, quantiles[2] AS p90_days
        FROM {SCOPED} GROUP BY unit_code, flow, step_no ORDER BY ALL
        """,  # noqa: S608
        **scope.parameters(),
    ).drop(columns="quantiles")


def annual_reports(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a flow (A, B, C) and year: UPT expected, reports in, of these on time, overdue.

    The SOP's A.7, B.7 and C.5; what DHIS2 calls the reporting rate.
    """
    return store.frame(
        f"""
        SELECT year, flow, count(*) AS expected,
            count(*) FILTER (done) AS received,
            count(*) FILTER (done AND judged AND NOT late) AS on_time,
            count(*) FILTER (overdue) AS overdue,
            count(*) FILTER (unknown) AS unknown,
            count(*) FILTER (open OR done OR unknown) > 0 AS opened
        FROM {SCOPED}
        WHERE level = 'unit_year'
            AND unit_code IN (SELECT code FROM register WHERE is_upt(kind))
        GROUP BY year, flow ORDER BY year DESC, flow
        """,  # noqa: S608
        **scope.parameters(),
    )


def missing_reports(store: Store, scope: Scope) -> pd.DataFrame:
    """Annual reports that are open or overdue: year, flow, office, due, HK late."""
    return store.frame(
        f"""
        SELECT s.year, s.flow, u.name AS unit, s.due, s.days_late
        FROM {SCOPED} s JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        WHERE s.level = 'unit_year' AND s.open
        ORDER BY s.days_late DESC, u.name, s.flow, s.year
        """,  # noqa: S608
        **scope.parameters(),
    )


def monthly_trend(store: Store, scope: Scope, months: int = 24) -> pd.DataFrame:
    """One row a month: steps finished on time and late in it, and overdue and unknown at its end.

    The last month ends on the as-of date.
    """
    return store.frame(
        f"""
        WITH month AS (
            SELECT m::DATE AS month, least(last_day(m::DATE), $as_of) AS month_end
            FROM generate_series(
                date_trunc('month', $as_of::DATE) - to_months($months - 1),
                date_trunc('month', $as_of::DATE), INTERVAL 1 MONTH) t(m)
        ), finished AS (
            SELECT date_trunc('month', finished)::DATE AS month,
                count(*) FILTER (judged AND NOT late) AS on_time, count(*) FILTER (late) AS late
            FROM {SCOPED} WHERE done GROUP BY 1
        ), turn AS (
            -- What became so by a day, less what ceased to be so by then.
            SELECT overdue_from AS day, unknown, 1 AS more FROM {SPANS}
            UNION ALL SELECT overdue_until, unknown, -1 FROM {SPANS}
        ), at_end AS (
            SELECT m.month,
                coalesce(sum(t.more) FILTER (NOT t.unknown), 0)::BIGINT AS overdue,
                coalesce(sum(t.more) FILTER (t.unknown), 0)::BIGINT AS unknown
            FROM month m
            LEFT JOIN (SELECT day, unknown, sum(more) AS more FROM turn GROUP BY day, unknown) t
                ON t.day <= m.month_end
            GROUP BY m.month
        )
        SELECT m.month, coalesce(f.on_time, 0) AS on_time, coalesce(f.late, 0) AS late,
            e.overdue, e.unknown
        FROM month m LEFT JOIN finished f USING (month) JOIN at_end e USING (month)
        ORDER BY m.month
        """,  # noqa: S608
        months=months,
        **scope.parameters(),
    )
