"""A process for the next file, started while nobody waits for it.

Python and a job's libraries take a tenth of a second to load, at each upload anew. So of a job
that ran twice in a row the next process is started when the second ends. It has seen no file, and
works on one alone, as every other; of those that wait there is one at most. Where the app ends,
however it ends, its standard input does, and with that the process.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import threading
from collections.abc import Callable

Command = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]
"""The words of a command and its environment: a process of another one would not do."""
Start = Callable[[Command], "subprocess.Popen[bytes]"]


class Ready:
    """At most one process that waits for its arguments; ``start`` starts it.

    Shared by threads.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._begin()
        atexit.register(self.drop)
        # A lock that another thread holds at a fork would be held in the child for ever.
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._last: Command | None = None
        self._kept: tuple[Command, subprocess.Popen[bytes]] | None = None

    def take(self, command: Command) -> subprocess.Popen[bytes]:
        """A process of this command, the waiting one if it is that. Raises OSError."""
        with self._lock:
            if self._kept and self._kept[0] == command:
                process = self._kept[1]
                self._kept = None
                if process.poll() is None:
                    return process
                end(process)  # it was killed while it waited
        return self._start(command)

    def follow(self, command: Command) -> None:
        """A process of this command has ended; one more is got ready where it ran before that too."""
        with self._lock:
            again, self._last = self._last == command, command
            if not again or (self._kept and self._kept[0] == command):
                return
            self._end()
            # Nobody asked for it yet: where there is no room for it, the next one says so.
            with contextlib.suppress(OSError):
                self._kept = (command, self._start(command))

    def drop(self) -> None:
        """End the process that waits, if there is one."""
        with self._lock:
            self._end()
            self._last = None

    def _end(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            end(kept[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process, if it has not, and let go of what it held."""
    if process.poll() is None:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
