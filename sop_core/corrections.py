"""Corrections of the calendar that staff enter: rehearsed, kept, taken back.

Each counts everything again: what a working day is decides every due date and every day used.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb

from sop_core import counting, effects, facts, reference
from sop_core.effects import Effects
from sop_core.errors import Refused
from sop_core.indonesian import now
from sop_core.store import Store, Trace, bump_version


def correct(
    store: Store, day: dt.date, working: bool, reason: str, legal_basis: str, who: str
) -> None:
    """Correct one day of the calendar and count everything again.

    Raises Refused without a reason and a legal basis, and AccessDenied.
    """
    _founded(reason, legal_basis)
    trace = Trace("kalender", str(day), after={"hari_kerja": working, "alasan": reason, "dasar": legal_basis})  # fmt: skip
    with store.write(trace) as cursor:
        trace.before = _put(cursor, day, working, reason, legal_basis, who)


def preview(
    store: Store, day: dt.date, working: bool, reason: str, legal_basis: str, as_of: dt.date
) -> Effects:
    """What ``correct`` would do to the steps of cases as of a date; nothing is kept.

    Raises Refused without a reason and a legal basis, and AccessDenied.
    """
    _founded(reason, legal_basis)
    store.require("kalender", f"pratinjau {day}")
    with store.rehearse(stored=True) as cursor:
        effects.remember(cursor, as_of)
        _put(cursor, day, working, reason, legal_basis, store.viewer.name)
        return effects.measure(cursor, as_of)


def preview_withdrawal(store: Store, day: dt.date, as_of: dt.date) -> Effects:
    """What ``withdraw`` would do to the steps of cases as of a date; nothing is kept.

    Raises AccessDenied.
    """
    store.require("kalender", f"pratinjau pencabutan {day}")
    with store.rehearse(stored=True) as cursor:
        effects.remember(cursor, as_of)
        _remove(cursor, day, store.viewer.name)
        return effects.measure(cursor, as_of)


def withdraw(store: Store, day: dt.date) -> None:
    """Take back a correction entered by staff and count everything again. Raises AccessDenied."""
    trace = Trace("kalender", str(day))
    with store.write(trace) as cursor:
        trace.before = _remove(cursor, day, store.viewer.name)


def _founded(reason: str, legal_basis: str) -> None:
    if not reason.strip() or not legal_basis.strip():
        raise Refused("Alasan dan dasar hukum wajib diisi.")


def _put(
    cursor: duckdb.DuckDBPyConnection,
    day: dt.date,
    working: bool,
    reason: str,
    legal_basis: str,
    who: str,
) -> Any:
    """Returns what it took the place of, or None."""
    before = _take_back(cursor, day, who)
    cursor.execute(
        "INSERT INTO calendar_override"
        " VALUES ($day, $working, $reason, $basis, $who, $now, NULL, NULL)",
        {
            "day": day,
            "working": working,
            "reason": reason,
            "basis": legal_basis,
            "who": who,
            "now": now(),
        },
    )
    _count_again(cursor)
    return before


def _remove(cursor: duckdb.DuckDBPyConnection, day: dt.date, who: str) -> Any:
    """Returns what was taken back, or None."""
    before = _take_back(cursor, day, who)
    _count_again(cursor)
    return before


def _take_back(cursor: duckdb.DuckDBPyConnection, day: dt.date, who: str) -> Any:
    """What was known of the day until now stays written down, for whoever asks as of then."""
    row = cursor.execute(
        "UPDATE calendar_override SET withdrawn_by = $who, withdrawn_at = $now"
        " WHERE day = $day AND withdrawn_at IS NULL"
        " RETURNING {'hari_kerja': working, 'alasan': reason, 'dasar': legal_basis}",
        {"day": day, "who": who, "now": now()},
    ).fetchone()
    return row[0] if row else None


def _count_again(cursor: duckdb.DuckDBPyConnection) -> None:
    reference.load_calendar(cursor, counting.overrides(cursor))
    facts.rebuild(cursor)
    bump_version(cursor)
