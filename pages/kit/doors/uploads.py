"""How much may be brought: a file, all files of a person, and how many at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from streamlit import config, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from pages.kit.shelf import SHELF

MIB = 1024 * 1024
_FRAME = 64 * 1024
"""What a browser writes around a file's bytes."""

_AGAIN = "Muat ulang halaman, tunggu satu menit, lalu coba lagi."
"""A page that is left is let go of, with its files, after server.disconnectedSessionTTL."""


@dataclass(frozen=True)
class Limits:
    """Of one person: MiB of a file, MiB of all files held at once, and how many of them."""

    file: int
    total: int
    files: int


def limits(demo: bool) -> Limits:
    """For a person who has signed in, or for all visitors from one address to demo data."""
    one = int(config.get_option("server.maxUploadSize"))
    return Limits(one, one, 20) if demo else Limits(one, 3 * one, 40)


class TooMuch(Exception):
    """Why an upload is not taken: an HTTP status, and the words for it."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Uploads:
    """Counts what is held and what is on its way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._brought: defaultdict[str, set[str]] = defaultdict(set)
        """By person, the Streamlit sessions that hold files of theirs."""

    @contextmanager
    def room(
        self, person: str, session: str, request: HTTPConnection, demo: bool
    ) -> Iterator[None]:
        """Room for one upload while it lasts; raises TooMuch where there is none."""
        size = _announced(request)
        allowed = limits(demo)
        if size > allowed.file * MIB + _FRAME:
            raise TooMuch(413, f"Berkas terlalu besar. Paling besar {allowed.file} MB per berkas.")
        with self._lock:
            held = self._held(person)
            if len(held) >= allowed.files:
                raise TooMuch(413, f"Paling banyak {allowed.files} berkas sekaligus. {_AGAIN}")
            if sum(held) + size > allowed.total * MIB + _FRAME:
                raise TooMuch(
                    413, f"Berkas yang sedang dibuka sudah mencapai {allowed.total} MB. {_AGAIN}"
                )
            # What waits for its person to come back yields to what they bring now.
            SHELF.make_room(person, held, allowed.total * MIB - sum(held) - size)
            self._coming[person].append((session, size))
            self._brought[person].add(session)
        try:
            yield
        finally:
            with self._lock:
                self._coming[person].remove((session, size))
                self._held(person)

    def _held(self, person: str) -> list[int]:
        """Bytes of each file that is held or on its way; sessions without any are forgotten."""
        coming = self._coming.get(person, [])
        files = {session: _files(session) for session in self._brought.get(person, ())}
        left = {s for s in files if files[s]} | {session for session, _ in coming}
        if left:
            self._brought[person] = left
        else:
            self._brought.pop(person, None)
            self._coming.pop(person, None)
        return [size for sizes in files.values() for size in sizes] + [size for _, size in coming]


def _announced(request: HTTPConnection) -> int:
    # Without it the size is known only once the bytes are here; beside an encoding it is not
    # what counts, and anybody may write what they like.
    if "transfer-encoding" in request.headers:
        raise TooMuch(411, "Ukuran kiriman harus disebut.")
    written = request.headers.get("content-length", "")
    if not written.isdecimal():
        raise TooMuch(411, "Ukuran kiriman harus disebut.")
    return int(written)


def _files(session: str) -> list[int]:
    """Bytes of each file that Streamlit keeps for a session."""
    manager = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):
        return []
    return [len(file.data) for file in dict(manager.file_storage.get(session, {})).values()]
