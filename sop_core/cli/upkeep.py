"""Copies and a check-up of the store, for its operator alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core import upkeep
from sop_core.cli.common import Command, open_store, print_json
from sop_core.paths import default_database


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("backup", run_backup, "Salin basis data")
    sub.add_argument("file", type=Path)
    sub = command("restore", run_restore, "Pulihkan basis data dari salinan")
    sub.add_argument("file", type=Path)
    command("doctor", run_doctor, "Periksa keutuhan basis data")


def run_backup(options: Any) -> int:
    """Copy the store."""
    with open_store(options) as store:
        upkeep.backup(store, options.file)
    print(f"Basis data disalin ke {options.file}")
    return 0


def run_restore(options: Any) -> int:
    """Put a copy in place of the store."""
    if options.login is not None:
        with open_store(options) as store:
            store.require("pemeliharaan", "perintah")
    kept = upkeep.restore(options.file, options.db or default_database())
    print("Basis data dipulihkan." + (f" Yang lama dipindah ke {kept}" if kept else ""))
    return 0


def run_doctor(options: Any) -> int:
    """Check the store."""
    with open_store(options) as store:
        findings = upkeep.doctor(store)
    if options.json:
        print_json([vars(f) for f in findings])
    else:
        for finding in findings:
            print(f"{finding.check}: {finding.message}")
        if not findings:
            print("Basis data utuh.")
    return 1 if findings else 0
