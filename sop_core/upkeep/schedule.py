"""A backup a day, and which of them are kept."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sop_core.errors import PantauError, UsageError
from sop_core.indonesian import now
from sop_core.store import Store
from sop_core.upkeep import manifest
from sop_core.upkeep.backup import backup

log = logging.getLogger(__name__)
_LOOK_EVERY = 3600
"""Seconds between two looks at whether today's backup is there."""
_FOLDER = "cadangan"
_ENDING = ".zip"


@dataclass(frozen=True)
class Keep:
    """How many are kept: the last of each of so many days, weeks (ISO) and months with one."""

    days: int = 7
    weeks: int = 5
    months: int = 12


def keep_rule() -> Keep:
    """``PANTAU_BACKUPS_KEEP`` as ``days,weeks,months``; raises UsageError for anything else."""
    written = os.environ.get("PANTAU_BACKUPS_KEEP", "").strip()
    if not written:
        return Keep()
    parts = re.fullmatch(r"(\d{1,4}),(\d{1,4}),(\d{1,4})", written.replace(" ", ""))
    if parts is None or int(parts[1]) < 1:
        raise UsageError(
            f"PANTAU_BACKUPS_KEEP {written}: tulis hari,minggu,bulan, paling sedikit 1 hari"
        )
    return Keep(*map(int, parts.groups()))


def folder_of(store: Path) -> Path:
    """Where daily backups go: ``PANTAU_BACKUPS``, else ``cadangan/`` beside the store."""
    return Path(os.environ.get("PANTAU_BACKUPS") or store.parent / _FOLDER)


def kept(days: Iterable[dt.date], rule: Keep) -> set[dt.date]:
    """The days whose backups stay."""
    newest_first = sorted(set(days), reverse=True)
    stay = set(newest_first[: rule.days])
    for many, period in (
        (rule.weeks, lambda day: day.isocalendar()[:2]),
        (rule.months, lambda day: (day.year, day.month)),
    ):
        last: dict[tuple[int, ...], dt.date] = {}
        for day in newest_first:
            last.setdefault(period(day), day)
        stay |= set(list(last.values())[:many])
    return stay


def daily(store: Store, at: dt.datetime) -> Path | None:
    """Make the backup of the day unless it is there; then let go of those past the rule.

    ``at`` is on a clock in Jakarta. None where there was nothing to do: a whole backup of the
    day is there, or the store holds demo data alone. Raises as ``backup`` does.
    """
    store.require("pemeliharaan", "perintah")
    if store.path == ":memory:" or not _worth_keeping(store):
        return None
    place, rule = Path(store.path).resolve(), keep_rule()
    folder = folder_of(place)
    present = _whole(folder, place.stem)
    if at.date() in present.values():
        return None
    target = _free_name(folder, place.stem, at.date())
    backup(store, target)
    present[target] = at.date()
    stay = kept(present.values(), rule)
    for file, day in present.items():
        if day not in stay:
            file.unlink()
    return target


def _worth_keeping(store: Store) -> bool:
    whole = store.nationwide()
    return whole.has_real_data or bool(whole.one("SELECT EXISTS (FROM app_user)"))


def _free_name(folder: Path, stem: str, day: dt.date) -> Path:
    """A name that no file has taken, one that is not whole included."""
    number = 1
    while True:
        extra = "" if number == 1 else f"-{number}"
        target = folder / f"{stem}-{day.isoformat()}{extra}{_ENDING}"
        if not target.exists():
            return target
        number += 1


def newest(store: Path) -> dt.datetime | None:
    """When the newest whole daily backup of a store was made, on a clock in Jakarta."""
    place = store.resolve()
    whole = _whole(folder_of(place), place.stem)
    return max((manifest.read(file).moment for file in whole), default=None)


def _whole(folder: Path, stem: str) -> dict[Path, dt.date]:
    """Daily backups of this store with a manifest that reads, by day; others are left alone."""
    ours = re.compile(re.escape(stem) + r"-(\d{4}-\d\d-\d\d)(-\d+)?" + re.escape(_ENDING))
    found = {}
    for file in sorted(folder.glob(f"*{_ENDING}")):
        match = ours.fullmatch(file.name)
        if match is None or not file.is_file():
            continue
        try:
            day = dt.date.fromisoformat(match[1])
            manifest.read(file)
        except (PantauError, ValueError):
            continue
        found[file] = day
    return found


class Daily:
    """The thread of the app that sees to it, until ``stop``; ``last`` says how it went."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ended = threading.Event()
        self.last = ""
        self._thread = threading.Thread(target=self._run, name="pantau-daily", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; a backup that is being made is finished first."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                made = daily(self._store, now())
            except (PantauError, OSError) as error:
                self.last = str(error)
                log.error("daily backup failed: %s", error)
            except Exception as error:
                # A fault of ours must not be the last backup of this process.
                self.last = type(error).__name__
                log.exception("daily backup failed")
            else:
                self.last = ""
                if made:
                    log.info("daily backup made: %s", made.name)
            self._ended.wait(_LOOK_EVERY)
