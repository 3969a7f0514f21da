"""A backup put in place of the store: looked at first, exchanged in one step, the old one kept.

    1. a copy in a workshop of its own, checked and brought up to this version
    2. what the old store's log holds goes into its file
    3. the old file gets a second name, its documents too; the copy's documents come beside it
    4. the copy takes its first name: one rename

Until the rename the store is what it was, after it what the backup was.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from sop_core import blobs
from sop_core.errors import BackupRefused, StoreBusy, StoreDamaged, StoreUnreachable
from sop_core.indonesian import format_number, now
from sop_core.store import Store, faults, migrations
from sop_core.upkeep import attachments, durable, looking, manifest
from sop_core.upkeep.checkup import doctor_file
from sop_core.upkeep.doctor import ATTACHED
from sop_core.upkeep.manifest import Manifest

PURPOSE = "pemulihan"
_BEFORE = "sebelum"


@dataclass(frozen=True)
class Restored:
    """``kept``: where the replaced store is now; ``notes``: what a reader should know."""

    kept: Path | None
    notes: list[str]


def restore(source: Path, target: Path) -> Restored:
    """Put a backup in place of the store at ``target``.

    Raises BackupRefused, StoreDamaged or StoreUnreachable, with nothing replaced, for a backup
    that is not whole, not ours, not sound or not there, and StoreBusy where the store is open.
    """
    if not source.is_file():
        what = "sebuah folder, bukan berkas" if source.is_dir() else "tidak ada"
        raise StoreUnreachable(f"{source} {what}")
    if target.is_dir():
        raise StoreUnreachable(f"{target} sebuah folder, bukan berkas")
    with faults.translated(str(target), "ditulis"):
        target.parent.mkdir(parents=True, exist_ok=True)
        with durable.alone(target.parent) as alone:
            if not alone:
                raise BackupRefused(f"pemulihan lain sedang berjalan di {target.parent}")
            _refuse_if_open(target)
            _finish_an_older(target)
            with durable.workshop(target, PURPOSE) as place:
                copy = place / manifest.DATABASE
                notes = _fetched(source, copy, blobs.beside(target))
                durable.sync(copy)
                kept = _exchange(copy, target)
    return Restored(kept, notes)


# ------------------------------------------------------------------- the backup


def _fetched(source: Path, copy: Path, present: Path) -> list[str]:
    """Copy a backup and look at it; returns notes. Raises unless it may take a store's place.

    ``present`` are the documents of the store that is replaced; an older copy may need them.
    """
    if looking.in_use(source):
        raise StoreBusy(f"{source} sedang dipakai; salin dengan pantau backup")
    notes = []
    said: Manifest | None = None
    if manifest.is_container(source):
        said = manifest.unpack(source, copy)
        attachments.unpack(source, blobs.beside(copy))
    else:
        # A copy made before there were manifests, or by other means.
        with _as_a_backup(source), looking.looked_at(source) as connection:
            looking.schema_of(connection, source)
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        if looking.wal_of(source).exists():
            shutil.copyfile(looking.wal_of(source), looking.wal_of(copy))
            notes.append(f"Isi {looking.wal_of(source).name} di sampingnya ikut dipulihkan.")
        notes.append("Salinan ini tanpa manifes: jumlah barisnya tidak dapat dicocokkan.")
    with _as_a_backup(source, copy):
        schema = _compared(source, copy, said)
        if schema < max(migrations()):
            notes.append(f"Skema {schema} dimutakhirkan ke {max(migrations())}.")
        # Brings it up to this version, and what its log holds into the file.
        Store(copy).close()
        if looking.wal_of(copy).exists():
            raise StoreDamaged(f"{source} rusak: catatan perubahannya (WAL) tidak dapat dibaca")
        with looking.looked_at(copy) as connection:
            named = attachments.named(connection, looking.SEEN)
        attachments.gather(named, (blobs.folder_of(source), present), blobs.beside(copy))
        # What was lost before the backup is no reason to be without the rest.
        findings = [f for f in doctor_file(copy) if f.check != ATTACHED]
        without = len(named) - len(list(blobs.names(blobs.beside(copy))))
        if without:
            notes.append(f"{format_number(without)} berkas bukti tidak ada dalam salinan ini.")
    if findings:
        more = f" (dan {len(findings) - 1} temuan lain)" if len(findings) > 1 else ""
        raise StoreDamaged(f"{source} rusak: {findings[0].message}{more}")
    return notes


def _compared(source: Path, copy: Path, said: Manifest | None) -> int:
    """Hold a copy against what its manifest says; returns its schema."""
    with looking.looked_at(copy) as connection:
        schema = looking.schema_of(connection, copy)
        if said is None:
            return schema
        if schema != said.schema:
            raise BackupRefused(f"{source} rusak: skema {schema}, menurut manifes {said.schema}")
        rows = looking.row_counts(connection)
    for table in sorted(said.rows.keys() | rows.keys()):
        if rows.get(table) != said.rows.get(table):
            raise BackupRefused(
                f"{source} rusak: tabel {table} memuat {rows.get(table, 0)} baris,"
                f" menurut manifes {said.rows.get(table, 0)}"
            )
    return schema


@contextmanager
def _as_a_backup(source: Path, copy: Path | None = None) -> Iterator[None]:
    """What is wrong with the copy is said of the file that was given."""
    try:
        yield
    except StoreBusy as error:
        raise StoreBusy(f"{source} sedang dipakai; salin dengan pantau backup") from error
    except StoreDamaged as error:
        raise StoreDamaged(str(error).replace(str(copy or source), str(source))) from error
    except duckdb.Error as error:
        said = " ".join(str(error).split())[:160]
        raise StoreDamaged(f"{source} rusak dan tidak dapat dibuka ({said})") from error


# -------------------------------------------------------------------- the store


def _refuse_if_open(target: Path) -> None:
    if looking.in_use(target):
        raise StoreBusy(
            f"{target} sedang dipakai; hentikan dulu aplikasinya, pulihkan, lalu jalankan lagi"
        )


def _finish_an_older(target: Path) -> None:
    """A restore that was killed may have left a second name of the store that is still in place."""
    for second in target.parent.glob(f"*.{_BEFORE}-*{target.suffix}"):
        if target.exists() and second.is_file() and second.samefile(target):
            attachments.drop(second)
            second.unlink()


def _exchange(copy: Path, target: Path) -> Path | None:
    """Returns the name under which the old store is kept."""
    kept = None
    if target.exists():
        settled = _settle(target)
        handle = os.open(target, os.O_RDWR)
        try:
            # Nobody opens the old store between here and the rename.
            if not looking.lock(handle):
                _refuse_if_open(target)
            kept = _second_name(target)
            if not settled:
                _move_log(target, kept)
            attachments.keep_beside(target, kept)
            attachments.bring(copy, target)
            os.replace(copy, target)
        finally:
            os.close(handle)
    else:
        # A log without its store would be taken for the new one's.
        _move_log(target, target.with_name(f"{target.stem}.{_BEFORE}-{_stamp()}{target.suffix}"))
        attachments.bring(copy, target)
        os.replace(copy, target)
    durable.sync(target.parent)
    return kept


def _settle(target: Path) -> bool:
    """Bring what the store's log holds into its file; False where it is too damaged for that."""
    if not looking.wal_of(target).exists():
        return True
    try:
        with looking.looked_at(target):
            pass
        with faults.translated(str(target), "dibuka"):
            duckdb.connect(str(target)).close()
    except (StoreDamaged, duckdb.Error):
        return False  # it is being replaced for that, and is kept with its log
    return not looking.wal_of(target).exists()


def _second_name(target: Path) -> Path:
    stamp, number = _stamp(), 1
    while True:
        extra = "" if number == 1 else f"-{number}"
        kept = target.with_name(f"{target.stem}.{_BEFORE}-{stamp}{extra}{target.suffix}")
        with suppress(FileExistsError):
            os.link(target, kept)
            durable.sync(target.parent)
            return kept
        number += 1


def _move_log(target: Path, kept: Path) -> None:
    with suppress(FileNotFoundError):
        os.rename(looking.wal_of(target), looking.wal_of(kept))


def _stamp() -> str:
    return now().strftime("%Y%m%d-%H%M%S")
