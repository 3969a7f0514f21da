"""What the running app does for the command line, which cannot open the file beside it.

A Unix socket beside the store, for its owner alone: by the file's mode, and by asking the
kernel who is calling. One request at a time, one line of JSON each way.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sop_core import errors
from sop_core.errors import PantauError, StoreBusy
from sop_core.indonesian import now
from sop_core.store import Store
from sop_core.upkeep import schedule
from sop_core.upkeep.backup import backup
from sop_core.upkeep.doctor import doctor

log = logging.getLogger(__name__)
_LONGEST = 64 * 1024
"""Bytes of a request; an answer may be longer."""
_PATIENCE = 10
"""Seconds in which a caller must have said what they want."""
_WORK = 3600
"""Seconds in which the app must have answered."""


def _backup(store: Store, file: str) -> Any:
    backup(store, Path(file))
    return file


def _daily(store: Store, file: str) -> Any:
    made = schedule.daily(store, now())
    return None if made is None else str(made)


def _doctor(store: Store, file: str) -> Any:
    return [vars(finding) for finding in doctor(store)]


ACTS: dict[str, Callable[[Store, str], Any]] = {
    "backup": _backup,
    "daily": _daily,
    "doctor": _doctor,
}
"""What may be asked for; each with the store and a path (empty where none is needed)."""


class Desk:
    """The socket and the thread that serves it, until ``stop``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._place = _place(Path(store.path))
        with _near(self._place) as near:
            # Whoever has the store open has the desk: what lies here is a dead process's.
            Path(near).unlink(missing_ok=True)
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.bind(near)
            os.chmod(near, 0o600)
        self._socket.listen(4)
        self._thread = threading.Thread(target=self._serve, name="pantau-desk", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take no more requests; one that is being worked on is finished first."""
        self._place.unlink(missing_ok=True)
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        finally:
            self._thread.join()
            self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return  # stopped
            with caller:
                try:
                    self._attend(caller)
                except OSError as error:
                    log.info("a caller at the desk went away: %s", error)

    def _attend(self, caller: socket.socket) -> None:
        if _uid_of(caller) not in (0, os.geteuid()):
            return
        caller.settimeout(_PATIENCE)
        caller.sendall(json.dumps(self._answer(_line(caller, _LONGEST))).encode() + b"\n")

    def _answer(self, said: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(said)
            act, file = ACTS[asked["act"]], str(asked.get("file") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            return {"error": "Refused", "said": "permintaan tidak dikenal"}
        try:
            return {"answer": act(self._store, file)}
        except PantauError as error:
            return {"error": type(error).__name__, "said": str(error)}
        except Exception:
            log.exception("work at the desk failed")
            return {"error": "Refused", "said": "kesalahan program; lihat catatan aplikasi"}


def serve(store: Store) -> Desk | None:
    """Open the desk of a store; None, and a line in the log, where no socket can be."""
    if store.path == ":memory:":
        return None
    try:
        return Desk(store)
    except OSError as error:
        log.warning("no desk beside the store, backups need the app stopped: %s", error)
        return None


def ask(path: Path, act: str, file: str = "") -> Any:
    """Have the app that has the store at ``path`` open do something, as ACTS names it.

    Raises what the work raises, and StoreBusy where nobody answers.
    """
    busy = f"{path} sedang dipakai proses lain yang tidak melayani permintaan ini; hentikan dulu"
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(_PATIENCE)
        try:
            with _near(_place(path)) as near:
                caller.connect(near)
            if _uid_of(caller) not in (0, os.geteuid(), path.stat().st_uid):
                raise StoreBusy(busy)
            caller.sendall(json.dumps({"act": act, "file": file}).encode() + b"\n")
            caller.settimeout(_WORK)
            said = json.loads(_line(caller, None))
        except (OSError, ValueError) as error:
            raise StoreBusy(busy) from error
    if "error" in said:
        kind = getattr(errors, str(said["error"]), errors.Refused)
        raise kind(str(said["said"]))
    return said["answer"]


def _line(caller: socket.socket, longest: int | None) -> bytes:
    said = bytearray()
    while not said.endswith(b"\n"):
        part = caller.recv(_LONGEST)
        if not part or (longest is not None and len(said) + len(part) > longest):
            break
        said += part
    return bytes(said)


def _place(store: Path) -> Path:
    """One name for each store, short however long the store's is."""
    store = store.resolve()
    return store.with_name(f".pantau-{hashlib.sha256(store.name.encode()).hexdigest()[:12]}.sock")


@contextmanager
def _near(place: Path) -> Iterator[str]:
    """A short way to the socket: an address holds 107 bytes, a folder's path may be longer."""
    folder = os.open(place.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{place.name}"
    finally:
        os.close(folder)


def _uid_of(peer: socket.socket) -> int:
    said = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", said)[1])
