"""Copies and a check-up of the store, for its operator alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from sop_core import upkeep
from sop_core.cli.common import Command, open_store, print_json
from sop_core.errors import StoreBusy, UsageError
from sop_core.indonesian import now
from sop_core.paths import default_database
from sop_core.store import Store
from sop_core.upkeep import looking

T = TypeVar("T")


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("backup", run_backup, "Salin basis data, juga selagi aplikasi berjalan")
    sub.add_argument("file", type=Path, nargs="?", default=None)
    sub.add_argument(
        "--daily", action="store_true",
        help="cadangan hari ini ke folder PANTAU_BACKUPS, bila belum ada",
    )  # fmt: skip
    sub = command("restore", run_restore, "Pulihkan basis data dari salinan")
    sub.add_argument("file", type=Path)
    command("doctor", run_doctor, "Periksa keutuhan basis data; tidak mengubahnya")


def run_backup(options: Any) -> int:
    """Copy the store, or see to the backup of the day."""
    if options.daily == (options.file is not None):
        raise UsageError("backup memerlukan nama berkas, atau --daily")
    place = _allowed(options)
    if options.daily:
        made = _at_rest_or_at_the_desk(place, _daily, "daily")
        said = (
            f"Cadangan hari ini: {made}" if made else "Tidak ada yang perlu dicadangkan hari ini."
        )
    else:
        made = options.file.absolute()
        _at_rest_or_at_the_desk(place, lambda at: upkeep.backup_file(at, made), "backup", str(made))
        said = f"Basis data disalin ke {options.file}"
    if options.json:
        print_json({"file": made})
    else:
        print(said)
    return 0


def run_restore(options: Any) -> int:
    """Put a copy in place of the store."""
    place = options.db or default_database()
    if options.login is not None:
        _allowed(options)
    done = upkeep.restore(options.file, place)
    if options.json:
        print_json(asdict(done))
        return 0
    print("Basis data dipulihkan." + (f" Yang lama disimpan di {done.kept}" if done.kept else ""))
    for note in done.notes:
        print(note)
    return 0


def run_doctor(options: Any) -> int:
    """Check the store."""
    place = _allowed(options)
    findings = _at_rest_or_at_the_desk(
        place, lambda at: [asdict(f) for f in upkeep.doctor_file(at)], "doctor"
    )
    if options.json:
        print_json(findings)
    else:
        for finding in findings:
            print(f"{finding['check']}: {finding['message']}")
        if not findings:
            print("Basis data utuh.")
    return 1 if findings else 0


def _allowed(options: Any) -> Path:
    """The store's file, which must be there; nothing is made of one that is not.

    Raises AccessDenied, kept in the audit, for an account of ``--as``.
    """
    place: Path = options.db or default_database()
    looking.need_store(place)
    if options.login is not None:
        with open_store(options) as store:
            store.require("pemeliharaan", "perintah")
    return place


def _at_rest_or_at_the_desk(
    place: Path, work: Callable[[Path], T], act: str, file: str = ""
) -> T | Any:
    """Do it here where nobody has the store open, else have the app that has it do it."""
    try:
        return work(place)
    except StoreBusy:
        return upkeep.desk.ask(place, act, file)


def _daily(place: Path) -> Path | None:
    if looking.in_use(place):
        raise StoreBusy(str(place))
    with Store(place) as store:
        return upkeep.daily(store, now())
