"""Signing in, and the sessions that follow."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import threading
from typing import Any

from sop_core.access import Viewer, stranger
from sop_core.accounts import account_of, password_fits, viewer_of
from sop_core.errors import SignInRefused
from sop_core.indonesian import now as clock
from sop_core.store import Store, Trace

MOST_FAILURES = 5
"""Failed sign-ins of one login within FAILURE_MINUTES before it has to wait."""
FAILURE_MINUTES = 15
LONGEST_SESSION = dt.timedelta(hours=12)
_SEEN_EVERY = dt.timedelta(minutes=1)
_WRONG = "nama masuk atau kata sandi salah"
# A hundred guesses at once are still counted one after the other.
_one_guess = threading.Lock()


def idle_time() -> dt.timedelta:
    """How long a session may rest: ``PANTAU_IDLE_MINUTES``, default 30 minutes."""
    return dt.timedelta(minutes=float(os.environ.get("PANTAU_IDLE_MINUTES") or 30))


def check_password(store: Store, login: str, password: str) -> Viewer:
    """Who signs in with a password. Raises SignInRefused, the same for every wrong pair.

    After MOST_FAILURES failures a login has to wait, whether it exists or not.
    """
    login = login.strip().lower()[:100]
    outside = store.as_viewer(stranger(login))
    with _one_guess:
        if _failures(store, outside.viewer.login) >= MOST_FAILURES:
            outside.record(Trace("masuk", "terlalu banyak percobaan"), "ditolak")
            raise SignInRefused(
                f"Terlalu banyak percobaan. Coba lagi sesudah {FAILURE_MINUTES} menit."
            )
        if not password_fits(account_of(store, login), password):
            outside.record(Trace("masuk", _WRONG), "ditolak")
            raise SignInRefused("Nama masuk atau kata sandi salah.")
    return viewer_of(store, login)


def _failures(store: Store, login: str) -> int:
    since = clock() - dt.timedelta(minutes=FAILURE_MINUTES)
    return int(
        store.nationwide().one(
            """
            SELECT count(*) FROM audit
            WHERE login = $login AND action = 'masuk' AND subject = $wrong
                AND happened_at > greatest($since, coalesce((
                    SELECT max(happened_at) FROM audit
                    WHERE login = $login AND action = 'masuk' AND outcome = 'ok'), $since))
            """,
            login=login,
            since=since,
            wrong=_WRONG,
        )
    )


def open_session(
    store: Store, viewer: Viewer, token: str | None = None, how: str = "kata sandi"
) -> str:
    """Begin a session; returns the token that stands for it. The store keeps its digest alone.

    ``token`` is given where a provider's own sign-in stands for it.
    """
    token = token or secrets.token_urlsafe(32)
    with store.sessions() as cursor:
        cursor.execute(
            "INSERT INTO sign_in VALUES ($hash, $login, $now, $now, NULL)",
            {"hash": _digest(token), "login": viewer.login, "now": clock()},
        )
    store.as_viewer(viewer).record(Trace("masuk", how))
    return token


def _session(store: Store, token: str) -> dict[str, Any] | None:
    rows = store.nationwide().rows(
        "SELECT login, started_at, seen_at, ended_at FROM sign_in WHERE token_hash = $hash",
        hash=_digest(token),
    )
    return rows[0] if rows else None


def session_known(store: Store, token: str) -> bool:
    """Whether a session, open or ended, goes by this token."""
    return _session(store, token) is not None


def session_open(store: Store, token: str) -> bool:
    """Whether a token's session was begun and has not ended."""
    row = _session(store, token)
    return row is not None and row["ended_at"] is None


def holder(store: Store, token: str, now: dt.datetime | None = None) -> Viewer | None:
    """Whose session a token stands for at this moment, None for nobody's; nothing is written."""
    now = now or clock()
    row = _session(store, token)
    if row is None or row["ended_at"] is not None:
        return None
    if now - row["seen_at"] > idle_time() or now - row["started_at"] > LONGEST_SESSION:
        return None
    try:
        return viewer_of(store, row["login"])
    except SignInRefused:
        return None


def viewer_of_session(store: Store, token: str, now: dt.datetime | None = None) -> Viewer:
    """Whose session a token stands for; that they were here is kept, to the minute.

    Raises SignInRefused for a token that is forged, ended, or has rested too long; the
    refusal is in the audit.
    """
    now = now or clock()
    row = _session(store, token)
    if row is None:
        raise _no_session(store, "-", "kuki palsu", "Kuki masuk tidak sah. Silakan masuk.")
    if row["ended_at"] is not None:
        raise _no_session(
            store, row["login"], "kuki basi", "Sesi sudah berakhir. Silakan masuk lagi."
        )
    if now - row["seen_at"] > idle_time() or now - row["started_at"] > LONGEST_SESSION:
        end_session(store, token)
        raise _no_session(
            store, row["login"], "sesi kedaluwarsa",
            "Sesi berakhir karena lama tidak dipakai. Silakan masuk lagi.",
        )  # fmt: skip
    viewer = viewer_of(store, row["login"])
    if now - row["seen_at"] > _SEEN_EVERY:
        with store.sessions() as cursor:
            cursor.execute(
                "UPDATE sign_in SET seen_at = $now WHERE token_hash = $hash",
                {"now": now, "hash": _digest(token)},
            )
    return viewer


def end_session(store: Store, token: str) -> None:
    """Sign out: the token is worth nothing from here on."""
    with store.sessions() as cursor:
        row = cursor.execute(
            "UPDATE sign_in SET ended_at = $now WHERE token_hash = $hash AND ended_at IS NULL"
            " RETURNING login",
            {"now": clock(), "hash": _digest(token)},
        ).fetchone()
    if row:
        store.as_viewer(stranger(row[0])).record(Trace("keluar"))


def _no_session(store: Store, login: str, subject: str, message: str) -> SignInRefused:
    store.as_viewer(stranger(login)).record(Trace("masuk", subject), "ditolak")
    return SignInRefused(message)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
