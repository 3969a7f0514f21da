"""The check-up of a file that no process has open; the file is only read."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb

from sop_core import blobs, reference
from sop_core.definition import load_revisions
from sop_core.errors import StoreBusy, StoreError
from sop_core.store import Store, migrations
from sop_core.upkeep import looking
from sop_core.upkeep.doctor import Finding, doctor, doctor_of


def doctor_file(path: Path) -> list[Finding]:
    """Everything that is wrong with a store at rest; it is not migrated, created or changed.

    One that another version wrote last is judged as this version would open it: by a copy in
    a folder for the time being. Raises StoreUnreachable where it is not there, StoreBusy where
    it is open.
    """
    looking.need_store(path)
    try:
        with looking.looked_at(path) as connection:
            if not _outdated(connection, path):
                return doctor_of(connection, load_revisions(), blobs.folder_of(path))
        return _brought_up_to_date(path)
    except StoreBusy:
        raise
    except StoreError as error:
        return [Finding("berkas", str(error))]
    except duckdb.Error as error:
        return [Finding("berkas", f"{path} rusak: {' '.join(str(error).split())[:160]}")]


def _outdated(connection: duckdb.DuckDBPyConnection, path: Path) -> bool:
    if looking.schema_of(connection, path) < max(migrations()):
        return True
    row = connection.execute("SELECT value FROM meta WHERE key = 'reference'").fetchone()
    # A value that no version writes is damage, for the check-up to tell.
    mark = row[0] if row is not None else None
    return isinstance(mark, str) and len(mark) == 64 and mark != reference.fingerprint()


def _brought_up_to_date(path: Path) -> list[Finding]:
    with tempfile.TemporaryDirectory(prefix="pantau-periksa-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        if looking.wal_of(path).exists():
            shutil.copyfile(looking.wal_of(path), looking.wal_of(copy))
        with Store(copy) as store:
            return doctor(store, blobs.folder_of(path))
