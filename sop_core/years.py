"""Years of a flow that the centre opens by hand, so that every UPT owes its reports.

By itself a year opens once one UPT in ten has recorded activities of it (sql/rebuild_years.sql).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from sop_core import effects, facts, flows
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.effects import Effects
from sop_core.errors import Refused
from sop_core.indonesian import now
from sop_core.store import Store, Trace, bump_version

# The reports of one year of one flow; who else depends on them is found by the rebuild.
_OF_YEAR = """
    SELECT generated_id(p.flow, y.year, p.tail) AS case_id
    FROM case_place p JOIN (SELECT $flow AS flow, $year AS year) y USING (flow)
"""
_OWED = """
    SELECT count(DISTINCT case_id) AS reports, count(DISTINCT case_id) FILTER (overdue) AS late,
        count(DISTINCT case_id) FILTER (unknown) AS unknown
    FROM step_status($as_of)
    WHERE flow = $flow AND year = $year AND level <> 'activity'
"""


@dataclass(frozen=True)
class Owed:
    """Annual reports and national cycles of a flow's year that are on record as of a date.

    ``late`` have a step overdue by then, ``unknown`` one that fell due after its office fell
    silent.
    """

    reports: int
    late: int
    unknown: int


@dataclass(frozen=True)
class Preview:
    """What opening or closing a year does: what is owed before and after, and to which steps."""

    before: Owed
    after: Owed
    effects: Effects


def listed(store: Store) -> pd.DataFrame:
    """One row a flow and year with activities or opened by hand, the newest first.

    ``offices``: how many UPT have recorded activities of it; ``opened_on`` is the day from which all UPT
    owe its reports, empty where it is not open; ``by_hand`` says that the centre opened it.
    """
    return store.nationwide().frame(
        """
        WITH begun AS (
            SELECT flow, year, count(*) AS activities, count(DISTINCT unit_code)
                FILTER (first_on IS NOT NULL
                    AND unit_code IN (SELECT code FROM register WHERE is_upt(kind))) AS offices
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
    _founded(flow, year, reason)
    trace = Trace("tahun", f"{flow} {year}", after={"alasan": reason})
    with store.write(trace) as cursor:
        _open(cursor, flow, year, reason, store.viewer.name)
        bump_version(cursor)


def close_year(store: Store, flow: str, year: int) -> None:
    """Take back what ``open_year`` did. Raises Refused where nothing is opened, AccessDenied."""
    trace = Trace("tahun", f"tutup {flow} {year}")
    with store.write(trace) as cursor:
        trace.before = {"alasan": _close(cursor, flow, year, store.viewer.name)}
        bump_version(cursor)


def preview_opening(store: Store, flow: str, year: int, reason: str, as_of: dt.date) -> Preview:
    """What ``open_year`` would do as of a date; nothing is kept. Raises as it does."""
    _founded(flow, year, reason)
    who = store.viewer.name
    return _rehearsed(store, flow, year, as_of, lambda c: _open(c, flow, year, reason, who))


def preview_closing(store: Store, flow: str, year: int, as_of: dt.date) -> Preview:
    """What ``close_year`` would do as of a date; nothing is kept. Raises as it does."""
    who = store.viewer.name
    return _rehearsed(store, flow, year, as_of, lambda c: _close(c, flow, year, who))


def _rehearsed(
    store: Store,
    flow: str,
    year: int,
    as_of: dt.date,
    change: Callable[[duckdb.DuckDBPyConnection], Any],
) -> Preview:
    store.require("tahun", f"pratinjau {flow} {year}")
    with store.rehearse(stored=True) as cursor:
        effects.remember(cursor, as_of)
        before = _owed(cursor, flow, year, as_of)
        change(cursor)
        return Preview(
            before, _owed(cursor, flow, year, as_of), effects.measure(cursor, as_of)
        )  # fmt: skip


def _owed(cursor: duckdb.DuckDBPyConnection, flow: str, year: int, as_of: dt.date) -> Owed:
    row = cursor.execute(_OWED, {"flow": flow, "year": year, "as_of": as_of}).fetchone()
    assert row is not None
    return Owed(*row)


def _founded(flow: str, year: int, reason: str) -> None:
    if not reason.strip():
        raise Refused("Alasan wajib diisi.")
    if flow not in flows.CODES or not FIRST_YEAR <= year < LAST_YEAR:
        raise Refused(f"Alur {flow} tahun {year} tidak ada dalam kalender.")


def _open(cursor: duckdb.DuckDBPyConnection, flow: str, year: int, reason: str, who: str) -> None:
    held = cursor.execute(
        "SELECT count(*) FROM opened_year"
        " WHERE flow = $flow AND year = $year AND withdrawn_at IS NULL",
        {"flow": flow, "year": year},
    ).fetchone()
    if held and held[0]:
        raise Refused(f"Alur {flow} tahun {year} sudah dibuka oleh pusat.")
    cursor.execute(
        "INSERT INTO opened_year VALUES ($flow, $year, $reason, $who, $now, NULL, NULL)",
        {"flow": flow, "year": year, "reason": reason.strip(), "who": who, "now": now()},
    )
    facts.rebuild_of(cursor, _OF_YEAR, {"flow": flow, "year": year})


def _close(cursor: duckdb.DuckDBPyConnection, flow: str, year: int, who: str) -> str:
    """Returns the reason for which it was open."""
    row = cursor.execute(
        "UPDATE opened_year SET withdrawn_by = $who, withdrawn_at = $now"
        " WHERE flow = $flow AND year = $year AND withdrawn_at IS NULL RETURNING reason",
        {"flow": flow, "year": year, "who": who, "now": now()},
    ).fetchone()
    if row is None:
        raise Refused(f"Alur {flow} tahun {year} tidak dibuka oleh pusat.")
    facts.rebuild_of(cursor, _OF_YEAR, {"flow": flow, "year": year})
    return str(row[0])
