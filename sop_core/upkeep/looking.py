"""Looking at a file of a store without changing, creating or migrating anything."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sop_core.errors import StoreBusy, StoreDamaged, StoreError, StoreUnreachable
from sop_core.store import faults, migrations

SEEN = "diperiksa"
"""The name under which the file is attached."""
_WAL_HEAD = b"\x64\x00\x62"
"""How every write-ahead log of DuckDB begins: its first entry says its version."""


def wal_of(path: Path) -> Path:
    """The write-ahead log beside a store: what was committed since its last checkpoint."""
    return path.with_name(path.name + ".wal")


def need_store(path: Path) -> None:
    """Raises StoreUnreachable unless a file is there."""
    if path.is_dir():
        raise StoreUnreachable(f"{path} sebuah folder, bukan berkas")
    try:
        there = path.exists()
    except PermissionError as error:
        raise StoreUnreachable(f"{path} tidak dapat dibuka: tidak diizinkan") from error
    if not there:
        raise StoreUnreachable(f"{path} tidak ada; tidak ada yang dibuat")


@contextmanager
def looked_at(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection on which the tables of the file go by their plain names.

    Raises StoreUnreachable where it is missing or cannot be read, StoreBusy where a process
    has it open, StoreDamaged where it does not open.
    """
    need_store(path)
    if in_use(path):
        raise StoreBusy(
            f"{path} sedang dipakai proses lain (aplikasi yang berjalan?); hentikan dulu"
        )
    wal = wal_of(path)
    if wal.exists() and wal.stat().st_size and not _is_wal(wal):
        # DuckDB passes over a log that it cannot read, and what was committed in it is lost.
        raise StoreDamaged(f"{wal} rusak: bukan catatan perubahan (WAL) basis data")
    with duckdb.connect() as connection:
        # ATTACH takes no bound parameter; the path is quoted.
        quoted = str(path).replace("'", "''")
        try:
            with faults.translated(str(path), "dibuka"):
                connection.execute(f"ATTACH '{quoted}' AS {SEEN} (READ_ONLY)")
        except StoreError:
            raise
        except duckdb.Error as error:
            said = " ".join(str(error).split())[:160]
            raise StoreDamaged(f"{path} rusak dan tidak dapat dibuka ({said})") from error
        connection.execute(f"USE {SEEN}")
        # What a view of a foreign file names outside of it stays unread.
        connection.execute("SET enable_external_access = false")
        yield connection


def schema_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The schema's number. Raises StoreDamaged for a file not ours, empty, or too new."""
    try:
        row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    except duckdb.Error as error:
        raise StoreDamaged(f"{path} bukan basis data Pantau SOP") from error
    if row is None or row[0] is None:
        raise StoreDamaged(f"{path} kosong: tidak memuat skema Pantau SOP")
    if not isinstance(row[0], int):
        raise StoreDamaged(f"{path} rusak: nomor skemanya bukan bilangan bulat")
    if row[0] > max(migrations()):
        raise StoreDamaged(
            f"{path} ditulis versi yang lebih baru (skema {row[0]}); perbarui aplikasi ini"
        )
    return int(row[0])


def row_counts(connection: duckdb.DuckDBPyConnection, database: str = SEEN) -> dict[str, int]:
    """Rows of every table, by name."""
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = $name"
        " AND schema_name = 'main' ORDER BY table_name",
        {"name": database},
    ).fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(f'SELECT count(*) FROM "{database}".main."{table}"').fetchone()  # noqa: S608
        counts[table] = int(row[0]) if row else 0
    return counts


def _is_wal(wal: Path) -> bool:
    with wal.open("rb") as file:
        return file.read(len(_WAL_HEAD)) == _WAL_HEAD


def in_use(path: Path) -> bool:
    """Whether a process, this one included, has the file open as a database."""
    # First without opening: to close a file lets go of every lock this process has on it.
    if _open_here(path):
        return True
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False  # the opening that follows says why
    try:
        return not lock(handle)
    finally:
        os.close(handle)


def _open_here(path: Path) -> bool:
    """Whether this process has the file locked, as Linux lists it."""
    try:
        found = path.stat()
    except OSError:
        return False
    there = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    with open("/proc/locks", encoding="utf-8") as listed:
        return any({str(os.getpid()), there} <= set(line.split()) for line in listed)


def lock(handle: int) -> bool:
    """Lock an open file as DuckDB does, until the handle is closed; False if another has it.

    A lock of the open file, not of the process: DuckDB's own would else be let go with it.
    """
    whole_file = struct.pack("hhqqi0q", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
    try:
        fcntl.fcntl(handle, fcntl.F_OFD_SETLK, whole_file)
    except (BlockingIOError, PermissionError):
        return False
    return True
