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
from sop_core.definition import CountedFrom, Revision, faults, merged
from sop_core.errors import StoreDamaged

_BY_LEVEL: dict[str, CountedFrom] = {
    "activity": "mulai", "unit_year": "pemicu", "national_cycle": "pemicu",
}  # fmt: skip
"""Where even the wording is new: reports and monitoring are owed at once."""


def revisions(cursor: duckdb.DuckDBPyConnection, shipped: Sequence[Revision]) -> list[Revision]:
    """The SOP's revisions that count, the oldest first: shipped files and entered ones.

    Raises StoreDamaged for an entered one that this version cannot read.
    """
    entered = cursor.execute("SELECT document FROM sop_document_in_use").fetchall()
    return merged(
        list(shipped), [with_counting(_revision(document), shipped) for (document,) in entered]
    )


def with_counting(revision: Revision, shipped: Sequence[Revision]) -> Revision:
    """The revision, its steps counted from what the shipped one of that wording is.

    For steps that do not say it: of revisions entered before that was asked.
    """
    if all("counted_from" in step.model_fields_set for step in revision.steps):
        return revision
    known = {(s.flow, s.activity): s for r in shipped for s in r.steps}
    steps = []
    for step in revision.steps:
        same = known.get((step.flow, step.activity))
        if "counted_from" not in step.model_fields_set:
            by = same.counted_from if same else _BY_LEVEL[step.level]
            step = step.model_copy(
                update={"counted_from": by, "counted_reason": same and same.counted_reason}
            )
        steps.append(step)
    return revision.model_copy(update={"steps": steps})


def entered_overrides(cursor: duckdb.DuckDBPyConnection) -> list[Override]:
    """Corrections of the calendar entered by staff, in order of day."""
    rows = cursor.execute(
        "SELECT day, working, reason, legal_basis FROM calendar_override"
        " WHERE withdrawn_at IS NULL ORDER BY day"
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
