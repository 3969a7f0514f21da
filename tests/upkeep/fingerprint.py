"""All that a store holds, as one digest: to tell before from after."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sop_core.upkeep import looking

# Moments differ from one run to the next, and with them the audit's digests.
_MOMENTS = ("TIMESTAMP",)
_VARYING = {"chain"}


def fingerprint(path: Path) -> str:
    """A digest over every table's rows, sorted, without moments; the file is only read."""
    digest = hashlib.sha256()
    with looking.looked_at(path) as connection:
        for table in looking.row_counts(connection):
            columns = connection.execute(
                "SELECT column_name, data_type FROM duckdb_columns()"
                " WHERE database_name = $d AND table_name = $t ORDER BY column_index",
                {"d": looking.SEEN, "t": table},
            ).fetchall()
            names = ", ".join(
                f'"{name}"'
                for name, kind in columns
                if kind not in _MOMENTS and name not in _VARYING
            )
            rows = connection.execute(f'SELECT {names} FROM "{table}" ORDER BY ALL').fetchall()
            digest.update(repr((table, rows)).encode())
    return digest.hexdigest()
