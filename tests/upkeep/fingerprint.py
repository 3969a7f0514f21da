"""All that a store holds, as one digest: to tell before from after."""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from sop_core.upkeep import looking

# Moments differ from one run to the next, and with them the audit's digests.
_MOMENTS = ["TIMESTAMP"]
_VARYING = ["chain"]


def fingerprint(path: Path) -> str:
    """A digest over every table's rows, sorted, without moments; the file is only read."""
    with looking.looked_at(path) as connection:
        return digest_of(connection, looking.SEEN)


def digest_of(
    connection: duckdb.DuckDBPyConnection, database: str, without: tuple[str, ...] = ()
) -> str:
    """The same of a database that is open, some tables left out."""
    told = connection.execute(
        "SELECT table_name, list(column_name ORDER BY column_index)"
        " FILTER (data_type NOT IN $moments AND column_name NOT IN $varying)"
        " FROM duckdb_columns() WHERE database_name = $d AND table_name NOT IN $without"
        " AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE database_name = $d)"
        " GROUP BY table_name ORDER BY table_name",
        {"d": database, "moments": _MOMENTS, "varying": _VARYING, "without": list(without)},
    ).fetchall()
    digest = hashlib.sha256()
    for table, columns in told:
        names = ", ".join(f'"{name}"' for name in columns)
        rows = connection.execute(f'SELECT {names} FROM "{table}" ORDER BY ALL').fetchall()
        digest.update(repr((table, rows)).encode())
    return digest.hexdigest()
