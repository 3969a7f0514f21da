"""What is doubtful about rows that an import keeps all the same: impossible orders of steps.

A step cannot be done before what it follows from. The step before another is the one that
its case's own revision names: of the same level, past optional steps that were not taken
(SOP D.4-D.6). Recommendations are followed up in the steps after the report of the activity
(SOP A.5, A.6, B.5, B.6). A warning stands at the row of the file that brings it about: the step
that was done too early, else the step before it or the recommendation that is open.
"""

from __future__ import annotations

import duckdb

from sop_core import facts
from sop_core.importing.checking import counted, listed
from sop_core.importing.parsing import Problem, ProblemCount
from sop_core.importing.temporary import make

# Recommendations of the named cases as they would be stored afterwards.
_FOLLOW_UPS = """(
    SELECT case_id, finished_on, row_no FROM staged_follow_up WHERE NOT refused AND NOT doubled
    UNION ALL
    SELECT f.case_id, f.finished_on, NULL FROM follow_up f
    ANTI JOIN (FROM staged_follow_up WHERE NOT refused) s
        ON s.case_id = f.case_id AND s.recommendation_no = f.recommendation_no
    WHERE f.case_id IN (FROM named_case)
)"""


def impossible(cases: str, records: str, follow_ups: str) -> str:
    """SQL for the steps that were done in an order that cannot be, a row for each fault.

    ``cases`` has case_id, flow, level and revision; ``records`` case_id, step_no, started,
    finished, skipped and row_no; ``follow_ups`` case_id, finished_on and row_no. The answer has
    case_id, flow, step_no, finished, message, the step's own row_no, that of the step before
    it (before_row) or of the first open recommendation (open_row).
    """
    return f"""
        WITH taken AS (
            SELECT c.case_id, c.flow, s.step_no, r.finished, r.row_no, s.follows_up
            FROM {cases} c
            JOIN (
                -- Told of the few steps of the SOP, not of every case's.
                SELECT s.*, s.step_no > p.step_no AS follows_up
                FROM sop_step s
                LEFT JOIN sop_step p ON p.revision = s.revision AND p.flow = s.flow
                    AND p.level = s.level AND p.milestone = 'reported'
            ) s ON s.revision = c.revision AND s.flow = c.flow AND s.level = c.level
            LEFT JOIN {records} r ON r.case_id = c.case_id AND r.step_no = s.step_no
            WHERE NOT coalesce(r.skipped, false)
                AND NOT (s.optional AND r.started IS NULL AND r.finished IS NULL)
        ), chained AS (
            SELECT *, lag(step_no) OVER chain AS before, lag(finished) OVER chain AS before_finish,
                lag(row_no) OVER chain AS before_row
            FROM taken WINDOW chain AS (PARTITION BY case_id ORDER BY step_no)
        ), unanswered AS (
            SELECT t.case_id, t.step_no, count(*) AS open, min(f.row_no) AS open_row
            FROM taken t JOIN {follow_ups} f USING (case_id)
            WHERE t.follows_up AND coalesce(f.finished_on > t.finished, t.finished IS NOT NULL)
            GROUP BY ALL
        )
        SELECT case_id, flow, step_no, finished, row_no, before_row, NULL AS open_row,
            flow || '.' || step_no || ' selesai ' || tanggal(finished) || CASE WHEN before_finish IS NULL
                THEN ', padahal ' || flow || '.' || before || ' belum tercatat selesai'
                ELSE ', sebelum ' || flow || '.' || before || ' selesai (' || tanggal(before_finish) || ')' END
                AS message
        FROM chained
        WHERE finished IS NOT NULL AND before IS NOT NULL
            AND coalesce(before_finish > finished, true)
        UNION ALL
        SELECT t.case_id, t.flow, t.step_no, t.finished, t.row_no, NULL, u.open_row,
            t.flow || '.' || t.step_no || ' selesai ' || tanggal(t.finished) || ', padahal ' || u.open
                || ' rekomendasi kegiatan ini masih terbuka pada hari itu'
        FROM taken t JOIN unanswered u USING (case_id, step_no)
    """  # noqa: S608 - our own tables


def find(cursor: duckdb.DuckDBPyConnection) -> tuple[list[Problem], list[ProblemCount]]:
    """The first limits.LISTED warnings by sheet and row, and all of them counted by kind.

    Of the rows that ``checking.run`` let in; its temporary tables must be there.
    """
    make(cursor, "warning", "FROM problem LIMIT 0")
    # It stands at a row of one of these: without any there is none.
    if not facts.holds(
        cursor, "EXISTS (FROM staged_step_record) OR EXISTS (FROM staged_follow_up)"
    ):
        return [], []
    cursor.execute(
        f"""
        INSERT INTO warning
        SELECT CASE WHEN row_no IS NULL AND before_row IS NULL THEN 'Tindak Lanjut'
            ELSE 'Langkah' END,
            coalesce(row_no, before_row, open_row), 'Tanggal Selesai', finished::VARCHAR, message
        FROM ({impossible("case_revision", "merged_step", _FOLLOW_UPS)})
        WHERE coalesce(row_no, before_row, open_row) IS NOT NULL
        """  # noqa: S608 - our own tables
    )
    if not facts.holds(cursor, "EXISTS (FROM warning)"):
        return [], []
    return listed(cursor, "warning"), counted(cursor, "warning")
