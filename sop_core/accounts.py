"""People who may sign in: their role, their office and their password."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from sop_core import attempts, passwords
from sop_core.access import (
    GIVEN,
    NATION,
    OFFICE,
    OFFICE_WITH_LOKAS,
    ROLES,
    Viewer,
    decided,
)
from sop_core.attempts import FAILURE_MINUTES, MOST_FAILURES
from sop_core.errors import AccountRefused, SignInRefused
from sop_core.indonesian import now as clock
from sop_core.indonesian import today
from sop_core.region import coordinated
from sop_core.store import Store, Trace
from sop_core.units import UPT_KINDS


@dataclass(frozen=True)
class Account:
    """A person as Administrasi lists them. ``has_password`` is false for OIDC alone.

    ``must_change``: their password is one that somebody else chose. ``locked_until``: until
    then they wait at some address, after too many wrong guesses there. Times in Asia/Jakarta.
    """

    login: str
    name: str
    role: str
    unit_code: str | None
    active: bool
    has_password: bool
    must_change: bool
    last_sign_in: dt.datetime | None
    locked_until: dt.datetime | None


_WAIT = dt.timedelta(minutes=FAILURE_MINUTES)


# ------------------------------------------------------------------ accounts


def any_account(store: Store) -> bool:
    """Whether somebody may sign in at all."""
    return bool(store.nationwide().one("SELECT EXISTS (FROM app_user WHERE active)"))


def accounts(store: Store) -> list[Account]:
    """Everyone, by login; nothing for a viewer who does not manage people."""
    rows = store.rows(
        """
        SELECT login, name, role, unit_code, active,
            coalesce(password_hash::VARCHAR, 'false') <> 'false' AS has_password,
            coalesce(must_change, false) AS must_change,
            (SELECT max(started_at) FROM sign_in s WHERE s.login = u.login) AS last_sign_in,
            (SELECT max(last_at) FROM sign_in_refusal r WHERE r.login = u.login
                AND kind = $kind AND refused >= $most AND last_at > $since) AS locked_until
        FROM app_user u ORDER BY login
        """,
        kind=attempts.PASSWORD,
        most=MOST_FAILURES,
        since=clock() - _WAIT,
    )
    for row in rows:
        row["locked_until"] = row["locked_until"] and row["locked_until"] + _WAIT
    return [Account(**row) for row in rows]


def add(
    store: Store,
    login: str,
    name: str,
    role: str,
    unit: str | None = None,
    password: str | None = None,
    first: bool = True,
) -> None:
    """Make an account. Without a password it signs in through OIDC alone.

    ``first``: whoever chose the password is not who will use it, so it must be changed.
    Raises AccountRefused, and AccessDenied for a viewer who may not.
    """
    login = login.strip().lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@+-]{1,99}", login):
        raise AccountRefused("Nama masuk hanya huruf kecil, angka, titik, @, + dan tanda hubung.")
    if not name.strip():
        raise AccountRefused("Nama wajib diisi.")
    _check_role(store, role, unit)
    trace = Trace("pengguna", login, None, {"nama": name, "peran": role, "unit": unit})
    if password is not None:
        passwords.require_good(password, login, name)
    hashed = passwords.hashed(password) if password is not None else None
    with store.write(trace) as cursor:
        if cursor.execute("FROM app_user WHERE login = $l", {"l": login}).fetchone():
            raise AccountRefused(f"Nama masuk {login} sudah dipakai.")
        cursor.execute(
            "INSERT INTO app_user BY NAME SELECT $login AS login, $name AS name, $role AS role,"
            " $unit AS unit_code, $hash AS password_hash, true AS active, $now AS created_at,"
            " $by AS created_by, $first AS must_change",
            {
                "login": login,
                "name": name.strip(),
                "role": role,
                "unit": unit,
                "hash": hashed,
                "first": first and hashed is not None,
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
    with store.write(trace, sessions=True) as cursor:
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
        end_sessions(cursor, login)


def set_password(store: Store, login: str, password: str, first: bool = True) -> None:
    """Replace somebody's password; the account's sessions end. Raises AccountRefused.

    ``first``: as in ``add``.
    """
    store.require("pengguna", login)  # whether a login exists is told to no other
    account = _named(store, login)
    passwords.require_good(password, login, account["name"])
    hashed = passwords.hashed(password)
    trace = Trace("pengguna", login, after={"kata_sandi": "diganti", "harus_diganti": first})
    with store.write(trace, sessions=True) as cursor:
        cursor.execute(
            "UPDATE app_user SET password_hash = $h, must_change = $first WHERE login = $l",
            {"h": hashed, "l": login, "first": first},
        )
        end_sessions(cursor, login)


def unlock(store: Store, login: str) -> None:
    """Let somebody try again who waits after wrong guesses. Raises AccountRefused."""
    store.require("pengguna", login)
    _named(store, login)
    trace = Trace("pengguna", login, after={"kunci": "dibuka"})
    with store.write(trace, sessions=True) as cursor:
        cursor.execute(
            "DELETE FROM sign_in_refusal WHERE kind = $kind AND login = $login",
            {"kind": attempts.PASSWORD, "login": login},
        )
    attempts.of(store).forget(login)


def _named(store: Store, login: str) -> dict[str, Any]:
    rows = store.nationwide().rows("FROM app_user WHERE login = $login", login=login)
    if not rows:
        raise AccountRefused(f"Pengguna {login} tidak ada.")
    return rows[0]


def _check_role(store: Store, role: str, unit: str | None) -> None:
    if role not in GIVEN:
        raise AccountRefused(f"Peran {role} tidak dikenal; pilih {', '.join(GIVEN)}.")
    needs = GIVEN[role].of
    kinds = {u.code: u.kind for u in store.register(today())}
    if needs and kinds.get(unit or "") not in needs:
        office = "sebuah UPT" if needs == UPT_KINDS else "sebuah Unit Kerja Pusat"
        raise AccountRefused(f"Peran {ROLES[role]} memerlukan {office}.")
    if not needs and unit is not None:
        raise AccountRefused(f"Peran {ROLES[role]} tidak terikat pada unit.")


# ------------------------------------------------------------------- viewers


def viewer_of(store: Store, login: str) -> Viewer:
    """What an account may see today. Raises SignInRefused for one unknown or not active."""
    row = account_of(store, login.strip().lower())
    if row is None:
        raise SignInRefused("Akun ini belum terdaftar atau tidak aktif. Hubungi administrator.")
    return Viewer(row["login"], row["name"], row["role"], row["unit_code"], _scope(store, row))


def _scope(store: Store, account: dict[str, Any]) -> tuple[str, ...] | None:
    """Codes of the offices that an account sees, None for all; none where it is not decided."""
    sees, unit = decided(account["role"]).sees, account["unit_code"]
    if sees == NATION:
        return None
    if sees == OFFICE_WITH_LOKAS and unit:
        return coordinated(store.nationwide(), unit, today())
    return (unit,) if sees == OFFICE and unit else ()


def account_of(store: Store, login: str) -> dict[str, Any] | None:
    """The stored row of an active account, password hash included."""
    rows = store.nationwide().rows("FROM app_user WHERE login = $login AND active", login=login)
    return rows[0] if rows else None


def end_sessions(cursor: Any, login: str, but: str = "") -> None:
    """End an account's sessions, all but the one of that digest, in a change under way."""
    cursor.execute(
        "UPDATE sign_in SET ended_at = $now"
        " WHERE login = $login AND ended_at IS NULL AND token_hash <> $but",
        {"login": login, "now": clock(), "but": but},
    )
