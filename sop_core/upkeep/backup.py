"""A copy of the whole store of one moment, while it is in use or at rest."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import duckdb

from sop_core import blobs
from sop_core.errors import BackupRefused
from sop_core.indonesian import now
from sop_core.store import Store, faults
from sop_core.upkeep import attachments, durable, looking, manifest
from sop_core.upkeep.manifest import Manifest

log = logging.getLogger(__name__)
UNFINISHED = "belum-selesai"
"""In the name of the folder in which a backup is made."""
_COPY = "salinan_cadangan"


def backup(store: Store, target: Path, made_at: dt.datetime | None = None) -> Manifest:
    """Copy an open store into a new file; nobody who reads or writes waits for it.

    Raises BackupRefused rather than overwrite, StoreUnreachable where there is no room or no
    permission, AccessDenied for anyone but the operator.
    """
    store.require("pemeliharaan", "perintah")
    with store.cursor() as cursor:
        row = cursor.execute("SELECT current_database()").fetchone()
        assert row is not None
        return _copy(cursor, str(row[0]), blobs.of(store), target, made_at or now())


def backup_file(path: Path, target: Path, made_at: dt.datetime | None = None) -> Manifest:
    """Copy a store that no process has open; the store itself is only read.

    Raises as ``backup`` does, StoreBusy where it is open, StoreUnreachable where it is not there.
    """
    with looking.looked_at(path) as connection:
        looking.schema_of(connection, path)
    # Looking allows no file but the one looked at; the copy is another.
    with duckdb.connect() as connection:
        with faults.translated(str(path), "dibuka"):
            connection.execute(f"ATTACH '{_quoted(path)}' AS {looking.SEEN} (READ_ONLY)")
        folder = blobs.folder_of(path)
        return _copy(connection, looking.SEEN, folder, target, made_at or now())


def _copy(
    cursor: duckdb.DuckDBPyConnection,
    database: str,
    folder: Path,
    target: Path,
    made_at: dt.datetime,
) -> Manifest:
    with faults.translated(str(target), "ditulis"):
        if target.exists():
            raise BackupRefused(f"{target} sudah ada; pilih nama lain")
        target.parent.mkdir(parents=True, exist_ok=True)
        with durable.workshop(target, UNFINISHED) as place:
            made = place / manifest.DATABASE
            rows = _copied(cursor, database, made)
            kept, named = _checked(made, rows)
            container = place / "cadangan.zip"
            # A document is on the disk before a row names it, and none is ever taken away.
            documents = attachments.whole(folder, named)
            written = manifest.pack(made, container, made_at, kept, rows, documents)
            if written.documents < len(named):
                log.error("documents lost or changed: %d", len(named) - written.documents)
            try:
                durable.publish(container, target)
            except FileExistsError as error:
                raise BackupRefused(f"{target} sudah ada; pilih nama lain") from error
    return written


def _copied(cursor: duckdb.DuckDBPyConnection, database: str, made: Path) -> dict[str, int]:
    """Copy everything into a new file; returns the rows that were there at that moment."""
    cursor.execute(f"ATTACH '{_quoted(made)}' AS {_COPY}")
    try:
        # One transaction: the counts are of the moment that is copied.
        cursor.begin()
        try:
            rows = looking.row_counts(cursor, database)
            cursor.execute(f'COPY FROM DATABASE "{database}" TO {_COPY}')
        except BaseException:
            cursor.rollback()
            raise
        cursor.commit()
    finally:
        cursor.execute(f"DETACH {_COPY}")
    return rows


def _checked(made: Path, rows: dict[str, int]) -> tuple[int, list[str]]:
    """Read the copy back; returns its schema, and the documents that it names."""
    with looking.looked_at(made) as connection:
        if looking.row_counts(connection) != rows:
            raise BackupRefused("salinan tidak sama dengan basis data; tidak ada yang disimpan")
        schema = looking.schema_of(connection, made)
        return schema, attachments.named(connection, looking.SEEN)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
