# ruff: noqa: S608 - our own names
"""Accounts and sessions."""

from __future__ import annotations

from sop_core.access import GIVEN, ROLES
from sop_core.upkeep.rules.writing import Rule, among, breaks, refers


def _of(kinds: tuple[str, ...]) -> str:
    return f"(SELECT code FROM unit WHERE kind IN {among(kinds)})"


# What the audit last told of each account's role, office and state.
_TOLD = """(
    SELECT subject AS login, said ->> 'peran' AS role, said ->> 'unit' AS unit_code,
        coalesce(said ->> 'aktif', 'true') = 'true' AS active
    FROM (SELECT subject, entry_no, CASE WHEN json_valid(after) THEN after::JSON END AS said
        FROM audit WHERE action = 'pengguna' AND outcome = 'ok')
    WHERE said ->> 'peran' IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY subject ORDER BY entry_no DESC) = 1
)"""

RULES = (
    breaks("akun", "app_user", f"role NOT IN {among(ROLES)}", "peran akun tidak dikenal"),
    breaks("akun", "app_user", "NOT regexp_full_match(login, '[a-z0-9][a-z0-9._@+-]{1,99}')",
           "nama masuk mustahil"),
    *(breaks("akun", "app_user", f"role = '{role}' AND coalesce(unit_code, '') NOT IN {_of(given.of)}",
             f"peran {given.label} tanpa unit yang sesuai")
      for role, given in GIVEN.items() if given.of),
    *(breaks("akun", "app_user", f"role = '{role}' AND unit_code IS NOT NULL",
             f"peran {given.label} terikat unit")
      for role, given in GIVEN.items() if not given.of),
    refers("akun", "sign_in_refusal", "nullif(login, '-')", "app_user.login",
           "penolakan masuk milik akun yang tidak ada"),
    Rule("jejak", f"SELECT login FROM {_TOLD} WHERE login NOT IN (SELECT login FROM app_user)",
         "akun yang ada dalam jejak hilang"),
    Rule("jejak",
         f"SELECT login FROM app_user a JOIN {_TOLD} t USING (login) WHERE (a.role, a.unit_code, a.active)"
         " IS DISTINCT FROM (t.role, t.unit_code, t.active)",
         "akun yang peran, unit, atau keadaannya lain dari jejaknya"),
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
