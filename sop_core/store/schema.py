"""What a store holds before any record: numbered migrations, views, reference data.

All of it in one transaction: a process that is killed in between leaves the store as it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from importlib import resources

import duckdb

from sop_core import counting, facts, reference
from sop_core.definition import Revision
from sop_core.errors import StoreDamaged
from sop_core.indonesian import now
from sop_core.store import chain

_VIEWS = ("views", "case_views", "people_views", "approval_views", "hindrance_views")


def migrations() -> dict[int, str]:
    """Numbered migration scripts, in order."""
    folder = resources.files("sop_core") / "migrations"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        match = re.fullmatch(r"(\d{4})_\w+\.sql", entry.name)
        if match:
            found[int(match[1])] = entry.read_text(encoding="utf-8")
    return found


def prepare(cursor: duckdb.DuckDBPyConnection, path: str, shipped: Sequence[Revision]) -> None:
    """Bring a store up to this version, inside the caller's transaction.

    A store that is up to date is not written to. Raises StoreDamaged for another program's
    file and for one that a newer version wrote.
    """
    moved = _migrate(cursor, path)
    wanted = fingerprint()
    if moved or _meta(cursor, "views") != wanted:
        for name in _VIEWS:
            cursor.execute(facts.sql(name))
        _keep(cursor, "views", wanted)
    if moved:
        chain.link(cursor)
    reference_now = reference.fingerprint()
    if _meta(cursor, "reference") != reference_now:
        reference.load_units(cursor)
        reference.load_flows(cursor)
        reference.load_sop(cursor, counting.revisions(cursor, shipped))
        reference.load_calendar(cursor, counting.overrides(cursor))
        facts.rebuild(cursor)
        _keep(cursor, "reference", reference_now)
        bump_version(cursor)


def fingerprint() -> str:
    """What changes when the text of a view or macro changes."""
    return hashlib.sha256("".join(facts.sql(name) for name in _VIEWS).encode()).hexdigest()


def bump_version(cursor: duckdb.DuckDBPyConnection) -> None:
    """Say that the records changed."""
    _keep(cursor, "data_version", str(int(_meta(cursor, "data_version") or 0) + 1))


def _migrate(cursor: duckdb.DuckDBPyConnection, path: str) -> bool:
    tables = {
        name for (name,) in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }
    if tables and "schema_version" not in tables:
        raise StoreDamaged(f"{path} basis data program lain, bukan Pantau SOP")
    if not tables:
        cursor.execute("CREATE TABLE schema_version (version INTEGER, applied_at TIMESTAMP)")
    row = cursor.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
    current = row[0] if row else 0
    known = migrations()
    if current > max(known):
        raise StoreDamaged(
            f"{path} ditulis versi yang lebih baru (skema {current}); perbarui aplikasi ini"
        )
    # By what is missing, not by the newest: branches of work bring numbers out of order.
    rows = cursor.execute("SELECT version FROM schema_version").fetchall()
    done = {version for (version,) in rows}
    due = {number: script for number, script in known.items() if number not in done}
    for number, script in due.items():
        cursor.execute(script)
        cursor.execute(
            "INSERT INTO schema_version VALUES ($number, $now)", {"number": number, "now": now()}
        )
    return bool(due)


def _meta(cursor: duckdb.DuckDBPyConnection, key: str) -> str | None:
    row = cursor.execute("SELECT value FROM meta WHERE key = $key", {"key": key}).fetchone()
    return str(row[0]) if row else None


def _keep(cursor: duckdb.DuckDBPyConnection, key: str, value: str) -> None:
    cursor.execute("DELETE FROM meta WHERE key = $key", {"key": key})
    cursor.execute("INSERT INTO meta VALUES ($key, $value)", {"key": key, "value": value})
