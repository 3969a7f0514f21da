"""The file of a store: opened, migrated, locked and closed."""

from __future__ import annotations

import datetime as dt
import errno
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from sop_core.definition import load_revisions
from sop_core.store import chain, faults, schema
from sop_core.store.pool import ReaderPool
from sop_core.store.refusals import Refusals

# The owner's alone: the file, and the WAL beside it that comes and goes with every change.
_OTHERS = 0o077
_GROUP = 122_880
"""Rows of a group, as DuckDB keeps them."""
LOG_CEILING = "256MiB"
"""Of the write-ahead log: past it DuckDB empties it at the end of the change that passes it,
whoever waits (upkeep/checkpoint.py). An import of 50,000 steps leaves 10 MiB; opening a store
whose log is 46 MiB took 0.5 s."""
WAITED: list[Callable[[float], object]] = []
"""Told how many seconds each writer of records waited for its turn. Whoever measures listens."""


@dataclass
class Locks:
    """Who waits for whom. Taken in this order; no reader takes any of them."""

    records: threading.RLock = field(default_factory=threading.RLock)
    """Changes of records, the calendar, revisions, accounts: one after the other."""
    sessions: threading.RLock = field(default_factory=threading.RLock)
    """Sign-ins and who was last seen: they do not wait for an import."""
    audit: threading.RLock = field(default_factory=threading.RLock)
    """The audit's next entry, from its number to its commit, so that its chain has no fork."""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A writer's turn at the records; how long it was waited for is told to ``WAITED``."""
        begun = time.perf_counter()
        with self.records:
            waited = time.perf_counter() - begun
            for tell in WAITED:
                tell(waited)
            yield


class Database:
    """An open file. Raises as ``Store`` does; a file that is refused is left closed."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self.locks = Locks()
        self.refusals = Refusals()
        self.known_on: dt.date | None = None
        """The day of which this is what was known then; None for what is known now."""
        self.confirmed = False
        """Whether what nobody has confirmed is left out of it."""
        self.present: Database | None = None
        """The store that a past one was made from, where traces of reading it are kept."""
        self.pasts: OrderedDict[Any, Any] = OrderedDict()
        self.shipped_revisions = load_revisions()
        self._connection = self._open()
        try:
            self.readers = ReaderPool(self._connection)
            with faults.misshapen(self.path):
                with self.transaction() as cursor:
                    schema.prepare(cursor, self.path, self.shipped_revisions)
                self.audit_tail = chain.tail(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def _open(self) -> duckdb.DuckDBPyConnection:
        if self.path == ":memory:":
            return duckdb.connect(self.path)
        place = Path(self.path)
        os.umask(os.umask(_OTHERS) | _OTHERS)
        with faults.translated(self.path, "dibuka"):
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir():
                raise IsADirectoryError(errno.EISDIR, "", str(place))
            connection = duckdb.connect(self.path)
            connection.execute(f"SET checkpoint_threshold = '{LOG_CEILING}'")
            for file in (place, place.with_name(place.name + ".wal")):
                if file.exists():
                    file.chmod(0o600)
        return connection

    def close(self) -> None:
        """Release the file, once a change that is being made is done."""
        with self.locks.records, self.locks.sessions, self.locks.audit:
            self.readers.close()
            self._connection.close()

    def cursor(self) -> duckdb.DuckDBPyConnection:
        """A connection without limits."""
        return self._connection.cursor()

    def checkpoint(self) -> bool:
        """Put the log into the file, unless a change is being made; whether it was done."""
        if not self.locks.records.acquire(blocking=False):
            return False
        try:
            with faults.translated(self.path, "ditulis"), self.cursor() as cursor:
                try:
                    cursor.execute("CHECKPOINT")
                except duckdb.TransactionException:
                    return False  # a sign-in is being written: another time
            return True
        finally:
            self.locks.records.release()

    @contextmanager
    def giving_way(self, rows: int | None = None) -> Iterator[None]:
        """While people read, a change works on one core less: no reader waits for its queries.

        So does one of ``rows`` that are one group, where that is known: DuckDB hands out work by
        groups, and an import of 100,000 steps on 2 cores took half as much processor time again,
        and a tenth more time, than on one.

        In the records' turn only. Measured in tests/benchmarks/test_readers.py: on 2 cores a
        reader's p95 beside two uploads was 4 times that alone, and the uploads took longer too.
        """
        # Of fewer than a thousand what is stored is looked through, which may be millions.
        one_group = rows is not None and 1000 <= rows <= _GROUP
        if not one_group and not len(self.readers):
            yield
            return
        with self.cursor() as cursor:
            row = cursor.execute("SELECT current_setting('threads')").fetchone()
            assert row is not None
            cursor.execute("SET threads = $n", {"n": max(1, int(row[0]) - 1)})
            try:
                yield
            finally:
                cursor.execute("SET threads = $n", {"n": int(row[0])})

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction, committed at the end, rolled back on any error; takes no lock.

        Raises StoreUnreachable or StoreDamaged where the file cannot take what was changed;
        the store goes on with what it held before.
        """
        with faults.translated(self.path, "ditulis"), self.cursor() as cursor:
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()
