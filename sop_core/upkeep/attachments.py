"""The files beside a store (blobs.py) in its backups, its restores and its check-up.

A container holds those that its database names, each under its SHA-256. What was lost or changed
before the backup cannot be in it: the database is kept without, and it is said.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from sop_core import blobs
from sop_core.errors import BackupRefused
from sop_core.upkeep import durable, manifest

_CHUNK = 1 << 20


def named(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """The digests that an attached database names, in order; none of one from before evidence."""
    there = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = $name"
        " AND schema_name = 'main' AND table_name = 'evidence'",
        {"name": database},
    ).fetchone()
    if there != (1,):
        return []
    rows = connection.execute(
        f'SELECT DISTINCT sha256 FROM "{database}".main.evidence WHERE sha256 IS NOT NULL ORDER BY 1'  # noqa: S608 - our own table
    ).fetchall()
    return [str(digest) for (digest,) in rows if blobs.NAME.fullmatch(str(digest))]


def whole(folder: Path, digests: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Those that are there and are what their names say, with their content."""
    for digest in digests:
        content = blobs.read(folder, digest)
        if content is not None:
            yield digest, content


# -------------------------------------------------------------------- check-up


def lost(folder: Path, digests: Sequence[str]) -> list[str]:
    """Those that are not there."""
    return [digest for digest in digests if not blobs.place(folder, digest).is_file()]


def changed(folder: Path, digests: Sequence[str]) -> list[str]:
    """Those that are there and are not what their names say."""
    return [
        digest
        for digest in digests
        if blobs.place(folder, digest).is_file() and blobs.read(folder, digest) is None
    ]


def strays(folder: Path, digests: Sequence[str]) -> list[str]:
    """Files that nothing names: of an addition that was killed, or of another store.

    Not those with a second name: they are kept for a store that was replaced (``keep_beside``).
    """
    found = sorted(set(blobs.names(folder)) - set(digests))
    return [digest for digest in found if blobs.place(folder, digest).stat().st_nlink == 1]


# --------------------------------------------------------------------- restore


def unpack(container: Path, folder: Path) -> None:
    """Put the files of a container that was read into a new folder.

    Raises BackupRefused where one is not what its name says.
    """
    try:
        with zipfile.ZipFile(container) as packed:
            for entry in packed.namelist():
                if not entry.startswith(manifest.DOCUMENTS):
                    continue
                digest = entry.removeprefix(manifest.DOCUMENTS)
                target = _room_for(folder, digest)
                found = hashlib.sha256()
                with packed.open(entry) as source, target.open("xb") as into:
                    while part := source.read(_CHUNK):
                        found.update(part)
                        into.write(part)
                if found.hexdigest() != digest:
                    raise BackupRefused(
                        f"{container} rusak: SHA-256 bukti {digest[:12]} tidak cocok"
                    )
    except manifest.BROKEN as error:
        manifest.unless_the_system(error)
        raise BackupRefused(f"{container} rusak: bukti di dalamnya tidak dapat dibaca") from error


def gather(digests: Sequence[str], sources: Iterable[Path], folder: Path) -> None:
    """Put those of the files that are whole in some source, and not there yet, into a folder."""
    for source in sources:
        left = [digest for digest in digests if not blobs.place(folder, digest).exists()]
        for digest, content in whole(source, left):
            _room_for(folder, digest).write_bytes(content)


def keep_beside(target: Path, kept: Path) -> None:
    """Give the old store, under its second name, files of its own: the same, by second names."""
    old, place = blobs.beside(target), blobs.beside(kept)
    for digest in blobs.names(old):
        into = _room_for(place, digest)
        os.link(blobs.place(old, digest), into)
    if place.exists():
        _sync(place)


def bring(copy: Path, target: Path) -> None:
    """Put the files of the copy that is about to take the store's place beside the store."""
    source, place = blobs.beside(copy), blobs.beside(target)
    for digest in blobs.names(source):
        from_there = blobs.place(source, digest)
        from_there.chmod(0o600)
        durable.sync(from_there)
        os.replace(from_there, _room_for(place, digest))
    if place.exists():
        _sync(place)


def drop(kept: Path) -> None:
    """Take away the files of a second name that came to nothing; the first name has them all."""
    shutil.rmtree(blobs.beside(kept), ignore_errors=True)


def _room_for(folder: Path, digest: str) -> Path:
    target = blobs.place(folder, digest)
    folder.mkdir(mode=0o700, exist_ok=True)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    return target


def _sync(folder: Path) -> None:
    for part in (*folder.iterdir(), folder, folder.parent):
        if part.is_dir():
            durable.sync(part)
