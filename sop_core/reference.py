"""Reference data in the store: the register of offices, the SOP, the calendar."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import fields
from importlib.metadata import version

import duckdb
import pandas as pd
import pyarrow as pa

from sop_core import calendar, facts
from sop_core.calendar import Override
from sop_core.definition import Revision
from sop_core.paths import DATA
from sop_core.units import read_units

_FOREVER = dt.date(9999, 12, 31)
_BEGINNING = dt.date(1, 1, 1)


def fingerprint() -> str:
    """What changes when anything shipped changes that cases are judged by."""
    digest = hashlib.sha256(version("holidays").encode())
    for path in sorted([*DATA.glob("*.csv"), *(DATA / "sop").glob("*.toml")]):
        digest.update(path.name.encode() + path.read_bytes())
    for name in facts.REBUILD:
        digest.update(facts.sql(name).encode())
    return digest.hexdigest()


def load_units(cursor: duckdb.DuckDBPyConnection) -> None:
    """The register as shipped."""
    frame = pd.DataFrame([vars(u) for u in read_units()])
    cursor.execute("DELETE FROM unit")
    cursor.register("incoming", frame)
    cursor.execute("INSERT INTO unit BY NAME SELECT * FROM incoming")
    cursor.unregister("incoming")


def load_sop(cursor: duckdb.DuckDBPyConnection, revisions: Sequence[Revision]) -> None:
    """The revisions, the oldest first, each from its day until the next one's."""
    cursor.execute("DELETE FROM sop_revision")
    cursor.execute("DELETE FROM sop_step")
    starts = [_BEGINNING, *(r.effective for r in revisions[1:])]
    ends = [*(r.effective for r in revisions[1:]), _FOREVER]
    for revision, start, end in zip(revisions, starts, ends, strict=True):
        cursor.execute(
            "INSERT INTO sop_revision VALUES ($revision, $start, $end, $latest)",
            {
                "revision": revision.revision,
                "start": start,
                "end": end,
                "latest": revision.opening.national_year_latest,
            },
        )
        cursor.executemany(
            "INSERT INTO sop_step VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                [
                    revision.revision,
                    s.flow,
                    s.no,
                    s.level,
                    s.activity,
                    s.sla_days,
                    s.deadline_day_after_quarter,
                    s.optional,
                    s.requires,
                    s.milestone,
                ]
                for s in revision.steps
            ],
        )


def load_calendar(cursor: duckdb.DuckDBPyConnection, overrides: list[Override]) -> None:
    """Every day of the range, with the corrections."""
    days = calendar.build(overrides)
    # Column by column: a store is opened far more often than the calendar changes.
    table = pa.table({f.name: [getattr(d, f.name) for d in days] for f in fields(calendar.Day)})
    cursor.execute("DELETE FROM calendar_day")
    cursor.register("incoming", table)
    cursor.execute("INSERT INTO calendar_day BY NAME SELECT * FROM incoming")
    cursor.unregister("incoming")
