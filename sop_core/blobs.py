"""Files that are kept beside the store, each under the SHA-256 of its content.

``<stem>.bukti/ab/abcdef...`` beside the database file: what was brought, once, and never under
a name that somebody gave it. A file is there whole or not at all, and is there before the row
that names it is committed; nothing here takes one away.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

from sop_core.store import Store
from sop_core.store.database import Database

ENDING = ".bukti"
NAME = re.compile(r"[0-9a-f]{64}")
"""How a file is called: the SHA-256 of its content."""
_NEW = ".baru-"
"""How the name of a file begins that is being written."""
_of_memory: weakref.WeakKeyDictionary[Database, Path] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def beside(database: Path) -> Path:
    """The folder beside a database file of that name."""
    return database.with_name(database.stem + ENDING)


def folder_of(path: Path) -> Path:
    """The folder of the store in that file, by whatever link it is called."""
    return beside(path.resolve())


def of(store: Store) -> Path:
    """The folder of an open store; of a past one, that of the store it was made from.

    A store in memory has one for the time being, which goes with it.
    """
    database = store.database.present or store.database
    if database.path != ":memory:":
        return folder_of(Path(database.path))
    with _making:
        if database not in _of_memory:
            made = tempfile.mkdtemp(prefix="pantau-", suffix=ENDING)
            _of_memory[database] = Path(made)
            weakref.finalize(database, shutil.rmtree, made, True)
        return _of_memory[database]


def place(folder: Path, sha256: str) -> Path:
    """Where a content is or would be. Raises ValueError for what is no digest."""
    if not NAME.fullmatch(sha256):
        raise ValueError(sha256)
    return folder / sha256[:2] / sha256


def keep(folder: Path, content: bytes) -> str:
    """Have a content there, durably; returns its digest. One that is there already stays.

    In the store's turn to write, where nobody else writes here. Raises OSError.
    """
    digest = hashlib.sha256(content).hexdigest()
    target = place(folder, digest)
    if read(folder, digest) is not None:
        return digest
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in folder.glob(f"*/{_NEW}*"):
        left.unlink(missing_ok=True)  # of a process that died
    new = target.with_name(f"{_NEW}{secrets.token_hex(8)}")
    try:
        handle = os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    for changed in (target.parent, folder, folder.parent):
        sync_names(changed)
    return digest


def read(folder: Path, sha256: str) -> bytes | None:
    """A content; None where it is not there, or is not what its name says."""
    try:
        content = place(folder, sha256).read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def names(folder: Path) -> Iterator[str]:
    """The digests of which a file is there, in order."""
    for file in sorted(folder.glob("[0-9a-f][0-9a-f]/*")):
        if NAME.fullmatch(file.name) and file.parent.name == file.name[:2]:
            yield file.name


def sync_names(folder: Path) -> None:
    """Wait until a folder's names are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
