"""How much of one person's refusals the audit takes: who asks without end does not fill it."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict, deque

MOST = 200
"""Refusals of one person that are kept within AN_HOUR; of those after them nothing is."""
AN_HOUR = dt.timedelta(hours=1)
LONGEST = 300
"""Characters that are kept of what was asked for; an address can be as long as one likes."""
REST = "selebihnya dalam satu jam ini tidak dicatat"


class Refusals:
    """Of one open store. Calls may come from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: defaultdict[str, deque[dt.datetime]] = defaultdict(lambda: deque(maxlen=MOST))

    def words(self, login: str, subject: str, now: dt.datetime) -> str | None:
        """What the audit is to say of it; None where the person's share is full."""
        said = subject if len(subject) <= LONGEST else f"{subject[:LONGEST]}…"
        with self._lock:
            kept = self._kept[login]
            while kept and kept[0] <= now - AN_HOUR:
                kept.popleft()
            if len(kept) >= MOST:
                return None
            kept.append(now)
            return f"{said}; {REST}" if len(kept) == MOST else said
