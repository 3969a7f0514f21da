"""What staff entered that counts beside what a deployment ships.

Read through a cursor, so that a transaction sees what it has just entered itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import duckdb
from pydantic import ValidationError

from sop_core.calendar import Override, read_overrides
from sop_core.definition import Revision, faults, merged
from sop_core.errors import StoreDamaged


def revisions(cursor: duckdb.DuckDBPyConnection, shipped: Sequence[Revision]) -> list[Revision]:
    """The SOP's revisions that count, the oldest first: shipped files and entered ones.

    Raises StoreDamaged for an entered one that this version cannot read.
    """
    entered = cursor.execute("SELECT document FROM sop_document_in_use").fetchall()
    return merged(list(shipped), [_revision(document) for (document,) in entered])


def entered_overrides(cursor: duckdb.DuckDBPyConnection) -> list[Override]:
    """Corrections of the calendar entered by staff, in order of day."""
    rows = cursor.execute(
        "SELECT day, working, reason, legal_basis FROM calendar_override ORDER BY day"
    ).fetchall()
    return [Override(*row) for row in rows]


def overrides(cursor: duckdb.DuckDBPyConnection) -> list[Override]:
    """Shipped corrections of the calendar, then those entered by staff, which win."""
    return [*read_overrides(), *entered_overrides(cursor)]


@cache
def _revision(document: str) -> Revision:
    try:
        return Revision.model_validate_json(document)
    except ValidationError as error:
        first = faults(error)[0]
        at = ".".join(map(str, first.at))
        number = json.loads(document).get("revision")
        raise StoreDamaged(
            f"revisi SOP {number} yang dimasukkan tidak sah bagi versi ini: {at}: {first.message}"
        ) from error
