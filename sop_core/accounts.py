"""People who may sign in: their role, their office and their password."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from sop_core.access import GIVEN, NATION, OFFICE, OFFICE_WITH_LOKAS, ROLES, Viewer, decided
from sop_core.errors import AccountRefused, SignInRefused
from sop_core.indonesian import now as clock
from sop_core.indonesian import today
from sop_core.region import coordinated
from sop_core.store import Store, Trace
from sop_core.units import UPT_KINDS

LEAST_PASSWORD = 12
"""Characters."""

_hasher = PasswordHasher()
# Checked for a login that does not exist, so that time does not tell who does.
_NOBODY = _hasher.hash(secrets.token_hex())


@dataclass(frozen=True)
class Account:
    """A person as Administrasi lists them. ``has_password`` is false for OIDC alone."""

    login: str
    name: str
    role: str
    unit_code: str | None
    active: bool
    has_password: bool


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
    needs = GIVEN[role].of
    kinds = {u.code: u.kind for u in store.register(today())}
    if needs and kinds.get(unit or "") not in needs:
        office = "sebuah UPT" if needs == UPT_KINDS else "sebuah Unit Kerja Pusat"
        raise AccountRefused(f"Peran {ROLES[role]} memerlukan {office}.")
    if not needs and unit is not None:
        raise AccountRefused(f"Peran {ROLES[role]} tidak terikat pada unit.")


def password_fits(account: dict[str, Any] | None, password: str) -> bool:
    """Whether a password is the account's; as slow for an account that does not exist."""
    known = (account or {}).get("password_hash")
    try:
        _hasher.verify(known or _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return known is not None


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


def _end_sessions(cursor: Any, login: str) -> None:
    cursor.execute(
        "UPDATE sign_in SET ended_at = $now WHERE login = $login AND ended_at IS NULL",
        {"login": login, "now": clock()},
    )
