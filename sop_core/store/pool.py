"""Connections for readers with limits, made once for each viewer and kept for a while.

A lock of its own guards the lists alone: nobody waits here for a query, a cover or a writer.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass

import duckdb

from sop_core.access import Viewer, covers
from sop_core.units import NATIONAL

MOST_IDLE = 24
"""Connections that rest at once, of all viewers together; each costs about 0.3 MiB."""
LONGEST_IDLE = 15 * 60.0
"""Seconds after which a resting connection is closed: its viewer has left."""


@dataclass(frozen=True)
class _Idle:
    viewer: Viewer
    connection: duckdb.DuckDBPyConnection
    since: float


class ReaderPool:
    """Hands out connections on which every table is covered by what a viewer may see."""

    def __init__(self, root: duckdb.DuckDBPyConnection) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._idle: deque[_Idle] = deque()  # the longest resting first
        self._last = time.monotonic()

    def take(self, viewer: Viewer) -> duckdb.DuckDBPyConnection:
        """A connection for a viewer; give it back, or close it after an error."""
        self._last = time.monotonic()
        if viewer.unlimited:
            return self._root.cursor()
        with self._lock:
            found = next((one for one in reversed(self._idle) if one.viewer == viewer), None)
            if found is not None:
                self._idle.remove(found)
        return found.connection if found is not None else self._covered(viewer)

    def give(self, viewer: Viewer, connection: duckdb.DuckDBPyConnection) -> None:
        """Rest a connection for the viewer's next question; those of people who left go."""
        now = time.monotonic()
        left: list[duckdb.DuckDBPyConnection] = []
        if viewer.unlimited:
            left.append(connection)
        with self._lock:
            if not viewer.unlimited:
                self._idle.append(_Idle(viewer, connection, now))
            while self._idle and (
                len(self._idle) > MOST_IDLE or now - self._idle[0].since > LONGEST_IDLE
            ):
                left.append(self._idle.popleft().connection)
        for one in left:
            one.close()

    def __len__(self) -> int:
        """Connections at rest."""
        return len(self._idle)

    @property
    def idle_for(self) -> float:
        """Seconds since anybody last asked for a connection."""
        return time.monotonic() - self._last

    def close(self) -> None:
        """Close every connection at rest."""
        with self._lock:
            idle, self._idle = self._idle, deque()
        for one in idle:
            one.connection.close()

    def _covered(self, viewer: Viewer) -> duckdb.DuckDBPyConnection:
        connection = self._root.cursor()
        row = connection.execute("SELECT current_database()").fetchone()
        assert row is not None
        connection.execute("CREATE TEMP TABLE viewer_unit (code VARCHAR)")
        if viewer.units:
            codes = [*viewer.units, NATIONAL]
            connection.execute("INSERT INTO viewer_unit SELECT unnest($codes)", {"codes": codes})
        tables = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = $name", {"name": row[0]}
        ).fetchall()
        for statement in covers(viewer, f'"{row[0]}".main', [t for (t,) in tables]):
            connection.execute(statement)
        return connection
