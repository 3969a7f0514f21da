"""The audit's own chain: each entry carries the digest of the one before and of itself.

An entry that is changed, taken out, put in between or moved breaks the chain at its place.
What it cannot show is that the last entries were cut off: keep a backup's manifest for that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import duckdb

COLUMNS = (
    "entry_no", "happened_at", "login", "role", "unit_code", "action", "subject", "before",
    "after", "outcome",
)  # fmt: skip
"""What an entry says, in the order in which it is digested."""
START = hashlib.sha256(b"").hexdigest()
"""Stands before the first entry."""


def digest(previous: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 over the digest of the entry before and every column of this one."""
    said = [None if entry[c] is None else str(entry[c]) for c in COLUMNS]
    text = json.dumps([previous, *said], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def tail(cursor: duckdb.DuckDBPyConnection) -> str:
    """The digest that the next entry starts from."""
    row = cursor.execute("SELECT chain FROM audit ORDER BY entry_no DESC LIMIT 1").fetchone()
    return str(row[0]) if row and row[0] else START


def link(cursor: duckdb.DuckDBPyConnection) -> None:
    """Chain the entries of a store from before there was a chain, in the caller's transaction."""
    names = ", ".join(COLUMNS)
    rows = cursor.execute(
        f"SELECT {names} FROM audit WHERE chain IS NULL ORDER BY entry_no"  # noqa: S608
    ).fetchall()
    previous = tail_before(cursor)
    linked = []
    for row in rows:
        previous = digest(previous, dict(zip(COLUMNS, row, strict=True)))
        linked.append(previous)
    # At once: an audit of years has a hundred thousand entries.
    cursor.execute(
        "UPDATE audit SET chain = l.chain"
        " FROM (SELECT unnest($numbers) AS entry_no, unnest($chains) AS chain) l"
        " WHERE audit.entry_no = l.entry_no AND audit.chain IS NULL",
        {"numbers": [row[0] for row in rows], "chains": linked},
    )


def tail_before(cursor: duckdb.DuckDBPyConnection) -> str:
    """The digest of the last entry that is chained already."""
    row = cursor.execute(
        "SELECT chain FROM audit WHERE chain IS NOT NULL ORDER BY entry_no DESC LIMIT 1"
    ).fetchone()
    return str(row[0]) if row else START


def breaks(cursor: duckdb.DuckDBPyConnection) -> list[int]:
    """Numbers of entries whose digest does not follow from what stands before, in order."""
    names = ", ".join(COLUMNS)
    previous, found = START, []
    cursor.execute(f"SELECT {names}, chain FROM audit ORDER BY entry_no")  # noqa: S608
    while rows := cursor.fetchmany(10_000):
        for *said, kept in rows:
            if kept != digest(previous, dict(zip(COLUMNS, said, strict=True))):
                found.append(int(said[0]))
            previous = kept or START
    return found
