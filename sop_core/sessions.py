"""Signing in, and the sessions that follow."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
from dataclasses import dataclass, replace
from typing import Any

from sop_core import attempts, passwords
from sop_core.access import PENDING, Viewer, stranger
from sop_core.accounts import account_of, end_sessions, viewer_of
from sop_core.attempts import NOBODY, Guess
from sop_core.errors import AccountRefused, SignInRefused
from sop_core.indonesian import now as clock
from sop_core.store import Store, Trace

LONGEST_SESSION = dt.timedelta(hours=12)
MOST_SESSIONS = 10
"""Open at once of one person; who begins another ends the oldest."""
KEEP = dt.timedelta(days=90)
"""How long an ended session is known as one; also how long an address is known as theirs."""
PASSWORD, PROVIDER = "kata sandi", "OIDC"
"""The ways to begin a session."""
_SEEN_EVERY = dt.timedelta(minutes=1)
_WRONG = "Nama masuk atau kata sandi salah."


def idle_time() -> dt.timedelta:
    """How long a session may rest: ``PANTAU_IDLE_MINUTES``, default 30 minutes."""
    return dt.timedelta(minutes=float(os.environ.get("PANTAU_IDLE_MINUTES") or 30))


# ------------------------------------------------------------------- passwords


def sign_in(store: Store, login: str, password: str, address: str | None = None) -> str:
    """Begin a session with a password; returns its token. Raises as check_password does.

    The session is begun only if the password that was checked still counts.
    """
    account = _checked(store, login, password, address)
    return open_session(
        store, viewer_of(store, account["login"]), address=address, proof=account["password_hash"]
    )


def check_password(store: Store, login: str, password: str, address: str | None = None) -> Viewer:
    """Whose password that is. Raises SignInRefused, the same for every wrong pair.

    SignInTooOften after too many wrong guesses (see ``attempts``), whether the login exists or
    not; SignInBusy where too many sign in at once: then nothing was checked or counted.
    """
    return viewer_of(store, _checked(store, login, password, address)["login"])


def _checked(store: Store, login: str, password: str, address: str | None) -> dict[str, Any]:
    login = login.strip().lower()[:100]
    where = attempts.place(address)
    account = account_of(store, login)
    known = _known_at(store, login, where)  # asked for every login: time tells nothing
    guess = Guess(login, where, account is not None, known)
    counts = attempts.of(store)
    counts.check(store, guess, clock())

    def look() -> bool:
        # One of an address at a time: whoever went before is counted already.
        counts.check(store, guess, clock())
        if passwords.fits((account or {}).get("password_hash"), password):
            counts.right(store, guess)
            return True
        counts.wrong(store, guess, clock())
        return False

    if not passwords.turns.run(where, known, look) or account is None:
        raise SignInRefused(_WRONG)
    return account


def _known_at(store: Store, login: str, address: str) -> bool:
    return address != NOBODY and bool(
        store.nationwide().one(
            "SELECT EXISTS (FROM sign_in WHERE login = $login AND address = $address)",
            login=login,
            address=address,
        )
    )


def change_own_password(
    store: Store, old: str, new: str, token: str, address: str | None = None
) -> None:
    """Replace the viewer's own password; their other sessions end, that of ``token`` stays.

    The old one is asked as at a sign-in, so that who finds a screen open guesses no more there
    than at the form. Raises SignInRefused as ``check_password``, AccountRefused for a new one
    that is no good.
    """
    login = store.viewer.login
    store.require("sandi", login)
    account = _checked(store, login, old, address)
    if new == old:
        raise AccountRefused("Kata sandi baru harus lain dari yang lama.")
    passwords.require_good(new, login, account["name"])
    hashed = passwords.hashed(new)
    with store.write(Trace("sandi", login, after="diganti sendiri"), sessions=True) as cursor:
        found = cursor.execute(
            "UPDATE app_user SET password_hash = $new, must_change = false"
            " WHERE login = $login AND active AND password_hash = $old RETURNING login",
            {"new": hashed, "login": login, "old": account["password_hash"]},
        ).fetchone()
        if found is None:
            raise AccountRefused("Akun ini berubah sementara itu. Silakan masuk lagi.")
        end_sessions(cursor, login, but=_digest(token))


# -------------------------------------------------------------------- sessions


def open_session(
    store: Store,
    viewer: Viewer,
    token: str | None = None,
    how: str = PASSWORD,
    address: str | None = None,
    proof: str | None = None,
) -> str:
    """Begin a session; returns the token that stands for it. The store keeps its digest alone.

    ``token`` is given where a provider's own sign-in stands for it, ``proof`` (the password's
    hash that was checked) where it must still be the account's. Raises SignInRefused where the
    account is not active any more or the proof is out of date.
    """
    token = token or secrets.token_urlsafe(32)
    now = clock()
    with store.sessions() as cursor:
        row = cursor.execute(
            "SELECT password_hash FROM app_user WHERE login = $login AND active",
            {"login": viewer.login},
        ).fetchone()
        if row is None or (proof is not None and row[0] != proof):
            raise SignInRefused(_WRONG)
        if cursor.execute(
            "FROM sign_in WHERE token_hash = $hash", {"hash": _digest(token)}
        ).fetchone():
            return token  # a provider's sign-in in two tabs at once: the other one was first
        cursor.execute(
            "INSERT INTO sign_in BY NAME SELECT $hash AS token_hash, $login AS login,"
            " $now AS started_at, $now AS seen_at, $address AS address, $how AS how",
            {
                "hash": _digest(token), "login": viewer.login, "now": now,
                "address": attempts.place(address), "how": how,
            },
        )  # fmt: skip
        _end_oldest(cursor, viewer.login, now)
        cursor.execute("DELETE FROM sign_in WHERE ended_at < $old", {"old": now - KEEP})
    store.as_viewer(viewer).record(Trace("masuk", how))
    return token


def _end_oldest(cursor: Any, login: str, now: dt.datetime) -> None:
    cursor.execute(
        "UPDATE sign_in SET ended_at = $now WHERE ended_at IS NULL AND login = $login"
        " AND token_hash NOT IN (SELECT token_hash FROM sign_in WHERE login = $login"
        " AND ended_at IS NULL ORDER BY started_at DESC LIMIT $most)",
        {"login": login, "now": now, "most": MOST_SESSIONS},
    )


def _session(store: Store, token: str) -> dict[str, Any] | None:
    rows = store.nationwide().rows(
        "SELECT login, started_at, seen_at, ended_at, how FROM sign_in WHERE token_hash = $hash",
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
    row = _session(store, token)
    if row is None or row["ended_at"] is not None or _over(row, now or clock()):
        return None
    try:
        return _viewer(store, row)
    except SignInRefused:
        return None


def viewer_of_session(
    store: Store, token: str, now: dt.datetime | None = None, address: str | None = None
) -> Viewer:
    """Whose session a token stands for; that they were here is kept, to the minute.

    Raises SignInRefused for a token that is forged, ended, or has rested too long; the
    refusal is counted, and in the audit (see ``attempts``).
    """
    now = now or clock()
    row = _session(store, token)
    if row is None:
        raise forged_cookie(store, address)
    if row["ended_at"] is not None:
        attempts.of(store).cookie(store, row["login"], attempts.place(address), "kuki basi", now)
        raise SignInRefused("Sesi sudah berakhir. Silakan masuk lagi.")
    if _over(row, now):
        end_session(store, token, "sesi kedaluwarsa")
        raise SignInRefused("Sesi berakhir karena lama tidak dipakai. Silakan masuk lagi.")
    viewer = _viewer(store, row)
    if now - row["seen_at"] > _SEEN_EVERY:
        with store.sessions() as cursor:
            cursor.execute(
                "UPDATE sign_in SET seen_at = $now WHERE token_hash = $hash AND ended_at IS NULL",
                {"now": now, "hash": _digest(token)},
            )
    return viewer


def forged_cookie(store: Store, address: str | None) -> SignInRefused:
    """The error for a cookie that nobody was given; it is counted, and in the audit."""
    where = attempts.place(address)
    attempts.of(store).cookie(store, NOBODY, where, "kuki palsu", clock())
    return SignInRefused("Kuki masuk tidak sah. Silakan masuk.")


def _over(row: dict[str, Any], now: dt.datetime) -> bool:
    return bool(now - row["seen_at"] > idle_time() or now - row["started_at"] > LONGEST_SESSION)


def _viewer(store: Store, row: dict[str, Any]) -> Viewer:
    """Whose a session is; with a first password, somebody who may only change it."""
    viewer = viewer_of(store, row["login"])
    account = account_of(store, row["login"])
    if row["how"] != PROVIDER and (account is None or account["must_change"]):
        return replace(viewer, role=PENDING, units=())
    return viewer


def end_session(store: Store, token: str, why: str = "") -> None:
    """Sign out: the token is worth nothing from here on."""
    with store.sessions() as cursor:
        row = cursor.execute(
            "UPDATE sign_in SET ended_at = $now WHERE token_hash = $hash AND ended_at IS NULL"
            " RETURNING login",
            {"now": clock(), "hash": _digest(token)},
        ).fetchone()
    if row:
        store.as_viewer(stranger(row[0])).record(Trace("keluar", why))


# ------------------------------------------------------------------ one's own


@dataclass(frozen=True)
class OpenSession:
    """A session as its own person sees it: where and how it was begun; ``mine`` is this one.

    ``number`` names it for ``end_own``. Times in Asia/Jakarta.
    """

    number: str
    started_at: dt.datetime
    seen_at: dt.datetime
    address: str
    how: str
    mine: bool


def has_password(store: Store) -> bool:
    """Whether the viewer has a password here, and does not only come through a provider."""
    account = account_of(store, store.viewer.login)
    return account is not None and account["password_hash"] is not None


def own_sessions(store: Store, token: str) -> list[OpenSession]:
    """The viewer's open sessions, the newest first."""
    rows = store.nationwide().rows(
        "SELECT token_hash, login, started_at, seen_at, ended_at, address, how FROM sign_in"
        " WHERE login = $login AND ended_at IS NULL ORDER BY started_at DESC",
        login=store.viewer.login,
    )
    return [
        OpenSession(
            _number(row["token_hash"]), row["started_at"], row["seen_at"],
            row["address"] or NOBODY, row["how"] or PASSWORD, row["token_hash"] == _digest(token),
        )
        for row in rows if not _over(row, clock())
    ]  # fmt: skip


def end_own(store: Store, number: str) -> None:
    """End one of the viewer's own sessions; one that is not theirs is left alone."""
    with store.sessions() as cursor:
        rows = cursor.execute(
            "SELECT token_hash FROM sign_in WHERE login = $login AND ended_at IS NULL",
            {"login": store.viewer.login},
        ).fetchall()
        ended = [token for (token,) in rows if _number(token) == number]
        for token in ended:
            cursor.execute(
                "UPDATE sign_in SET ended_at = $now WHERE token_hash = $hash",
                {"now": clock(), "hash": token},
            )
    if ended:
        store.record(Trace("keluar", "sesi lain diakhiri"))


def _number(token_hash: str) -> str:
    return token_hash[:12]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
