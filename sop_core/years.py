"""Years of a flow that the centre opens by hand, so that every UPT owes its reports.

By itself a year opens once one UPT in ten has recorded activities of it (sql/rebuild_years.sql).
"""

from __future__ import annotations

import pandas as pd

from sop_core import facts, flows
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.errors import Refused
from sop_core.indonesian import now
from sop_core.store import Store, Trace, bump_version

# The reports of one year of one flow; who else depends on them is found by the rebuild.
_OF_YEAR = """
    SELECT generated_id(p.flow, y.year, p.tail) AS case_id
    FROM case_place p JOIN (SELECT $flow AS flow, $year AS year) y USING (flow)
"""


def listed(store: Store) -> pd.DataFrame:
    """One row a flow and year with activities or opened by hand, the newest first.

    ``offices`` UPT have recorded activities of it; ``opened_on`` is the day from which all UPT
    owe its reports, empty where it is not open; ``by_hand`` says that the centre opened it.
    """
    return store.nationwide().frame(
        """
        WITH begun AS (
            SELECT flow, year, count(DISTINCT unit_code) FILTER (first_on IS NOT NULL) AS offices,
                count(*) AS activities
            FROM sop_case WHERE level = 'activity' GROUP BY flow, year
        ), hand AS (
            SELECT flow, year, any_value(reason) AS reason, any_value(entered_by) AS entered_by,
                any_value(entered_at) AS entered_at
            FROM opened_year WHERE withdrawn_at IS NULL GROUP BY flow, year
        )
        SELECT flow, year, coalesce(b.offices, 0) AS offices, coalesce(b.activities, 0) AS activities,
            y.flow IS NOT NULL AS open,
            CASE WHEN h.flow IS NULL THEN y.opened_on END AS opened_on, h.flow IS NOT NULL AS by_hand,
            h.reason, h.entered_by, h.entered_at
        FROM begun b FULL JOIN hand h USING (flow, year) LEFT JOIN flow_year y USING (flow, year)
        ORDER BY year DESC, flow
        """
    )


def open_year(store: Store, flow: str, year: int, reason: str) -> None:
    """Every UPT owes the reports of this year of the flow from its usual opening on.

    Raises Refused without a reason, for a year outside the calendar and for one that is opened
    by hand already, and AccessDenied.
    """
    if not reason.strip():
        raise Refused("Alasan wajib diisi.")
    if flow not in flows.CODES or not FIRST_YEAR <= year < LAST_YEAR:
        raise Refused(f"Alur {flow} tahun {year} tidak ada dalam kalender.")
    trace = Trace("tahun", f"{flow} {year}", after={"alasan": reason})
    with store.write(trace) as cursor:
        held = cursor.execute(
            "SELECT count(*) FROM opened_year"
            " WHERE flow = $flow AND year = $year AND withdrawn_at IS NULL",
            {"flow": flow, "year": year},
        ).fetchone()
        if held and held[0]:
            raise Refused(f"Alur {flow} tahun {year} sudah dibuka oleh pusat.")
        cursor.execute(
            "INSERT INTO opened_year VALUES ($flow, $year, $reason, $who, $now, NULL, NULL)",
            {"flow": flow, "year": year, "reason": reason.strip(), "who": store.viewer.name,
             "now": now()},
        )  # fmt: skip
        facts.rebuild_of(cursor, _OF_YEAR, {"flow": flow, "year": year})
        bump_version(cursor)


def close_year(store: Store, flow: str, year: int) -> None:
    """Take back what ``open_year`` did. Raises Refused where nothing is opened, AccessDenied."""
    trace = Trace("tahun", f"tutup {flow} {year}")
    with store.write(trace) as cursor:
        row = cursor.execute(
            "UPDATE opened_year SET withdrawn_by = $who, withdrawn_at = $now"
            " WHERE flow = $flow AND year = $year AND withdrawn_at IS NULL RETURNING reason",
            {"flow": flow, "year": year, "who": store.viewer.name, "now": now()},
        ).fetchone()
        if row is None:
            raise Refused(f"Alur {flow} tahun {year} tidak dibuka oleh pusat.")
        trace.before = {"alasan": row[0]}
        facts.rebuild_of(cursor, _OF_YEAR, {"flow": flow, "year": year})
        bump_version(cursor)
