"""How much may be brought: a file, all files of a person, and how many at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.requests import HTTPConnection
from streamlit import config, runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from sop_core.indonesian import format_number

MIB = 1024 * 1024
_FRAME = 64 * 1024
"""What a browser writes around a file's bytes."""


@dataclass(frozen=True)
class Limits:
    """Of one person: MiB of a file, MiB of all files held at once, and how many of them."""

    file: int
    total: int
    files: int


def limits(demo: bool) -> Limits:
    """For a person who has signed in, or for all visitors from one address to demo data."""
    one = int(config.get_option("server.maxUploadSize"))
    return Limits(min(one, 20), 60, 20) if demo else Limits(one, 3 * one, 40)


class TooMuch(Exception):
    """Why an upload is not taken: an HTTP status, and the words for it."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


class Uploads:
    """Counts what is held and what is on its way."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: defaultdict[str, list[int]] = defaultdict(list)

    @contextmanager
    def room(
        self, person: str, sessions: Iterable[str], request: HTTPConnection, demo: bool
    ) -> Iterator[None]:
        """Room for one upload while it lasts; raises TooMuch where there is none."""
        size = _announced(request)
        allowed = limits(demo)
        if size > allowed.file * MIB + _FRAME:
            raise TooMuch(413, f"Berkas terlalu besar. Paling besar {allowed.file} MB per berkas.")
        with self._lock:
            held = _held(sessions) + self._coming[person]
            if len(held) >= allowed.files:
                raise TooMuch(
                    413,
                    f"Paling banyak {format_number(allowed.files)} berkas sekaligus. Muat ulang halaman lalu coba lagi.",
                )
            if sum(held) + size > allowed.total * MIB + _FRAME:
                raise TooMuch(
                    413,
                    f"Berkas yang sedang dibuka sudah mencapai {allowed.total} MB. Muat ulang halaman lalu coba lagi.",
                )
            self._coming[person].append(size)
        try:
            yield
        finally:
            with self._lock:
                self._coming[person].remove(size)
                if not self._coming[person]:
                    del self._coming[person]


def _announced(request: HTTPConnection) -> int:
    # Without it the size is known only once the bytes are here.
    written = request.headers.get("content-length", "")
    if not written.isdecimal():
        raise TooMuch(411, "Ukuran kiriman harus disebut.")
    return int(written)


def _held(sessions: Iterable[str]) -> list[int]:
    """Bytes of each file that Streamlit keeps for these sessions."""
    manager = runtime.get_instance().uploaded_file_mgr if runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):
        return []
    stored = (dict(manager.file_storage.get(session, {})) for session in sessions)
    return [len(file.data) for files in stored for file in files.values()]
