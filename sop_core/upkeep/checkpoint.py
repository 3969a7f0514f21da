"""The write-ahead log is put into the file while nobody reads.

DuckDB does so by itself at the end of a change, and no query begins until it is done: twenty
readers stood still for 0.3 to 0.5 s after every large import. So a store lets its log grow
(``database.LOG_CEILING``), and the app empties it at a quiet moment.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import duckdb

from sop_core.errors import PantauError
from sop_core.store import Store
from sop_core.upkeep.looking import wal_of

log = logging.getLogger(__name__)
WORTH = 4 * 1024 * 1024
"""Bytes of log that are worth it."""
QUIET = 20.0
"""Seconds without a reader after which it is quiet."""
LOOK_EVERY = 10.0
"""Seconds between two looks."""


def when_quiet(store: Store, quiet: float) -> bool:
    """Empty the log of a store of a file, unless somebody read or changes something.

    ``quiet``: seconds since the last reader. Returns whether it was done. Raises StoreError
    where the file takes nothing.
    """
    wal = wal_of(Path(store.path))
    if not wal.exists() or wal.stat().st_size < WORTH or store.database.readers.idle_for < quiet:
        return False
    return store.database.checkpoint()


class Checkpoints:
    """The thread of the app that sees to it, until ``stop``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pantau-checkpoint", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; a checkpoint that is being made is finished first."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_EVERY):
            try:
                when_quiet(self._store, QUIET)
            except (PantauError, duckdb.Error, OSError) as error:
                # The log still holds everything; the next look tries again.
                log.error("checkpoint failed: %s", type(error).__name__)
