"""Facts: what is true of each case and step whatever the as-of date."""

from __future__ import annotations

from functools import cache
from importlib import resources

import duckdb

REBUILD = ("rebuild_cases", "rebuild_national_opening", "rebuild_steps")


@cache
def sql(name: str) -> str:
    """The text of ``sop_core/sql/<name>.sql``."""
    return (resources.files("sop_core") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def lost_records(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, str, int]]:
    """Case, flow and number of recorded steps that their case's SOP revision does not have."""
    return cursor.execute(
        """
        SELECT r.case_id, c.flow, r.step_no FROM step_record r
        JOIN sop_case c USING (case_id)
        ANTI JOIN step_fact f ON f.case_id = r.case_id AND f.step_no = r.step_no
        ORDER BY ALL
        """
    ).fetchall()


def rebuild(cursor: duckdb.DuckDBPyConnection) -> None:
    """Count every case and step again, inside the caller's transaction."""
    cursor.execute("DELETE FROM sop_case")
    cursor.execute("DELETE FROM step_fact")
    for name in REBUILD:
        cursor.execute(sql(name))
