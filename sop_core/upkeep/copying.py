"""Backups: made aside, put in place only whole; checked before they replace a store."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from sop_core.errors import BackupRefused, StoreDamaged
from sop_core.store import Store, faults
from sop_core.upkeep import sidecar
from sop_core.upkeep.doctor import doctor


def backup(store: Store, target: Path) -> None:
    """Copy the whole store into a new file, consistent as of now, its manifest beside it.

    Raises FileExistsError rather than overwrite, AccessDenied for anyone but the operator,
    StoreUnreachable where there is no room or no permission.
    """
    store.require("pemeliharaan", "perintah")
    if target.exists() or sidecar.beside(target).exists():
        raise FileExistsError(f"{target} sudah ada; pilih nama lain")
    aside = target.with_name(f"{target.name}.sebagian-{os.getpid()}")
    with faults.translated(str(target), "ditulis"):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(store, aside)
            aside.chmod(0o600)
            sidecar.sync(aside)
            # The manifest first: a backup under its final name always has one.
            sidecar.write(sidecar.of(aside), target)
            os.rename(aside, target)
            sidecar.sync(target.parent)
        finally:
            aside.unlink(missing_ok=True)


def _copy(store: Store, aside: Path) -> None:
    with store.cursor() as cursor:
        row = cursor.execute("SELECT current_database()").fetchone()
        assert row is not None
        name = str(aside).replace("'", "''")
        # ATTACH takes no bound parameter; the path is quoted.
        cursor.execute(f"ATTACH '{name}' AS copy_target")
        try:
            cursor.execute(f'COPY FROM DATABASE "{row[0]}" TO copy_target')
        finally:
            cursor.execute("DETACH copy_target")


def restore(source: Path, target: Path) -> Path | None:
    """Put a backup in place of the store; returns where the replaced store is kept.

    Raises FileNotFoundError, BackupRefused, StoreDamaged for a backup that is not whole or not
    ours, StoreBusy while the store at ``target`` is open.
    """
    if not source.exists():
        raise FileNotFoundError(f"{source} tidak ada")
    if source.is_dir() or target.is_dir():
        raise BackupRefused(f"{source if source.is_dir() else target} sebuah folder, bukan berkas")
    if source.with_name(source.name + ".wal").exists():
        raise BackupRefused(
            f"{source} bukan cadangan yang selesai: ada {source.name}.wal di sampingnya;"
            " buat cadangan dengan pantau backup"
        )
    with faults.translated(str(target), "ditulis"):
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target):
            trial = target.with_name(target.name + ".pemulihan")
            _forget(trial)
            try:
                shutil.copyfile(source, trial)
                trial.chmod(0o600)
                _check(source, trial)
                sidecar.sync(trial)
                kept = _set_aside(target)
                os.replace(trial, target)
                sidecar.sync(target.parent)
            finally:
                _forget(trial)
    return kept


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One restore at a time; the lock goes with its process."""
    with target.with_name(target.name + ".kunci").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRefused(f"pemulihan lain ke {target} sedang berjalan") from error
        yield


def _forget(trial: Path) -> None:
    trial.unlink(missing_ok=True)
    trial.with_name(trial.name + ".wal").unlink(missing_ok=True)


def _check(source: Path, trial: Path) -> None:
    """Raises StoreDamaged unless the copy is what its manifest says, ours and sound."""
    said = sidecar.read(source)
    if said is not None and sidecar.digest(trial) != said.sha256:
        raise StoreDamaged(f"{source}: isinya berbeda dari manifesnya (SHA-256)")
    with faults.translated(str(source), "dibuka"), duckdb.connect(str(trial), read_only=True) as c:
        rows = sidecar.rows(c)
    if "schema_version" not in rows or not rows["schema_version"] or "activity" not in rows:
        raise StoreDamaged(f"{source} kosong atau bukan basis data Pantau SOP")
    if said is not None and rows != said.rows:
        raise StoreDamaged(f"{source}: jumlah barisnya berbeda dari manifesnya")
    with Store(trial) as store:  # brings an earlier schema up to this one
        problems = doctor(store)
    if problems:
        raise StoreDamaged(f"{source}: {problems[0].message}")


def _set_aside(target: Path) -> Path | None:
    """A second name for the store that is replaced, so that ``target`` is never without one."""
    if not target.exists():
        return None
    wal = target.with_name(target.name + ".wal")
    try:
        with faults.translated(str(target), "dibuka"):
            duckdb.connect(str(target)).close()  # what its WAL holds goes into the file
    except StoreDamaged:
        pass_on = wal.exists()  # it is being replaced for that
    else:
        pass_on = False
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S-%f")
    kept = target.with_name(f"{target.stem}.sebelum-{stamp}{target.suffix}")
    os.link(target, kept)  # refuses a name that is taken
    if pass_on:
        os.rename(wal, kept.with_name(kept.name + ".wal"))
    return kept
