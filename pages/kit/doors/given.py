"""What was handed out to whom.

Streamlit's storage of files knows no people: whoever has an address gets the file. So what a
person's own stream told their browser is written down here as it passes, and nothing else is
handed over: files, deferred downloads, places to upload to, and sessions to come back to.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, defaultdict
from collections.abc import Iterator

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

MOST_KEPT = 2000
"""Things remembered of one person; the oldest are forgotten first."""
MOST_PEOPLE = 500
"""People remembered; who was given something longest ago is forgotten first."""


class Given:
    """Who was given what, for as long as the process runs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_person: OrderedDict[str, OrderedDict[str, None]] = OrderedDict()

    def give(self, person: str, things: list[str]) -> None:
        """Write down what a person's stream has told them."""
        if not things:
            return
        with self._lock:
            kept = self._by_person.setdefault(person, OrderedDict())
            self._by_person.move_to_end(person)
            for thing in things:
                kept[thing] = None
                kept.move_to_end(thing)
            while len(kept) > MOST_KEPT:
                kept.popitem(last=False)
            while len(self._by_person) > MOST_PEOPLE:
                self._by_person.popitem(last=False)

    def has(self, person: str, thing: str) -> bool:
        """Whether a person was given that."""
        with self._lock:
            return thing in self._by_person.get(person, ())


class Open:
    """How many streams each person has open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count: defaultdict[str, int] = defaultdict(int)

    def enter(self, person: str, most: int) -> bool:
        """One more, if there is room."""
        with self._lock:
            if self._count[person] >= most:
                return False
            self._count[person] += 1
            return True

    def leave(self, person: str) -> None:
        """One less."""
        with self._lock:
            self._count[person] -= 1
            if self._count[person] <= 0:
                del self._count[person]

    def all(self) -> int:
        """How many are open."""
        with self._lock:
            return sum(self._count.values())


def things_in(message: ForwardMsg) -> list[str]:
    """What a message to the browser hands out, by the fields that can."""
    return [thing for thing in _things(message) if thing]


def _things(message: ForwardMsg) -> Iterator[str]:
    kind = message.WhichOneof("type")
    if kind == "new_session":
        yield f"sesi:{message.new_session.initialize.session_id}"
    elif kind == "file_urls_response":
        for place in message.file_urls_response.file_urls:
            yield ours(place.upload_url)
            yield ours(place.delete_url)
    elif kind == "backend_operation_response":
        yield ours(message.backend_operation_response.deferred_file.url)
    elif kind == "page_config_changed":
        yield ours(message.page_config_changed.favicon)
    elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
        element = message.delta.new_element
        drawn = element.WhichOneof("type")
        if drawn == "download_button":
            yield ours(element.download_button.url)
            if element.download_button.deferred_file_id:
                yield f"tunda:{element.download_button.deferred_file_id}"
        elif drawn == "imgs":
            for image in element.imgs.imgs:
                yield ours(image.url)


def ours(url: str) -> str:
    """An address that this server serves itself; empty for any other."""
    return url if url.startswith(("/media/", "/_stcore/upload_file/")) else ""
