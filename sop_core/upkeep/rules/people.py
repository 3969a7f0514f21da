# ruff: noqa: S608 - our own names
"""Accounts and sessions."""

from __future__ import annotations

from sop_core.access import OFFICE_ROLES, ROLES
from sop_core.units import UPT_KINDS
from sop_core.upkeep.rules.writing import Rule, among, breaks, refers

_UPT = f"(SELECT code FROM unit WHERE kind IN {among(UPT_KINDS)})"
_CENTER = "(SELECT code FROM unit WHERE kind = 'pusat')"

RULES = (
    breaks("akun", "app_user", f"role NOT IN {among(ROLES)}", "peran akun tidak dikenal"),
    breaks("akun", "app_user", "NOT regexp_full_match(login, '[a-z0-9][a-z0-9._@+-]{1,99}')",
           "nama masuk mustahil"),
    breaks("akun", "app_user",
           f"role IN {among(OFFICE_ROLES)} AND coalesce(unit_code, '') NOT IN {_UPT}",
           "peran UPT tanpa UPT"),
    breaks("akun", "app_user", f"role = 'pusat' AND coalesce(unit_code, '') NOT IN {_CENTER}",
           "peran pusat tanpa Unit Kerja Pusat"),
    breaks("akun", "app_user", "role IN ('pimpinan', 'admin') AND unit_code IS NOT NULL",
           "peran nasional yang terikat unit"),
    breaks("akun", "app_user", "NOT starts_with(password_hash, '$argon2')",
           "sidik kata sandi tidak dikenal"),
    Rule("akun",
         "SELECT 'admin' FROM app_user WHERE role = 'admin' GROUP BY role HAVING NOT bool_or(active)",
         "tidak ada administrator yang aktif"),
    refers("sesi", "sign_in", "login", "app_user.login", "sesi milik akun yang tidak ada"),
    breaks("sesi", "sign_in", "seen_at < started_at OR ended_at < started_at",
           "waktu sesi mustahil", "login"),
    breaks("sesi", "sign_in", "NOT regexp_full_match(token_hash, '[0-9a-f]{64}')",
           "sidik sesi tidak dikenal", "login"),
)  # fmt: skip
