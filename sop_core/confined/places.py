"""How many jobs work at once: each may take gigabytes, and a server has only so many."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sop_core.errors import Busy

BUSY = "Server sedang mengolah berkas lain. Tunggu sebentar, lalu coba lagi."


class Places:
    """Room for ``most`` jobs; who comes when there is none waits, first come, first served.

    At most ``waiting`` wait, since each of them holds its file; who comes then, or waits longer
    than ``patience`` seconds, is told so: Busy.
    """

    def __init__(self, most: int, waiting: int, patience: float) -> None:
        self.most, self.waiting, self.patience = most, waiting, patience
        self._changed = threading.Condition()
        self._queue: list[object] = []
        self._taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place, given back whatever becomes of the job. Raises Busy."""
        ticket = object()
        with self._changed:
            if len(self._queue) >= self.waiting:
                raise Busy(BUSY)
            self._queue.append(ticket)
            try:
                came = self._changed.wait_for(
                    lambda: self._queue[0] is ticket and self._taken < self.most, self.patience
                )
            finally:
                # Whoever stood behind may be the first now.
                self._queue.remove(ticket)
                self._changed.notify_all()
            if not came:
                raise Busy(BUSY)
            self._taken += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken -= 1
                self._changed.notify_all()

    def __len__(self) -> int:
        """How many wait."""
        with self._changed:
            return len(self._queue)
