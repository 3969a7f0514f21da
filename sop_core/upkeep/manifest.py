"""A backup is one file: a zip, not compressed, of the database and of what it must be.

One file, so that the manifest cannot be left behind; a zip, because its list of contents
stands at the end: half a copy is not a zip and can never pass for a whole one. Any program
opens it, and what is in it opens with DuckDB.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

from sop_core.errors import BackupRefused

DATABASE = "pantau.duckdb"
MANIFEST = "manifest.json"
DOCUMENTS = "bukti/"
"""Before the SHA-256 of a document, by which its entry is called."""
PROGRAM = "pantau-sop"
_DOCUMENT = re.compile(re.escape(DOCUMENTS) + "[0-9a-f]{64}")
_CHUNK = 1 << 20
_LONGEST_MANIFEST = 1 << 20
# What zipfile raises for a container with a wrong byte: a place before the file's start, a
# version or a way of packing that it does not know, a password.
BROKEN = (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError, OSError)


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: ``made_at`` on a clock in Jakarta, ``rows`` by table, size in bytes.

    ``documents`` is how many files of evidence are in it, ``documents_sha256`` the digest over
    their names, which are their digests; containers from before there was evidence say neither.
    """

    program: str
    version: str
    made_at: str
    schema: int
    rows: dict[str, int]
    size: int
    sha256: str
    documents: int = 0
    documents_sha256: str = ""

    @property
    def moment(self) -> dt.datetime:
        """When it was made; raises ValueError where the manifest does not say it as we do."""
        return dt.datetime.fromisoformat(self.made_at)

    @property
    def reads(self) -> bool:
        """Whether each part is of its kind; JSON takes anything anywhere."""
        texts = (self.program, self.version, self.made_at, self.sha256, self.documents_sha256)
        return (
            all(isinstance(text, str) for text in texts)
            and all(type(number) is int for number in (self.schema, self.size, self.documents))
            and isinstance(self.rows, dict)
            and all(type(number) is int for number in self.rows.values())
        )


def version() -> str:
    """Of this program, as installed."""
    try:
        return metadata.version(PROGRAM)
    except metadata.PackageNotFoundError:
        return "-"


def pack(
    database: Path,
    container: Path,
    made_at: dt.datetime,
    schema: int,
    rows: dict[str, int],
    documents: Iterable[tuple[str, bytes]] = (),
) -> Manifest:
    """Write the container; the digest is of the bytes that went into it.

    ``documents`` are files of evidence, each with the SHA-256 that it goes by.
    """
    digest = hashlib.sha256()
    names = []
    with zipfile.ZipFile(container, "w", zipfile.ZIP_STORED) as packed:
        with database.open("rb") as source, packed.open(DATABASE, "w", force_zip64=True) as into:
            while part := source.read(_CHUNK):
                digest.update(part)
                into.write(part)
        for name, content in documents:
            packed.writestr(DOCUMENTS + name, content)
            names.append(name)
        manifest = Manifest(
            PROGRAM,
            version(),
            made_at.isoformat(timespec="seconds"),
            schema,
            rows,
            database.stat().st_size,
            digest.hexdigest(),
            len(names),
            _of_names(names),
        )
        packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
    container.chmod(0o600)
    return manifest


def _of_names(names: Iterable[str]) -> str:
    """One digest over the names of documents; nothing for none, as containers of before say."""
    told = "\n".join(sorted(names))
    return hashlib.sha256(told.encode()).hexdigest() if told else ""


def is_container(path: Path) -> bool:
    """Whether a file begins as a container does; half a copy of one does too."""
    with path.open("rb") as file:
        return file.read(4) == b"PK\x03\x04"


def read(path: Path) -> Manifest:
    """The manifest of a whole container. Raises BackupRefused for anything else."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = {part.filename: part for part in packed.infolist()}
            documents = [n.removeprefix(DOCUMENTS) for n in parts if _DOCUMENT.fullmatch(n)]
            if (
                not {DATABASE, MANIFEST} <= parts.keys()
                or len(packed.namelist()) != len(documents) + 2
            ):
                raise BackupRefused(f"{path} bukan cadangan Pantau SOP")
            if any(p.compress_type != zipfile.ZIP_STORED for p in parts.values()):
                raise BackupRefused(f"{path} bukan cadangan Pantau SOP: isinya dimampatkan")
            if parts[MANIFEST].file_size > _LONGEST_MANIFEST:
                raise BackupRefused(f"{path} rusak: manifesnya terlalu panjang")
            manifest = Manifest(**json.loads(packed.read(MANIFEST)))
            size = parts[DATABASE].file_size
    except BackupRefused:
        raise
    except RecursionError as error:
        raise BackupRefused(f"{path} rusak: manifesnya tidak dapat dibaca") from error
    except BROKEN as error:
        unless_the_system(error)
        raise BackupRefused(f"{path} tidak utuh: berkas terpotong atau rusak") from error
    except (TypeError, ValueError, KeyError) as error:
        raise BackupRefused(f"{path} rusak: manifesnya tidak dapat dibaca") from error
    if not manifest.reads:
        raise BackupRefused(f"{path} rusak: manifesnya tidak dapat dibaca")
    told = (PROGRAM, size, len(documents), _of_names(documents))
    if told != (manifest.program, manifest.size, manifest.documents, manifest.documents_sha256):
        raise BackupRefused(f"{path} rusak: manifes dan isinya tidak cocok")
    return manifest


def unless_the_system(error: Exception) -> None:
    """Raises again what the disk said; a place that there is not was said by the file."""
    if isinstance(error, OSError) and error.errno != errno.EINVAL:
        raise error


def unpack(path: Path, database: Path) -> Manifest:
    """Put the database of a container into a new file. Raises BackupRefused unless it is it."""
    manifest = read(path)
    digest = hashlib.sha256()
    try:
        with (
            zipfile.ZipFile(path) as packed,
            packed.open(DATABASE) as source,
            database.open("xb") as into,
        ):
            while part := source.read(_CHUNK):
                digest.update(part)
                into.write(part)
    except BROKEN as error:
        unless_the_system(error)
        raise BackupRefused(f"{path} rusak: isi basis data tidak cocok dengan manifes") from error
    if digest.hexdigest() != manifest.sha256:
        raise BackupRefused(f"{path} rusak: SHA-256 basis data tidak cocok dengan manifes")
    database.chmod(0o600)
    return manifest
