"""The one store of this process.

A second store on the same file would bring a second writer's lock, and two writers that do
not know of each other undo each other's work. So the store is a thing of the module, and not
of a cache that a message from a browser can clear.
"""

from __future__ import annotations

import threading
from pathlib import Path

from sop_core.store import Store

_lock = threading.Lock()
_opened: dict[Path, Store] = {}


def store_at(path: str | Path) -> Store:
    """The store of that file, opened once a process; raises as Store does."""
    place = Path(path).resolve()
    with _lock:
        if place not in _opened:
            _opened[place] = Store(place)
        return _opened[place]


def close_all() -> None:
    """Close every store that was opened here: at the end of the process, and between tests."""
    with _lock:
        while _opened:
            _opened.popitem()[1].close()
