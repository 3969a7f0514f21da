"""Kept mappings: whether each reads as one, of the headings that its row says."""

from __future__ import annotations

import duckdb

from sop_core.errors import ImportRefused
from sop_core.importing.mapping.model import column_keys, fingerprint, from_json


def mappings(cursor: duckdb.DuckDBPyConnection) -> list[int]:
    """Numbers of kept mappings that this version cannot read, or that are of other headings."""
    rows = cursor.execute(
        "SELECT mapping_no, fingerprint, headings, mapping FROM kept_mapping ORDER BY mapping_no"
    ).fetchall()
    wrong = []
    for number, held, headings, text in rows:
        try:
            (mapping,) = from_json(text)
        except (ImportRefused, ValueError):
            wrong.append(int(number))
            continue
        if fingerprint(headings) != held or not set(mapping.columns) <= set(column_keys(headings)):
            wrong.append(int(number))
    return wrong
