"""Backup, restore and a check-up of the store."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from sop_core import facts
from sop_core.errors import StoreDamaged
from sop_core.importing.contract import SHEETS
from sop_core.store import Store


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


@dataclass(frozen=True)
class Finding:
    """Something wrong in the store."""

    check: str
    message: str


def doctor(store: Store) -> list[Finding]:
    """Check that keys are unique, records have their case, and facts match the records."""
    store.require("pemeliharaan", "perintah")
    found = []
    for sheet in SHEETS:
        key = ", ".join(sheet.key)
        doubled = store.one(
            f"SELECT count(*) FROM (SELECT 1 FROM {sheet.table} GROUP BY {key} HAVING count(*) > 1)"  # noqa: S608
        )
        if doubled:
            found.append(Finding("kunci", f"{doubled} kunci ganda pada {sheet.name}"))
    orphans = store.one("SELECT count(*) FROM step_record ANTI JOIN sop_case USING (case_id)")
    if orphans:
        found.append(Finding("langkah", f"{orphans} langkah tanpa kegiatan"))
    unknown = store.one(
        "SELECT count(*) FROM sop_case WHERE unit_code NOT IN (SELECT code FROM unit)"
    )
    if unknown:
        found.append(Finding("unit", f"{unknown} kegiatan pada unit yang tidak terdaftar"))
    with store.cursor() as cursor:
        lost = len(facts.lost_records(cursor))
    if lost:
        found.append(Finding("fakta", f"{lost} langkah tidak ada pada revisi SOP kegiatannya"))
    return found
