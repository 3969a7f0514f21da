"""People who may sign in: their role and office, their password, and their sessions."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from sop_core.access import OFFICE_ROLES, ROLES, Viewer
from sop_core.indonesian import now as clock
from sop_core.indonesian import today
from sop_core.region import coordinated
from sop_core.store import Store, Trace
from sop_core.units import UPT_KINDS

MOST_FAILURES = 5
"""Failed sign-ins of one login within FAILURE_MINUTES before it has to wait."""
FAILURE_MINUTES = 15
LEAST_PASSWORD = 12
"""Characters."""
LONGEST_SESSION = dt.timedelta(hours=12)
_SEEN_EVERY = dt.timedelta(minutes=1)

_hasher = PasswordHasher()
# Checked for a login that does not exist, so that time does not tell who does.
_NOBODY = _hasher.hash(secrets.token_hex())


class AccountRefused(ValueError):
    """An account that cannot be made or changed so, with the reason in Indonesian."""


class SignInRefused(ValueError):
    """A sign-in or a session that is not accepted, with the reason in Indonesian."""


@dataclass(frozen=True)
class Account:
    """A person as Administrasi lists them. ``has_password`` is false for OIDC alone."""

    login: str
    name: str
    role: str
    unit_code: str | None
    active: bool
    has_password: bool


def idle_time() -> dt.timedelta:
    """How long a session may rest: ``PANTAU_IDLE_MINUTES``, default 30 minutes."""
    return dt.timedelta(minutes=float(os.environ.get("PANTAU_IDLE_MINUTES") or 30))


# ------------------------------------------------------------------ accounts


def any_account(store: Store) -> bool:
    """Whether somebody may sign in at all."""
    return bool(store.nationwide().one("SELECT EXISTS (FROM app_user WHERE active)"))


def accounts(store: Store) -> list[Account]:
    """Everyone, by login; nothing for a viewer who does not manage people."""
    rows = store.rows(
        "SELECT login, name, role, unit_code, active,"
        " coalesce(password_hash::VARCHAR, 'false') <> 'false' AS has_password"
        " FROM app_user ORDER BY login"
    )
    return [Account(**row) for row in rows]


def add(
    store: Store,
    login: str,
    name: str,
    role: str,
    unit: str | None = None,
    password: str | None = None,
) -> None:
    """Make an account. Without a password it signs in through OIDC alone.

    Raises AccountRefused, and AccessDenied for a viewer who may not.
    """
    login = login.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@+-]{1,99}", login):
        raise AccountRefused("Nama masuk hanya huruf kecil, angka, titik, @, + dan tanda hubung.")
    if not name.strip():
        raise AccountRefused("Nama wajib diisi.")
    _check_role(store, role, unit)
    trace = Trace("pengguna", login, None, {"nama": name, "peran": role, "unit": unit})
    hashed = _hash(password)
    with store.write(trace) as cursor:
        if cursor.execute("FROM app_user WHERE login = $l", {"l": login}).fetchone():
            raise AccountRefused(f"Nama masuk {login} sudah dipakai.")
        cursor.execute(
            "INSERT INTO app_user VALUES ($login, $name, $role, $unit, $hash, true, $now, $by)",
            {
                "login": login,
                "name": name.strip(),
                "role": role,
                "unit": unit,
                "hash": hashed,
                "now": clock(),
                "by": store.viewer.login,
            },
        )


def change(
    store: Store, login: str, role: str, unit: str | None = None, active: bool = True
) -> None:
    """Give an account another role, office or state; its sessions end.

    Raises AccountRefused, also where nobody would be left to manage people.
    """
    _check_role(store, role, unit)
    trace = Trace("pengguna", login, after={"peran": role, "unit": unit, "aktif": active})
    with store.write(trace) as cursor:
        row = cursor.execute(
            "SELECT role, unit_code, active FROM app_user WHERE login = $l", {"l": login}
        ).fetchone()
        if row is None:
            raise AccountRefused(f"Pengguna {login} tidak ada.")
        trace.before = {"peran": row[0], "unit": row[1], "aktif": row[2]}
        cursor.execute(
            "UPDATE app_user SET role = $role, unit_code = $unit, active = $active"
            " WHERE login = $login",
            {"role": role, "unit": unit, "active": active, "login": login},
        )
        left = cursor.execute(
            "SELECT count(*) FROM app_user WHERE role = 'admin' AND active"
        ).fetchone()
        if row[0] == "admin" and row[2] and left == (0,):
            raise AccountRefused("Harus tersisa sedikitnya satu administrator yang aktif.")
        _end_sessions(cursor, login)


def set_password(store: Store, login: str, password: str) -> None:
    """Replace a password; the account's sessions end. Raises AccountRefused."""
    hashed = _hash(password)
    with store.write(Trace("pengguna", login, after={"kata_sandi": "diganti"})) as cursor:
        found = cursor.execute(
            "UPDATE app_user SET password_hash = $h WHERE login = $l RETURNING login",
            {"h": hashed, "l": login},
        ).fetchone()
        if found is None:
            raise AccountRefused(f"Pengguna {login} tidak ada.")
        _end_sessions(cursor, login)


def _hash(password: str | None) -> str | None:
    if password is None:
        return None
    if len(password) < LEAST_PASSWORD:
        raise AccountRefused(f"Kata sandi paling sedikit {LEAST_PASSWORD} karakter.")
    return _hasher.hash(password)


def _check_role(store: Store, role: str, unit: str | None) -> None:
    if role not in ROLES:
        raise AccountRefused(f"Peran {role} tidak dikenal; pilih {', '.join(ROLES)}.")
    kinds = {u.code: u.kind for u in store.register(today())}
    if role in OFFICE_ROLES and kinds.get(unit or "") not in UPT_KINDS:
        raise AccountRefused(f"Peran {ROLES[role]} memerlukan sebuah UPT.")
    if role == "pusat" and kinds.get(unit or "") != "pusat":
        raise AccountRefused(f"Peran {ROLES[role]} memerlukan sebuah Unit Kerja Pusat.")
    if role in ("pimpinan", "admin") and unit is not None:
        raise AccountRefused(f"Peran {ROLES[role]} tidak terikat pada unit.")


# ------------------------------------------------------------------- viewers


def viewer_of(store: Store, login: str) -> Viewer:
    """What an account may see today. Raises SignInRefused for one unknown or not active."""
    row = _account(store, login.strip().lower())
    if row is None:
        raise SignInRefused("Akun ini belum terdaftar atau tidak aktif. Hubungi administrator.")
    units: tuple[str, ...] | None = None
    if row["role"] == "kepala_balai":
        units = coordinated(store.nationwide(), row["unit_code"], today())
    elif row["role"] == "data_staf":
        units = (row["unit_code"],)
    elif row["role"] == "admin":
        units = ()
    return Viewer(row["login"], row["name"], row["role"], row["unit_code"], units)


def _account(store: Store, login: str) -> dict[str, Any] | None:
    rows = store.nationwide().rows("FROM app_user WHERE login = $login AND active", login=login)
    return rows[0] if rows else None


# -------------------------------------------------------------------- sign-in


def check_password(store: Store, login: str, password: str) -> Viewer:
    """Who signs in with a password. Raises SignInRefused, the same for every wrong pair.

    After MOST_FAILURES failures a login has to wait, whether it exists or not.
    """
    login = login.strip().lower()[:100]
    stranger = store.as_viewer(Viewer(login or "-", "-", "-", units=()))
    since = clock() - dt.timedelta(minutes=FAILURE_MINUTES)
    failures = store.nationwide().one(
        """
        SELECT count(*) FROM audit
        WHERE login = $login AND action = 'masuk' AND outcome = 'ditolak'
            AND happened_at > greatest($since, coalesce((
                SELECT max(happened_at) FROM audit
                WHERE login = $login AND action = 'masuk' AND outcome = 'ok'), $since))
        """,
        login=login or "-",
        since=since,
    )
    if failures >= MOST_FAILURES:
        stranger.record(Trace("masuk", "terlalu banyak percobaan"), "ditolak")
        raise SignInRefused(f"Terlalu banyak percobaan. Coba lagi sesudah {FAILURE_MINUTES} menit.")
    account = _account(store, login)
    try:
        _hasher.verify((account or {}).get("password_hash") or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        account = None
    if account is None or account["password_hash"] is None:
        stranger.record(Trace("masuk", "nama masuk atau kata sandi salah"), "ditolak")
        raise SignInRefused("Nama masuk atau kata sandi salah.")
    return viewer_of(store, login)


def open_session(
    store: Store, viewer: Viewer, token: str | None = None, how: str = "kata sandi"
) -> str:
    """Begin a session; returns the token that stands for it. The store keeps its digest alone.

    ``token`` is given where a provider's own sign-in stands for it.
    """
    token = token or secrets.token_urlsafe(32)
    with store.as_viewer(viewer)._transaction() as cursor:
        cursor.execute(
            "INSERT INTO sign_in VALUES ($hash, $login, $now, $now, NULL)",
            {"hash": _digest(token), "login": viewer.login, "now": clock()},
        )
    store.as_viewer(viewer).record(Trace("masuk", how))
    return token


def session_known(store: Store, token: str) -> bool:
    """Whether a session, open or ended, goes by this token."""
    return bool(
        store.nationwide().one(
            "SELECT EXISTS (FROM sign_in WHERE token_hash = $hash)", hash=_digest(token)
        )
    )


def viewer_of_session(store: Store, token: str, now: dt.datetime | None = None) -> Viewer:
    """Whose session a token stands for; that they were here is kept, to the minute.

    Raises SignInRefused for a token that is forged, ended, or has rested too long; the
    refusal is in the audit.
    """
    now = now or clock()
    rows = store.nationwide().rows(
        "SELECT login, started_at, seen_at, ended_at FROM sign_in WHERE token_hash = $hash",
        hash=_digest(token),
    )
    if not rows:
        raise _no_session(store, "-", "kuki palsu", "Kuki masuk tidak sah. Silakan masuk.")
    row = rows[0]
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
        with store._transaction() as cursor:
            cursor.execute(
                "UPDATE sign_in SET seen_at = $now WHERE token_hash = $hash",
                {"now": now, "hash": _digest(token)},
            )
    return viewer


def end_session(store: Store, token: str) -> None:
    """Sign out: the token is worth nothing from here on."""
    with store._transaction() as cursor:
        row = cursor.execute(
            "UPDATE sign_in SET ended_at = $now WHERE token_hash = $hash AND ended_at IS NULL"
            " RETURNING login",
            {"now": clock(), "hash": _digest(token)},
        ).fetchone()
    if row:
        account = Viewer(row[0], row[0], "-", units=())
        store.as_viewer(account).record(Trace("keluar"))


def _no_session(store: Store, login: str, subject: str, message: str) -> SignInRefused:
    store.as_viewer(Viewer(login, login, "-", units=())).record(Trace("masuk", subject), "ditolak")
    return SignInRefused(message)


def _end_sessions(cursor: Any, login: str) -> None:
    cursor.execute(
        "UPDATE sign_in SET ended_at = $now WHERE login = $login AND ended_at IS NULL",
        {"login": login, "now": clock()},
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
