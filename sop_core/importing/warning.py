"""What is doubtful about rows that an import keeps all the same: impossible orders of steps.

A warning stands at the row of the file that brings it about: the step that was done too
early, else the step before it or the recommendation that is open.
"""

from __future__ import annotations

import duckdb

from sop_core import orders
from sop_core.importing.checking import counted, listed
from sop_core.importing.parsing import Problem, ProblemCount

# Recommendations of the touched cases as they would be stored afterwards.
_FOLLOW_UPS = """(
    SELECT case_id, finished_on, row_no FROM staged_follow_up WHERE NOT refused AND NOT doubled
    UNION ALL
    SELECT f.case_id, f.finished_on, NULL FROM follow_up f
    ANTI JOIN (FROM staged_follow_up WHERE NOT refused) s
        ON s.case_id = f.case_id AND s.recommendation_no = f.recommendation_no
    WHERE f.case_id IN (FROM touched_case)
)"""


def find(cursor: duckdb.DuckDBPyConnection) -> tuple[list[Problem], list[ProblemCount]]:
    """The first limits.LISTED warnings by sheet and row, and all of them counted by kind.

    Of the rows that ``checking.run`` let in; its temporary tables must be there.
    """
    cursor.execute("CREATE OR REPLACE TEMP TABLE warning AS FROM problem LIMIT 0")
    cursor.execute(
        f"""
        INSERT INTO warning
        SELECT CASE WHEN row_no IS NULL AND before_row IS NULL THEN 'Tindak Lanjut'
            ELSE 'Langkah' END,
            coalesce(row_no, before_row, open_row), 'Tanggal Selesai', finished::VARCHAR, message
        FROM ({orders.impossible("case_revision", "merged_step", _FOLLOW_UPS)})
        WHERE coalesce(row_no, before_row, open_row) IS NOT NULL
        """  # noqa: S608 - our own tables
    )
    return listed(cursor, "warning"), counted(cursor, "warning")
