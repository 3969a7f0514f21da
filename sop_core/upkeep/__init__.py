"""Backup, restore and a check-up of the store."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

from sop_core.errors import StoreDamaged
from sop_core.store import Store
from sop_core.upkeep.doctor import Finding, doctor

__all__ = ["Finding", "backup", "doctor", "restore"]


def backup(store: Store, target: Path) -> None:
    """Copy the whole store into a new file, consistent as of now.

    Raises FileExistsError rather than overwrite, AccessDenied for anyone but the operator.
    """
    store.require("pemeliharaan", "perintah")
    if target.exists():
        raise FileExistsError(f"{target} sudah ada; pilih nama lain")
    target.parent.mkdir(parents=True, exist_ok=True)
    with store.cursor() as cursor:
        row = cursor.execute("SELECT current_database()").fetchone()
        assert row is not None
        name = str(target).replace("'", "''")
        # ATTACH takes no bound parameter; the path is quoted.
        cursor.execute(f"ATTACH '{name}' AS copy_target")
        try:
            cursor.execute(f'COPY FROM DATABASE "{row[0]}" TO copy_target')
        finally:
            cursor.execute("DETACH copy_target")


def restore(source: Path, target: Path) -> Path | None:
    """Put a backup in place of the store; returns where the replaced store was moved.

    Raises FileNotFoundError, or StoreDamaged if the backup does not open as ours. The
    store at ``target`` must not be open.
    """
    if not source.exists():
        raise FileNotFoundError(f"{source} tidak ada")
    trial = target.with_name(target.name + ".pemulihan")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, trial)
    try:
        with Store(trial) as store:
            problems = doctor(store)
        if problems:
            raise StoreDamaged(f"{source}: {problems[0].message}")
    except BaseException:
        trial.unlink(missing_ok=True)
        raise
    kept = None
    if target.exists():
        stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%d-%H%M%S")
        kept = target.with_name(f"{target.stem}.sebelum-{stamp}{target.suffix}")
        os.replace(target, kept)
    os.replace(trial, target)
    return kept
