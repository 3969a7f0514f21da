"""Questions to the store, each limited to what its viewer may see."""

from __future__ import annotations

import copy
import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, Self

import duckdb
import pandas as pd
import pyarrow as pa

from sop_core import calendar, counting
from sop_core.access import OPERATOR, Viewer
from sop_core.calendar import Override, WorkingCalendar
from sop_core.definition import Revision, in_force
from sop_core.store import guard
from sop_core.store.database import Database
from sop_core.units import Unit, UnitFinder

_MOST_TRIES = 50
_VERSION = "SELECT value FROM meta WHERE key = 'data_version'"


class Moment:
    """The store at one moment, for one viewer and for comparisons with the nation.

    Two connections cannot share a snapshot; they are opened until both show the same version
    of the records, which is at once unless somebody's change comes between.
    """

    def __init__(self, database: Database, viewer: Viewer) -> None:
        self._database = database
        self._viewers = list(dict.fromkeys([viewer, OPERATOR]))
        self._held: dict[Viewer, duckdb.DuckDBPyConnection] = {}
        self.begin()

    def begin(self) -> None:
        """Move on to the present: what was written since is seen."""
        for _ in range(_MOST_TRIES):
            self.end()
            versions = set()
            for viewer in self._viewers:
                connection = self._held[viewer] = self._database.readers.take(viewer)
                connection.begin()
                versions.add(connection.execute(_VERSION).fetchone())
            if len(versions) == 1:
                return

    def end(self) -> None:
        """Let go; questions asked afterwards are of their own moments again."""
        held, self._held = self._held, {}
        for viewer, connection in held.items():
            try:
                connection.rollback()
            except duckdb.Error:
                connection.close()  # a question failed on it
            else:
                self._database.readers.give(viewer, connection)

    def connection(self, viewer: Viewer) -> duckdb.DuckDBPyConnection | None:
        """The connection of that viewer at this moment, None for others and once it is over."""
        return self._held.get(viewer)


class Reading:
    """What a viewer may ask. Every question takes its parameters bound by name."""

    def __init__(self, database: Database, viewer: Viewer) -> None:
        self.database = database
        self.viewer = viewer
        self._moment: Moment | None = None

    @contextmanager
    def snapshot(self) -> Iterator[Self]:
        """The store of one moment: all questions of the block get answers that fit together.

        For one thread; a change made through it is seen after it.
        """
        seen = copy.copy(self)
        seen._moment = Moment(self.database, self.viewer)
        try:
            yield seen
        finally:
            seen._moment.end()

    def latest(self) -> Self:
        """The same store outside of any moment: its answers are of when it is asked."""
        seen = copy.copy(self)
        seen._moment = None
        return seen

    @contextmanager
    def _reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        held = self._moment.connection(self.viewer) if self._moment else None
        if held is not None and self._moment is not None:
            try:
                yield held
            except duckdb.Error:
                self._moment.begin()  # a question that failed ends its transaction
                raise
            return
        connection = self.database.readers.take(self.viewer)
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self.database.readers.give(self.viewer, connection)

    @contextmanager
    def _answer(
        self, query: str, parameters: dict[str, Any]
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        if not self.viewer.unlimited:
            guard.check(query, self._macros)
        with self._reader() as reader:
            yield reader.execute(query, _used(query, parameters))

    @cached_property
    def _macros(self) -> frozenset[str]:
        with self.database.cursor() as cursor:
            rows = cursor.execute(
                "SELECT function_name FROM duckdb_functions()"
                " WHERE NOT internal AND function_type = 'table_macro'"
            ).fetchall()
        return frozenset(name for (name,) in rows)

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A cursor without limits: for checking and upkeep inside sop_core."""
        return self.database.cursor()

    def frame(self, query: str, **parameters: Any) -> pd.DataFrame:
        """The answer to one query. Raises AccessDenied where it could go round the limits."""
        with self._answer(query, parameters) as answer:
            return answer.df()

    @contextmanager
    def reader(self, query: str, rows: int, **parameters: Any) -> Iterator[pa.RecordBatchReader]:
        """The answer so many rows at a time, for one that may be too long to be held."""
        with self._answer(query, parameters) as answer:
            yield answer.to_arrow_reader(rows)

    def rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """The answer as one dict a row, with plain Python values."""
        with self._answer(query, parameters) as answer:
            names = [column[0] for column in answer.description or []]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def one(self, query: str, **parameters: Any) -> Any:
        """The single value a query gives, or None."""
        with self._answer(query, parameters) as answer:
            row = answer.fetchone()
            return row[0] if row else None

    def _whole(self) -> Self:
        whole = copy.copy(self)
        whole.viewer = OPERATOR
        return whole

    # ---------------------------------------------------------- what is there

    @property
    def version(self) -> int:
        """Goes up with every change of the records, so that a cache can tell."""
        return int(self.one(_VERSION) or 0)

    @property
    def edition(self) -> tuple[int, dt.date | None, bool]:
        """What an answer rests on beside its question and its reader: the version, as known on
        which day, and whether what waits is left out. A past store's version alone tells nothing:
        it is counted anew for each.
        """
        return self.version, self.database.known_on, self.database.confirmed

    @property
    def empty(self) -> bool:
        """Whether the store holds no activity and no step record."""
        return not self._whole().one(
            "SELECT EXISTS (FROM activity) OR EXISTS (FROM step_record)"
            " OR EXISTS (FROM facilitator) OR EXISTS (FROM target)"
        )

    def facts(self) -> int:
        """Rows that a past has to be counted anew from: what making one costs."""
        return int(self._whole().one("SELECT count(*) FROM step_fact") or 0)

    @property
    def has_demo_data(self) -> bool:
        """Whether a batch of demo data is in the store and not undone."""
        return bool(
            self._whole().one("SELECT EXISTS (FROM import_batch WHERE demo AND undone_at IS NULL)")
        )

    @property
    def has_real_data(self) -> bool:
        """Whether a batch that is not demo data is in the store and not undone."""
        return bool(
            self._whole().one(
                "SELECT EXISTS (FROM import_batch WHERE NOT demo AND undone_at IS NULL)"
            )
        )

    def years(self) -> list[int]:
        """Years that have cases, the newest first."""
        rows = self.rows("SELECT DISTINCT year FROM sop_case ORDER BY year DESC")
        return [row["year"] for row in rows]

    # ------------------------------------------------------------- the register

    def units(self, as_of: dt.date) -> list[Unit]:
        """The register as it stood on a day."""
        return [
            Unit(**row)
            for row in self.rows(
                "SELECT * FROM unit_as_of($as_of) ORDER BY array_position("
                "['balai_besar', 'balai', 'loka', 'pusat', 'nasional'], kind), name",
                as_of=as_of,
            )
        ]

    def register(self, as_of: dt.date) -> list[Unit]:
        """Every office's name, which is public, whoever reads."""
        return self._whole().units(as_of)

    def unit_finder(self) -> UnitFinder:
        """Finds an office by any spelling."""
        return UnitFinder.shipped()

    # ------------------------------------------------- the SOP and the calendar

    @property
    def revisions(self) -> list[Revision]:
        """The SOP's revisions that count, the oldest first (see ``counting``)."""
        with self._reader() as reader:
            return counting.revisions(reader, self.database.shipped_revisions)

    def sop(self, day: dt.date) -> Revision:
        """The revision in force on a day."""
        return in_force(self.revisions, day)

    def revision(self, number: str) -> Revision:
        """The revision of that number, as ``sop_case`` names it. Raises KeyError."""
        return {r.revision: r for r in self.revisions}[number]

    def stakeholders(self) -> dict[str, str]:
        """Letters of stakeholder kinds (A.1) and their names, of every revision."""
        return {letter: name for r in self.revisions for letter, name in r.stakeholders.items()}

    def calendar(self) -> WorkingCalendar:
        """The working-day calendar with shipped and entered corrections."""
        with self._reader() as reader:
            return WorkingCalendar(calendar.build(counting.overrides(reader)))

    def entered_overrides(self) -> list[Override]:
        """Corrections of the calendar entered by staff, in order of day."""
        with self._reader() as reader:
            return counting.entered_overrides(reader)


def _used(query: str, parameters: dict[str, Any]) -> dict[str, Any]:
    # DuckDB refuses a bound name that the query does not use; filters are passed whole.
    names = set(re.findall(r"\$([a-z_]+)", query))
    return {name: value for name, value in parameters.items() if name in names}
