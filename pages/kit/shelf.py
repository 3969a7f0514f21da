"""What people have uploaded and not yet kept, held in memory while they look at something else.

One upload a person; in all no more than MOST bytes and for no longer than LIFE. Who holds too
much lets go of the oldest, and its person is told when they come back.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Any

from sop_core.access import Viewer
from sop_core.importing import SourceFile

LIFE = dt.timedelta(hours=2)
MOST = 300 * 1024 * 1024
"""Bytes of all that is held."""
MOST_TOLD = 500
"""People of whom it is remembered that something of theirs was let go of."""


def key_of(token: str) -> str:
    """What files, uploads and what is held go by, of whoever has that session."""
    return hashlib.sha256(f"pintu:{token}".encode()).hexdigest()


@dataclass(frozen=True)
class Held:
    """An upload: its files, and what was said of them.

    ``door`` is what uploads are counted by (doors/uploads.py), ``viewer`` who saw the preview,
    ``until`` the day up to which it speaks, ``answers`` what they answered about it (mapping_step.py).
    """

    door: str
    viewer: Viewer
    at: dt.datetime
    files: tuple[SourceFile, ...]
    clears: bool = False
    until: dt.date | None = None
    answers: Any = None

    @property
    def names(self) -> str:
        """The files by name."""
        return ", ".join(file.name for file in self.files)

    @property
    def sizes(self) -> list[int]:
        """Bytes of each file."""
        return [len(file.content) for file in self.files]


class Shelf:
    """Held uploads by person; the one held longest is the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._gone: OrderedDict[str, Held] = OrderedDict()

    def hold(self, person: str, upload: Held, now: dt.datetime) -> None:
        """Hold an upload in place of the person's last; older ones of others make room."""
        with self._lock:
            self._end_old(now)
            self._held.pop(person, None)
            self._gone.pop(person, None)
            room = MOST - sum(upload.sizes)
            if room < 0:
                return
            while self._held and self._total() > room:
                self._let_go(next(iter(self._held)))
            self._held[person] = upload

    def of(self, person: str, viewer: Viewer, now: dt.datetime) -> Held | None:
        """What a person has held, as long as they are who they were: of one role, of one office."""
        with self._lock:
            self._end_old(now)
            found = self._held.get(person)
            if found is not None and found.viewer != viewer:
                del self._held[person]
                return None
            return found

    def let_go_of(self, person: str, viewer: Viewer) -> Held | None:
        """What was let go of for want of room, told once; its files are gone."""
        with self._lock:
            gone = self._gone.pop(person, None)
            return gone if gone is not None and gone.viewer == viewer else None

    def drop(self, person: str) -> None:
        """Hold nothing of a person's any longer."""
        with self._lock:
            self._held.pop(person, None)
            self._gone.pop(person, None)

    def make_room(self, door: str, open_now: list[int], room: int) -> None:
        """Let go of what is held by a door where more than ``room`` bytes of it are not open.

        ``open_now`` are the sizes of the files that its pages have open: these are counted there.
        """
        with self._lock:
            for person in [p for p, h in self._held.items() if h.door == door]:
                besides = Counter(self._held[person].sizes) - Counter(open_now)
                if besides.total() and sum(besides.elements()) > room:
                    self._let_go(person)

    def _total(self) -> int:
        return sum(sum(upload.sizes) for upload in self._held.values())

    def _end_old(self, now: dt.datetime) -> None:
        for person in [p for p, h in self._held.items() if h.at < now - LIFE]:
            del self._held[person]
        for person in [p for p, h in self._gone.items() if h.at < now - LIFE]:
            del self._gone[person]

    def _let_go(self, person: str) -> None:
        upload = self._held.pop(person)
        # Of its files only the names are told.
        names = tuple(SourceFile(file.name, b"") for file in upload.files)
        self._gone[person] = Held(upload.door, upload.viewer, upload.at, names)
        while len(self._gone) > MOST_TOLD:
            self._gone.popitem(last=False)


SHELF = Shelf()
"""Of this process."""
