"""Orders of steps that cannot be: done before what they follow from.

Told at import, where they do not refuse a row, and listed as of any day. The step before
another is the one that its case's own revision names: of the same level, past optional
steps that were not taken (SOP D.4-D.6). Recommendations are followed up in the steps after
the report of the activity (A.5, A.6, B.5, B.6).
"""

from __future__ import annotations

import pandas as pd

from sop_core.evaluation import Scope
from sop_core.store import Store


def impossible(cases: str, records: str, follow_ups: str) -> str:
    """SQL for the steps that were done in an order that cannot be, a row for each fault.

    ``cases`` has case_id, flow, level and revision; ``records`` case_id, step_no, started,
    finished, skipped and row_no; ``follow_ups`` case_id, finished_on and row_no. The answer has
    case_id, flow, step_no, finished, message, the step's own row_no, that of the step before
    it (before_row) or of the first open recommendation (open_row).
    """
    return f"""
        WITH taken AS (
            SELECT c.case_id, c.flow, s.step_no, c.flow || '.' || s.step_no AS step, r.finished,
                r.row_no, s.step_no > p.step_no AS follows_up
            FROM {cases} c
            JOIN sop_step s ON s.revision = c.revision AND s.flow = c.flow AND s.level = c.level
            LEFT JOIN {records} r ON r.case_id = c.case_id AND r.step_no = s.step_no
            LEFT JOIN sop_step p ON p.revision = c.revision AND p.flow = c.flow
                AND p.level = c.level AND p.milestone = 'reported'
            WHERE NOT coalesce(r.skipped, false)
                AND NOT (s.optional AND r.started IS NULL AND r.finished IS NULL)
        ), chained AS (
            SELECT *, lag(step) OVER chain AS before, lag(finished) OVER chain AS before_finish,
                lag(row_no) OVER chain AS before_row
            FROM taken WINDOW chain AS (PARTITION BY case_id ORDER BY step_no)
        ), unanswered AS (
            SELECT t.case_id, t.step_no, count(*) AS open, min(f.row_no) AS open_row
            FROM taken t JOIN {follow_ups} f USING (case_id)
            WHERE t.follows_up AND coalesce(f.finished_on > t.finished, t.finished IS NOT NULL)
            GROUP BY ALL
        )
        SELECT case_id, flow, step_no, step, finished, row_no, before_row, NULL AS open_row,
            step || ' selesai ' || tanggal(finished) || CASE WHEN before_finish IS NULL
                THEN ', padahal ' || before || ' belum tercatat selesai'
                ELSE ', sebelum ' || before || ' selesai (' || tanggal(before_finish) || ')' END
                AS message
        FROM chained
        WHERE finished IS NOT NULL AND before IS NOT NULL
            AND coalesce(before_finish > finished, true)
        UNION ALL
        SELECT t.case_id, t.flow, t.step_no, t.step, t.finished, t.row_no, NULL, u.open_row,
            t.step || ' selesai ' || tanggal(t.finished) || ', padahal ' || u.open
                || ' rekomendasi kegiatan ini masih terbuka pada hari itu'
        FROM taken t JOIN unanswered u USING (case_id, step_no)
    """  # noqa: S608 - our own tables


_CASES = """(
    SELECT c.case_id, c.flow, c.level, c.revision FROM sop_case c
    WHERE ($year::INTEGER IS NULL OR c.year = $year)
        AND ($units::VARCHAR[] IS NULL OR list_contains($units, c.unit_code))
        AND ($flow::VARCHAR IS NULL OR c.flow = $flow)
        AND ($product::VARCHAR IS NULL OR c.commodity = $product)
)"""
# A date later than the day has not happened yet; a mark without a date was always there.
_RECORDS = """(
    SELECT case_id, step_no, skipped, NULL::INTEGER AS row_no,
        CASE WHEN started <= $as_of THEN started END AS started,
        CASE WHEN finished <= $as_of THEN finished END AS finished
    FROM step_record
)"""
_FOLLOW_UPS = "(SELECT case_id, finished_on, NULL::INTEGER AS row_no FROM follow_up)"


def order_faults(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a fault in the scope as of its day: case, step, its finish, and what cannot be.

    The latest finish comes first. Columns: case_id, title, unit, year, flow, step, finished,
    message. Only what the viewer sees is held against one another.
    """
    return store.frame(
        f"""
        SELECT f.case_id, c.title, u.name AS unit, c.year, f.flow, f.step, f.finished, f.message
        FROM ({impossible(_CASES, _RECORDS, _FOLLOW_UPS)}) f
        JOIN sop_case c USING (case_id)
        JOIN unit_as_of($as_of) u ON u.code = c.unit_code
        WHERE ($step::INTEGER IS NULL OR f.step_no = $step)
        ORDER BY f.finished DESC, f.case_id, f.step_no, f.message
        """,  # noqa: S608 - our own query
        **scope.parameters(),
    )
