"""Facts: what is true of each case and step whatever the as-of date."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import duckdb

from sop_core import thresholds

REBUILD = ("rebuild_activities", "rebuild_years", "rebuild_generated", "rebuild_steps")


@cache
def sql(name: str) -> str:
    """The text of ``sop_core/sql/<name>.sql``, thresholds written in."""
    text = (resources.files("sop_core") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    for threshold, value in thresholds.IN_SQL.items():
        text = text.replace(f":{threshold}", value)
    return text


_GENERATED = "EXISTS (FROM touched_case WHERE id_parts(case_id) IS NOT NULL)"
TOUCHED = "FROM touched_case"
"""The cases that the last rebuild on this cursor counted again."""
RECORDED = "SELECT DISTINCT case_id FROM step_record"
"""Every case with a record."""


def lost_records(
    cursor: duckdb.DuckDBPyConnection, among: str = RECORDED
) -> list[tuple[str, str, int]]:
    """Case, flow and number of recorded steps that their case's SOP revision does not have.

    ``among`` is a query for the ids of the cases to look at.
    """
    return cursor.execute(f"{_lost(among)} ORDER BY ALL").fetchall()


def _lost(among: str) -> str:
    return f"""
        WITH looked_at AS MATERIALIZED ({among})
        SELECT r.case_id, c.flow, r.step_no
        FROM (FROM step_record SEMI JOIN looked_at USING (case_id)) r
        JOIN sop_case c USING (case_id)
        -- As the rebuild makes facts of them; held against the steps of the SOP, which are few.
        ANTI JOIN sop_step s ON s.revision = c.revision AND s.flow = c.flow AND s.level = c.level
            AND s.step_no = r.step_no
    """  # noqa: S608 - our own queries


def continued(old: str, new: str) -> str:
    """SQL for the number that a step of one revision goes on under in another, NULL for none.

    It is the same step where its activity is worded the same, else where its number is and
    the wording there is new. ``old`` and ``new`` are tables like ``sop_step``.
    """
    return f"""
        SELECT a.revision AS old_revision, b.revision AS new_revision, a.flow, a.step_no AS old_no,
            coalesce(
                min(b.step_no) FILTER (b.activity = a.activity),
                min(b.step_no) FILTER (b.step_no = a.step_no AND o.activity IS NULL)
            ) AS new_no
        FROM {old} a
        JOIN {new} b USING (flow)
        LEFT JOIN {old} o
            ON o.revision = a.revision AND o.flow = a.flow AND o.activity = b.activity
        GROUP BY ALL
    """  # noqa: S608 - our own tables


def remember(cursor: duckdb.DuckDBPyConnection) -> None:
    """Keep aside by which steps each record is numbered, for ``displaced``."""
    cursor.execute("CREATE OR REPLACE TEMP TABLE step_numbering AS FROM sop_step")
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE record_numbering AS"
        " SELECT r.case_id, r.step_no, r.batch_id, c.revision, c.flow"
        " FROM step_record r JOIN sop_case c USING (case_id)"
    )


def displaced(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Case, flow and number of records that would mean another step, or none, than remembered.

    A record tells its step by number alone: under a revision that gives the number to another
    step it would be read as that one.
    """
    return cursor.execute(
        f"""
        SELECT m.case_id, m.flow, m.step_no
        FROM record_numbering m
        JOIN step_record r ON r.case_id = m.case_id AND r.step_no = m.step_no
            AND r.batch_id = m.batch_id
        JOIN sop_case c ON c.case_id = m.case_id
        LEFT JOIN ({continued("step_numbering", "sop_step")}) k
            ON k.old_revision = m.revision AND k.new_revision = c.revision AND k.flow = m.flow
            AND k.old_no = m.step_no
        WHERE k.new_no IS DISTINCT FROM m.step_no
        UNION SELECT * FROM ({_lost(RECORDED)}) ORDER BY ALL
        """  # noqa: S608
    ).fetchall()


def rebuild(cursor: duckdb.DuckDBPyConnection) -> None:
    """Count every case and step again, inside the caller's transaction."""
    for table in ("sop_case", "flow_year", "step_fact"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
    if not holds(
        cursor, "EXISTS (FROM activity) OR EXISTS (FROM step_record) OR EXISTS (FROM opened_year)"
    ):  # planning the questions is most of what opening a new store costs
        return
    rebuild_of(
        cursor, "SELECT case_id FROM activity UNION SELECT case_id FROM step_record", anew=True
    )


def rebuild_of(
    cursor: duckdb.DuckDBPyConnection,
    touched: str,
    values: dict[str, Any] | None = None,
    anew: bool = False,
) -> None:
    """Count again the cases that a change touched, and those that depend on them.

    ``touched`` is a query, with its ``values``, for column ``case_id``: cases whose activity or
    steps changed, came or went, each as often as it likes. The annual reports and national
    cycles of a year that opens or closes by that, and the national year that waits for an annual
    report, are found here. With ``anew`` nothing that is counted stands: also of a year that is
    open and has no activity. Inside the caller's transaction; leaves the temporary table
    ``touched_case``.
    """
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE touched_case AS SELECT DISTINCT case_id FROM ({touched})",  # noqa: S608 - twice would be counted twice
        values or {},
    )
    # What is not asked costs nothing: most changes are of one activity, and move no first day.
    begun = "SELECT case_id, flow, year, unit_code, first_on FROM sop_case SEMI JOIN touched_case USING (case_id)"
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE begun_before AS {begun} WHERE level = 'activity'")
    cursor.execute(sql("rebuild_activities"))
    if (
        anew
        or holds(cursor, _GENERATED)
        or holds(
            cursor,
            f"EXISTS (FROM begun_before EXCEPT {begun}) OR EXISTS ({begun} EXCEPT FROM begun_before)",
        )
    ):
        cursor.execute(sql("rebuild_years"))
    if holds(cursor, _GENERATED):
        cursor.execute(sql("rebuild_generated"))
    cursor.execute(sql("rebuild_steps"))


def holds(cursor: duckdb.DuckDBPyConnection, condition: str) -> bool:
    """Whether a condition of our own in SQL is true: asked before a dearer question."""
    row = cursor.execute(f"SELECT {condition}").fetchone()
    return bool(row and row[0])
