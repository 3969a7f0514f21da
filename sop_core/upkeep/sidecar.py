"""What a backup says of itself, in a small file beside it.

Beside and not inside: a digest over every byte of the file cannot stand in the file, and the
store's own tables stay what the migrations make them.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

import duckdb

from sop_core.errors import BackupRefused
from sop_core.indonesian import now

_SUFFIX = ".manifes.json"


@dataclass(frozen=True)
class Manifest:
    """``rows`` by table; ``sha256`` over the file."""

    schema: int
    rows: dict[str, int]
    sha256: str
    made_at: str
    made_by: str


def beside(file: Path) -> Path:
    """Where the manifest of a backup stands."""
    return file.with_name(file.name + _SUFFIX)


def of(file: Path) -> Manifest:
    """Taken from the file itself, opened to read only."""
    with duckdb.connect(str(file), read_only=True) as connection:
        row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
        counted = rows(connection)
    made_by = f"pantau {version('pantau-sop')}, duckdb {duckdb.__version__}"
    return Manifest(row[0] if row else 0, counted, digest(file), str(now()), made_by)


def rows(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Rows a table."""
    tables = connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    counted = {}
    for (table,) in tables:
        row = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()  # noqa: S608
        counted[table] = int(row[0]) if row else 0
    return counted


def digest(file: Path) -> str:
    """SHA-256 over every byte."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write(manifest: Manifest, file: Path) -> None:
    """Kept beside ``file``, whole or not at all."""
    aside = file.with_name(file.name + ".manifes-sebagian")
    aside.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    sync(aside)
    os.replace(aside, beside(file))


def read(file: Path) -> Manifest | None:
    """None for a backup from before there were manifests. Raises BackupRefused."""
    try:
        return Manifest(**json.loads(beside(file).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise BackupRefused(f"{beside(file)} tidak terbaca sebagai manifes cadangan") from error


def sync(place: Path) -> None:
    """Have a file, or the names in a folder, on the disk before going on."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
