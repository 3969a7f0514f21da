"""Orders of steps that cannot be, as of any day; an import told them of its own rows.

What cannot be is said in ``importing/warning.py``.
"""

from __future__ import annotations

import pandas as pd

from sop_core.evaluation import Scope
from sop_core.importing.warning import impossible
from sop_core.store import Store

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
        SELECT f.case_id, c.title, u.name AS unit, c.year, f.flow,
            f.flow || '.' || f.step_no AS step, f.finished, f.message
        FROM ({impossible(_CASES, _RECORDS, _FOLLOW_UPS)}) f
        JOIN sop_case c USING (case_id)
        JOIN unit_as_of($as_of) u ON u.code = c.unit_code
        WHERE ($step::INTEGER IS NULL OR f.step_no = $step)
        ORDER BY f.finished DESC, f.case_id, f.step_no, f.message
        """,  # noqa: S608 - our own query
        **scope.parameters(),
    )
