"""What each rule looks at: one question in SQL each, as of a date.

Every frame has ``unit_code``, ``flow``, ``step`` or ``topic`` where the rule needs them,
``cases`` (ids of records, at most 20) and ``measure``, the number that the rule's target is
held against in year n+1.

What fell due after its office fell silent is not known: it is counted as ``unknown``, apart, and
is neither late nor among what is judged.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sop_core.store import Store

UPT = "unit_code IN (SELECT code FROM unit WHERE is_upt(kind))"
RECENT = 3
"""Years of lateness that count, the year itself included."""
FADE = 0.7
"""What a year counts against the one after it."""


def repeated_lateness(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Office by step with a norm: judged, late and unknown in the year, the first two faded too."""
    return store.frame(
        f"""
        WITH step AS (
            SELECT unit_code, flow, step_no, case_id, late AS was_late, days_late,
                judged AS was_judged, unknown AS was_unknown,
                year = $year AS this_year, {FADE} ** ($year - year) AS weight
            FROM step_status($as_of)
            WHERE level = 'activity' AND year BETWEEN $year - {RECENT - 1} AND $year
                AND (judged OR unknown)
        )
        SELECT unit_code, flow, flow || '.' || step_no AS step,
            count(*) FILTER (this_year AND was_judged) AS judged,
            count(*) FILTER (this_year AND was_unknown) AS unknown,
            count(*) FILTER (this_year AND was_late) AS late,
            coalesce(avg(days_late) FILTER (this_year AND was_late), 0) AS excess,
            coalesce(sum(weight) FILTER (was_judged), 0) AS weighted_judged,
            coalesce(sum(weight) FILTER (was_late), 0) AS weighted_late,
            1 - late / nullif(judged, 0) AS measure,
            (list(case_id ORDER BY days_late DESC, case_id) FILTER (this_year AND was_late))[:20] AS cases
        FROM step GROUP BY unit_code, flow, step_no HAVING bool_or(was_judged)
        """,  # noqa: S608 - our own constants
        year=year,
        as_of=as_of,
    )


def annual_reports(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Annual reports that fell due in the year: on time or not, and the year before's too.

    ``measure`` is empty for one of which nothing is known: it is not claimed to be late.
    """
    return store.frame(
        f"""
        SELECT unit_code, flow, flow || '.' || step_no AS step, year AS report_year, due, late, overdue,
            days_late, list_value(case_id) AS cases, CASE WHEN NOT unknown THEN (judged AND NOT late)::INT END AS measure,
            lag(late) OVER (PARTITION BY unit_code, flow ORDER BY year) AS late_before
        FROM step_status($as_of)
        WHERE level = 'unit_year' AND {UPT} AND due <= $as_of
        QUALIFY year(due) = $year
        """,  # noqa: S608 - our own names
        year=year,
        as_of=as_of,
    )


def without_norm(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Office by N/A step: cases done in the year, median HK, mean and variance of its logarithm."""
    return store.frame(
        """
        SELECT unit_code, flow, flow || '.' || step_no AS step, count(*) AS judged,
            median(days_used) AS median, median(days_used) AS measure,
            avg(ln(days_used + 1)) AS log_mean, var_samp(ln(days_used + 1)) AS log_variance,
            list(case_id ORDER BY days_used DESC, case_id)[:20] AS cases
        FROM step_status($as_of)
        WHERE level = 'activity' AND sla_days IS NULL AND done AND year = $year
        GROUP BY unit_code, flow, step_no
        """,
        year=year,
        as_of=as_of,
    )


def follow_ups(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Office in charge by flow: recommendations, of these open past target and not optimal.

    ``bad`` are these two, what is still to be settled; ``finished_late`` are settled, told beside.
    One that is open past a target after the day up to which its activity's office spoke is
    ``unknown``, and not in the total.
    """
    return store.frame(
        """
        WITH told AS (
            SELECT * EXCLUDE (late), status = 'tidak_diketahui' AS unknown
            FROM follow_up_as_of($as_of)
            WHERE year = $year AND (status <> 'terbuka' OR target_on IS NULL)
        )
        SELECT unit_code, flow, count(*) FILTER (NOT unknown) AS total,
            count(*) FILTER (unknown) AS unknown,
            count(*) FILTER (status = 'terlambat') AS late,
            count(*) FILTER (status = 'belum_optimal') AS not_optimal,
            count(*) FILTER (status = 'selesai_terlambat') AS finished_late,
            late + not_optimal AS bad,
            1 - bad / total AS measure,
            (list(DISTINCT case_id ORDER BY case_id)
                FILTER (status IN ('terlambat', 'belum_optimal')))[:20] AS cases
        FROM told GROUP BY unit_code, flow HAVING total > 0
        """,
        year=year,
        as_of=as_of,
    )


def facilitators(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """UPT: people trained in the year against target, and certificates that end by next year's end."""
    return store.frame(
        f"""
        WITH person AS (FROM facilitator_as_of($as_of) WHERE active AND {UPT}),
        counted AS (
            SELECT unit_code,
                count(*) FILTER (year(trained_on) = $year) AS trained,
                count(*) FILTER (year(valid_until) <= $year + 1
                    AND (competence_on IS NULL OR year(competence_on) <= $year)) AS expiring,
                count(*) FILTER (year(trained_on) = $year OR year(competence_on) = $year) AS measure,
                (list(DISTINCT case_id ORDER BY case_id) FILTER (case_id IS NOT NULL
                    AND (year(trained_on) = $year OR year(valid_until) <= $year + 1)))[:20] AS cases
            FROM person GROUP BY unit_code
        ), planned AS (
            SELECT unit_code, sum(facilitators) AS planned FROM target
            WHERE year = $year GROUP BY unit_code
        )
        SELECT u.code AS unit_code, 'D' AS flow, coalesce(c.trained, 0) AS trained,
            coalesce(c.expiring, 0) AS expiring, coalesce(c.measure, 0) AS measure,
            p.planned, c.cases
        FROM unit_as_of($as_of) u
        LEFT JOIN counted c ON c.unit_code = u.code
        LEFT JOIN planned p ON p.unit_code = u.code
        WHERE is_upt(u.kind)
        """,  # noqa: S608
        year=year,
        as_of=as_of,
    )


def reach(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """UPT by flow by group (stakeholder kind, product): activities for it, and of all.

    ``expected`` is the share of the nation's activities in the flow that are for the group.
    """
    return store.frame(
        f"""
        WITH begun AS (
            SELECT DISTINCT c.case_id, c.unit_code, c.flow, c.stakeholder, c.commodity
            FROM sop_case c JOIN step_status($as_of) s USING (case_id)
            WHERE c.level = 'activity' AND c.flow IN (SELECT flow FROM flow_trait WHERE follow_ups)
                AND c.year = $year AND c.{UPT} AND s.started IS NOT NULL
        ), grouped AS (
            SELECT case_id, unit_code, flow, 'pemangku:' || stakeholder AS topic
            FROM begun WHERE stakeholder IS NOT NULL
            UNION ALL
            SELECT case_id, unit_code, flow, 'komoditas:' || commodity
            FROM begun WHERE commodity IS NOT NULL
        ), total AS (
            SELECT unit_code, flow, count(*) AS total FROM begun GROUP BY ALL
        ), nation AS (
            SELECT flow, topic, count(*) / any_value(n) AS expected
            FROM grouped JOIN (SELECT flow, count(*) AS n FROM begun GROUP BY flow) USING (flow)
            GROUP BY ALL
        )
        SELECT t.unit_code, t.flow, n.topic, t.total, n.expected, count(g.case_id) AS measure,
            list(g.case_id ORDER BY g.case_id) FILTER (g.case_id IS NOT NULL)[:20] AS cases
        FROM total t
        JOIN nation n USING (flow)
        LEFT JOIN grouped g
            ON g.unit_code = t.unit_code AND g.flow = t.flow AND g.topic = n.topic
        GROUP BY ALL
        """,  # noqa: S608
        year=year,
        as_of=as_of,
    )


def activity_targets(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Office by flow with a target: activities held (A.3, B.3, C.3, D.3 done) against it."""
    return store.frame(
        """
        WITH held AS (
            SELECT unit_code, flow, count(*) AS held, list(case_id ORDER BY case_id)[:20] AS cases
            FROM step_status($as_of)
            WHERE milestone = 'held' AND done AND year = $year GROUP BY ALL
        )
        SELECT t.unit_code, t.flow, t.activities AS planned, coalesce(h.held, 0) AS held,
            coalesce(h.held, 0) AS measure, h.cases
        FROM target t LEFT JOIN held h USING (unit_code, flow)
        WHERE t.year = $year AND t.activities > 0
        """,
        year=year,
        as_of=as_of,
    )


def lead_times(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Office by flow: activities reported after November or not at all, and HK from start to report.

    The report is A.4, B.4 or C.4. ``measure`` is the month by which eight in ten
    had started. Whether one was reported by November is ``unknown`` where it was not yet when its
    office fell silent.
    """
    return store.frame(
        """
        WITH case_span AS (
            SELECT case_id, unit_code, flow, min(s.started) AS started,
                max(s.finished) FILTER (milestone = 'reported') AS reported,
                min(b.working_no) AS start_no, max(e.working_no) AS report_no
            FROM step_status($as_of) s
            LEFT JOIN calendar_day b ON b.day = s.started
            LEFT JOIN calendar_day e ON e.day = s.finished AND s.milestone = 'reported'
            WHERE level = 'activity' AND flow IN (SELECT flow FROM flow_trait WHERE follow_ups)
                AND year = $year AND s.started IS NOT NULL
            GROUP BY ALL
        ), told AS (
            SELECT s.*, coalesce(reported > make_date($year, 11, 30), true) AS after_november,
                reported IS NULL
                    AND coalesce(h.until < least($as_of, make_date($year, 11, 30)), true) AS unknown
            FROM case_span s LEFT JOIN office_horizon h ON h.unit_code = s.unit_code
        )
        SELECT unit_code, flow, count(*) FILTER (NOT unknown) AS total,
            count(*) FILTER (unknown) AS unknown,
            count(*) FILTER (after_november AND NOT unknown) AS after,
            quantile_cont(report_no - start_no, 0.8) FILTER (reported <= $as_of) AS duration,
            quantile_disc(month(started), 0.8) AS measure,
            (list(case_id ORDER BY started DESC, case_id)
                FILTER (after_november AND NOT unknown))[:20] AS cases
        FROM told GROUP BY unit_code, flow HAVING total > 0
        """,
        year=year,
        as_of=as_of,
    )


def quarter_load(store: Store, year: int, as_of: dt.date) -> pd.DataFrame:
    """Office by flow: activities, those started in its busiest quarter, and the nation's share there."""
    return store.frame(
        """
        WITH first_step AS (
            SELECT case_id, unit_code, flow, quarter(min(started)) AS quarter
            FROM step_status($as_of)
            WHERE level = 'activity' AND flow IN (SELECT flow FROM flow_trait WHERE follow_ups)
                AND year = $year AND started IS NOT NULL
            GROUP BY ALL
        ), counted AS (
            SELECT unit_code, flow, quarter, count(*) AS most,
                (list(case_id ORDER BY case_id))[:20] AS cases
            FROM first_step GROUP BY unit_code, flow, quarter
        ), nation AS (
            SELECT flow, quarter, sum(most) AS begun FROM counted GROUP BY flow, quarter
        ), share AS (
            SELECT flow, quarter, begun / sum(begun) OVER (PARTITION BY flow) AS expected
            FROM nation
        )
        SELECT c.unit_code, c.flow, c.quarter, c.most, n.expected, c.cases,
            (sum(c.most) OVER (PARTITION BY c.unit_code, c.flow))::BIGINT AS total,
            c.most / total AS measure
        FROM counted c JOIN share n USING (flow, quarter)
        QUALIFY row_number() OVER (PARTITION BY c.unit_code, c.flow ORDER BY c.most DESC, c.quarter) = 1
        """,
        year=year,
        as_of=as_of,
    )
