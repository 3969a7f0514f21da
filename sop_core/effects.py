"""What a change of the SOP or the calendar does to the steps of cases, before it is kept.

Inside one rehearsal: ``remember`` how every step stands, make the change, then ``measure``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import duckdb
import pandas as pd


@dataclass(frozen=True)
class Effects:
    """What a change does as of a date.

    ``by_step`` has a row a step (A.1 ...) whose cases change, and counts of steps of cases:
    ``due_moved`` (due date), ``newly_late``, ``no_longer_late``, ``added`` and ``gone``.
    ``flips`` has a row a step of a case whose status is another afterwards: case, title, office,
    step, ``due_before`` and ``due``, ``status_before`` and ``status``; the newly late first. A
    step that is added has nothing before, one that is gone nothing after.
    """

    by_step: pd.DataFrame
    flips: pd.DataFrame

    def total(self, name: str) -> int:
        """The sum of one count over all steps. Raises KeyError for an unknown one."""
        return int(self.by_step[name].sum())


def remember(cursor: duckdb.DuckDBPyConnection, as_of: dt.date) -> None:
    """Keep aside how every step stands as of a date, for ``measure``."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE step_before AS"
        " SELECT case_id, flow, step_no, status, due, late FROM step_status($as_of)",
        {"as_of": as_of},
    )


def measure(cursor: duckdb.DuckDBPyConnection, as_of: dt.date) -> Effects:
    """What is other than remembered, of every office: for who may change it for all."""
    cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE step_change AS
        SELECT case_id, flow, step_no, b.due AS due_before, a.due, b.status AS status_before,
            a.status, coalesce(b.late, false) AS late_before, coalesce(a.late, false) AS late_after
        FROM (FROM step_status($as_of)) a
        FULL JOIN step_before b USING (case_id, flow, step_no)
        WHERE (a.due, a.status, a.late) IS DISTINCT FROM (b.due, b.status, b.late)
        """,
        {"as_of": as_of},
    )
    return Effects(_by_step(cursor), _flips(cursor, as_of))


def _by_step(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return cursor.execute(
        """
        SELECT flow, step_no, flow || '.' || step_no AS step,
            count(*) FILTER (status IS NOT NULL AND status_before IS NOT NULL
                AND due IS DISTINCT FROM due_before) AS due_moved,
            count(*) FILTER (late_after AND NOT late_before) AS newly_late,
            count(*) FILTER (late_before AND NOT late_after) AS no_longer_late,
            count(*) FILTER (status_before IS NULL) AS added,
            count(*) FILTER (status IS NULL) AS gone
        FROM step_change
        GROUP BY flow, step_no
        HAVING due_moved + newly_late + no_longer_late + added + gone > 0
        ORDER BY flow, step_no
        """
    ).df()


def _flips(cursor: duckdb.DuckDBPyConnection, as_of: dt.date) -> pd.DataFrame:
    return cursor.execute(
        """
        SELECT s.case_id, c.title, u.name AS unit, s.flow || '.' || s.step_no AS step,
            s.due_before, s.due, s.status_before, s.status
        FROM step_change s
        JOIN sop_case c USING (case_id)
        JOIN register_as_of($as_of) u ON u.code = c.unit_code
        WHERE s.status IS DISTINCT FROM s.status_before
        ORDER BY s.late_after AND NOT s.late_before DESC, s.late_before AND NOT s.late_after DESC,
            s.case_id, s.step_no
        """,
        {"as_of": as_of},
    ).df()
