"""Reference data in the store: the register of offices, the SOP, the calendar."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import fields
from functools import cache, lru_cache
from importlib import resources
from importlib.metadata import version

import duckdb
import pyarrow as pa

from sop_core import calendar, facts
from sop_core.calendar import Override
from sop_core.definition import Revision
from sop_core.flows import FLOWS
from sop_core.paths import DATA
from sop_core.units import read_units

_FOREVER = dt.date(9999, 12, 31)
_BEGINNING = dt.date(1, 1, 1)


_CODE = ("calendar", "units", "definition", "reference")
"""Modules that make what is loaded of what is shipped."""


def fingerprint() -> str:
    """What changes when anything shipped changes that cases are judged by, code included."""
    digest = hashlib.sha256(_holidays().encode())
    for name in _CODE:
        digest.update((resources.files("sop_core") / f"{name}.py").read_bytes())
    for path in sorted([*DATA.glob("*.csv"), *(DATA / "sop").glob("*.toml")]):
        digest.update(path.name.encode() + path.read_bytes())
    for name in facts.REBUILD:
        digest.update(facts.sql(name).encode())
    return digest.hexdigest()


@cache
def _holidays() -> str:
    return version("holidays")


def load_units(cursor: duckdb.DuckDBPyConnection) -> None:
    """The register as shipped."""
    _replace(cursor, "unit", pa.Table.from_pylist([vars(u) for u in read_units()]))


def load_flows(cursor: duckdb.DuckDBPyConnection) -> None:
    """What sets the flows apart."""
    _replace(cursor, "flow_trait", pa.Table.from_pylist([vars(f) for f in FLOWS]))


def load_sop(cursor: duckdb.DuckDBPyConnection, revisions: Sequence[Revision]) -> None:
    """The revisions, the oldest first, each from its day until the next one's.

    Cases from before the first one's day go by its steps, so that they can be shown and timed,
    and are not judged (``judges_from``).
    """
    starts = [_BEGINNING, *(r.effective for r in revisions[1:])]
    ends = [*(r.effective for r in revisions[1:]), _FOREVER]
    _replace(
        cursor,
        "sop_revision",
        pa.Table.from_pylist(
            [
                {
                    "revision": revision.revision,
                    "effective_from": start,
                    "effective_until": end,
                    "judges_from": revision.effective,
                    "national_year_latest": revision.opening.national_year_latest,
                }
                for revision, start, end in zip(revisions, starts, ends, strict=True)
            ]
        ),
    )
    _replace(
        cursor,
        "sop_step",
        pa.Table.from_pylist(
            [
                {
                    "revision": revision.revision,
                    "flow": s.flow,
                    "step_no": s.no,
                    "level": s.level,
                    "activity": s.activity,
                    "sla_days": s.sla_days,
                    "counted_from": s.counted_from,
                    "deadline_day": s.deadline_day_after_quarter,
                    "optional": s.optional,
                    "requires": s.requires,
                    "milestone": s.milestone,
                }
                for revision in revisions
                for s in revision.steps
            ]
        ),
    )


def load_calendar(cursor: duckdb.DuckDBPyConnection, overrides: list[Override]) -> None:
    """Every day of the range, with the corrections."""
    _replace(cursor, "calendar_day", _calendar_table(tuple(overrides)))


@lru_cache(maxsize=8)  # as often asked for as calendar.build
def _calendar_table(overrides: tuple[Override, ...]) -> pa.Table:
    days = calendar.build(overrides)
    return pa.table({f.name: [getattr(d, f.name) for d in days] for f in fields(calendar.Day)})


def _replace(cursor: duckdb.DuckDBPyConnection, table: str, rows: pa.Table) -> None:
    """All rows of a table at once: row by row they took half the time of opening a store."""
    cursor.execute(f"DELETE FROM {table}")  # noqa: S608
    cursor.register("incoming", rows)
    cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")  # noqa: S608
    cursor.unregister("incoming")
