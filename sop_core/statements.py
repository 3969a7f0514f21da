"""Up to which day each office has said how things stand (data s.d.).

An upload of activities or steps says it, by default up to its own day; an office may also say,
without a file, that nothing new happened. Past that day nothing is known of what the office has
not finished: its silence is not lateness (sql/views.sql), and is a fault of its own (silence.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import duckdb
import pandas as pd

from sop_core.errors import Refused
from sop_core.indonesian import format_date, format_number, now
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store, Trace, bump_version
from sop_core.units import Unit


def refuse_future(until: dt.date, today: dt.date) -> None:
    """Raises Refused for a day that has not come: nobody knows how things stand then."""
    if until > today:
        raise Refused(
            f"Data s.d. {format_date(until)} belum mungkin; paling akhir hari ini"
            f" ({format_date(today)})."
        )


def speak(
    cursor: duckdb.DuckDBPyConnection,
    offices: Iterable[str],
    until: dt.date,
    who: str,
    batch_id: int | None = None,
) -> list[str]:
    """Keep that these offices have said how things stand up to a day.

    Returns the codes of those of whom more is known by it. In the caller's transaction.
    """
    rows = cursor.execute(
        """
        SELECT u.code, h.until IS NULL OR h.until < $until AS newly
        FROM (SELECT DISTINCT unnest($offices::VARCHAR[]) AS code) u
        LEFT JOIN office_horizon h ON h.unit_code = u.code
        WHERE h.until IS NULL OR h.until <= $until ORDER BY u.code
        """,
        {"offices": list(offices), "until": until},
    ).fetchall()
    told = [code for code, newly in rows if newly]
    # An upload says it though another one said as much: that one may be undone, or left out while
    # nobody has confirmed it.
    said = told if batch_id is None else [code for code, _ in rows]
    cursor.execute(
        """
        INSERT INTO office_statement
        SELECT (SELECT coalesce(max(statement_no), 0) FROM office_statement) + n, code, $until,
            $who, $now, $batch, NULL, NULL
        FROM (SELECT unnest($offices::VARCHAR[]) AS code, generate_subscripts($offices::VARCHAR[], 1) AS n)
        """,
        {"offices": said, "until": until, "who": who, "now": now(),
         "batch": batch_id},
    )  # fmt: skip
    return told


def take_back_of_batch(cursor: duckdb.DuckDBPyConnection, batch_id: int, who: str) -> None:
    """What an upload said is not said any more once it is undone. In the caller's transaction."""
    _withdraw(cursor, "batch_id", batch_id, who)


def offices(store: Store, on: dt.date) -> list[Unit]:
    """The offices, as registered on a day, for which the viewer may say how things stand."""
    return [u for u in store.register(on) if store.viewer.uploads_for(u.code, u.kind)]


def listed(store: Store, on: dt.date) -> pd.DataFrame:
    """What was said of the viewer's own offices (``offices``), the newest first.

    One row a statement: ``until`` (data s.d.), by whom and when, the upload that said it
    (``batch_id``, empty for one without a file), and by whom and when it was taken back.
    """
    return store.frame(
        """
        SELECT s.statement_no, s.unit_code, u.name AS unit, s.until, s.stated_by, s.stated_at,
            s.batch_id, s.withdrawn_by, s.withdrawn_at
        FROM office_statement s JOIN register_as_of($day) u ON u.code = s.unit_code
        WHERE list_contains($offices, s.unit_code)
        ORDER BY s.statement_no DESC
        """,
        day=on,
        offices=[u.code for u in offices(store, on)],
    )


def said(count: int, until: dt.date) -> str:
    """``Data 3 unit dinyatakan s.d. 24 November 2026.``; ``count`` of offices."""
    return f"Data {format_number(count)} unit dinyatakan s.d. {format_date(until)}."


def state(store: Store, office: str, until: dt.date, today: dt.date | None = None) -> int:
    """An office says, without a file, that its records are complete up to a day.

    Returns the number under which ``take_back`` takes it back. Raises Refused for a day to come and where the office said as much already, and AccessDenied
    for another office than the viewer's.
    """
    today = today or jakarta_today()
    refuse_future(until, today)
    trace = Trace("pernyataan", office, after={"sampai": until})
    _require_own(store, trace, today)
    with store.write(trace) as cursor:
        if not speak(cursor, [office], until, store.viewer.name):
            held = cursor.execute(
                "SELECT until FROM office_horizon WHERE unit_code = $office", {"office": office}
            ).fetchone()
            stated = held[0] if held else until
            raise Refused(f"Data unit ini sudah dinyatakan lengkap s.d. {format_date(stated)}.")
        bump_version(cursor)
        (number,) = cursor.execute("SELECT max(statement_no) FROM office_statement").fetchall()[0]
    return int(number)


def take_back(store: Store, statement_no: int, office: str | None = None) -> None:
    """Take back what was said without a file, by the office where that is named.

    Raises Refused and AccessDenied.
    """
    found = store.nationwide().rows(
        "SELECT unit_code, until FROM office_statement"
        " WHERE statement_no = $n AND batch_id IS NULL AND withdrawn_at IS NULL",
        n=statement_no,
    )
    if not found or (office is not None and found[0]["unit_code"] != office):
        raise Refused("Pernyataan itu tidak ada, sudah ditarik, atau berasal dari unggahan.")
    trace = Trace("pernyataan", found[0]["unit_code"], before={"sampai": found[0]["until"]})
    _require_own(store, trace, jakarta_today())
    with store.write(trace) as cursor:
        _withdraw(cursor, "statement_no", statement_no, store.viewer.name)
        bump_version(cursor)


def _require_own(store: Store, trace: Trace, today: dt.date) -> None:
    """Raises AccessDenied unless the viewer may say how things stand in the trace's office."""
    if trace.subject not in {u.code for u in offices(store, today)}:
        raise store.refusal(trace.action, trace.subject, "Unit itu bukan kewenangan Anda.")


def _withdraw(cursor: duckdb.DuckDBPyConnection, column: str, number: int, who: str) -> None:
    cursor.execute(
        f"UPDATE office_statement SET withdrawn_by = $who, withdrawn_at = $now"  # noqa: S608
        f" WHERE {column} = $number AND withdrawn_at IS NULL",
        {"who": who, "now": now(), "number": number},
    )
