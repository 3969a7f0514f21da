"""What is killed in the middle: each action with its store before, and what to look at after.

Run as a program it forks a process for each line ``ACTION FOLDER SECONDS`` it is given, so that
the imports are paid for once; it answers ``<exit code> <seconds>`` when that has ended.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sop_core import blobs, evidence, importing, revisions, upkeep
from sop_core.evidence import Place
from sop_core.importing import SourceFile
from sop_core.store import Store, migrations
from sop_core.upkeep import attachments, looking, manifest, schedule
from sop_core.upkeep.schedule import Keep
from tests.builders import TODAY, earlier_store, enter, form_of, load, revised, workbook
from tests.evidence.papers import pdf
from tests.upkeep.conftest import fill
from tests.upkeep.fingerprint import fingerprint

STORE = "toko.duckdb"
BACKUP = "salinan.zip"
NOON = dt.datetime(2026, 11, 25, 12)
_BOOK = "unggahan.xlsx"


@dataclass(frozen=True)
class Action:
    """``prepare`` makes a folder, ``act`` is killed in it, ``look`` tells its states apart.

    ``look`` raises AssertionError for a state that must never be.
    """

    prepare: Callable[[Path], None]
    act: Callable[[Path], None]
    look: Callable[[Path], str]


def _store(folder: Path) -> str:
    return fingerprint(folder / STORE)


def _filled(folder: Path) -> None:
    with Store(folder / STORE) as store:
        fill(store)


def _killed_with_a_log(folder: Path) -> None:
    """The last change stands in the log alone, as a crash leaves it."""
    child = os.fork()
    if child == 0:
        store = Store(folder / STORE)
        load(store, Kegiatan=[["ADV-LOG", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        os._exit(0)
    os.waitpid(child, 0)


# ------------------------------------------------------------ backup and restore


def _contents(container: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "isi.duckdb"
        manifest.unpack(container, database)
        return fingerprint(database)


def _store_and_backup(folder: Path) -> str:
    target = folder / BACKUP
    return _store(folder) + (_contents(target) if target.exists() else " tanpa cadangan")


def _backup(folder: Path) -> None:
    upkeep.backup_file(folder / STORE, folder / BACKUP)


def _backup_while_open(folder: Path) -> None:
    with Store(folder / STORE) as store:
        upkeep.backup(store, folder / BACKUP)


def _to_be_restored(folder: Path) -> None:
    _filled(folder)
    _backup(folder)
    (folder / STORE).unlink()
    with Store(folder / STORE) as store:
        load(store, Kegiatan=[["ADV-9", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    _killed_with_a_log(folder)


def _restore(folder: Path) -> None:
    upkeep.restore(folder / BACKUP, folder / STORE)


def _restored(folder: Path) -> str:
    """The old store is in its place, or the new one is and the old one is kept."""
    kept = [p for p in folder.glob("*.sebelum-*.duckdb") if not p.samefile(folder / STORE)]
    with looking.looked_at(folder / STORE) as connection:
        rows = looking.row_counts(connection)
    if rows["activity"] > 10:
        assert len(kept) == 1
        with looking.looked_at(kept[0]) as connection:
            assert looking.row_counts(connection)["activity"] == 2
    return _store(folder)


def _daily_prepared(folder: Path) -> None:
    _filled(folder)
    for day in (1, 2, 3):
        target = folder / f"toko-2020-01-0{day}.zip"
        upkeep.backup_file(folder / STORE, target)


def _daily(folder: Path) -> None:
    os.environ["PANTAU_BACKUPS"] = str(folder)
    os.environ["PANTAU_BACKUPS_KEEP"] = "2,0,0"
    with Store(folder / STORE) as store:
        upkeep.daily(store, NOON)


def _days(folder: Path) -> str:
    """Every backup under a final name is whole, and those that the rule keeps are there."""
    days = set()
    for file in folder.glob("toko-*.zip"):
        assert _contents(file)
        days.add(dt.date.fromisoformat(file.stem.removeprefix("toko-")))
    assert schedule.kept({dt.date(2020, 1, d) for d in (1, 2, 3)} | days, Keep(2, 0, 0)) <= days
    return f"{_store(folder)} {NOON.date() in days}"


# ----------------------------------------------------------------- the records


def _with_book(folder: Path) -> None:
    _filled(folder)
    day = dt.date(2025, 3, 3)
    cases = [f"ADV-K{n}" for n in range(300)]
    content = workbook(
        Kegiatan=[[case, "A", 2025, "BBPOM-PDG", f"Advokasi {case}"] for case in cases],
        Langkah=[
            [case, step, day + dt.timedelta(7 * step), day + dt.timedelta(7 * step + 4)]
            for case in cases
            for step in range(1, 7)
        ],
    )
    (folder / _BOOK).write_bytes(content)


def _import(folder: Path) -> None:
    file = SourceFile(_BOOK, (folder / _BOOK).read_bytes())
    with Store(folder / STORE) as store:
        importing.import_files(store, [file], "uji", today=TODAY)


def _imported(folder: Path) -> None:
    _with_book(folder)
    _import(folder)


def _undo(folder: Path) -> None:
    with Store(folder / STORE) as store:
        importing.undo(store, importing.history(store)[0].batch_id, "uji")


_REVISION = revised("06", dt.date(2026, 6, 1), {"B.2": 20})


def _enter(folder: Path) -> None:
    with Store(folder / STORE) as store:
        revisions.add(store, form_of(_REVISION), _REVISION, "Pusat contoh")


def _with_revision(folder: Path) -> None:
    _filled(folder)
    with Store(folder / STORE) as store:
        enter(store, _REVISION)


def _withdraw(folder: Path) -> None:
    with Store(folder / STORE) as store:
        revisions.withdraw(store, "06", "Pusat contoh")


def _add_document(folder: Path) -> None:
    with Store(folder / STORE) as store:
        evidence.add_document(store, Place("ADV-1", 1), "laporan.pdf", pdf("Laporan", 60))


def _with_documents(folder: Path) -> str:
    """Every document that a row names is there, whole."""
    with looking.looked_at(folder / STORE) as connection:
        named = attachments.named(connection, looking.SEEN)
    place = blobs.folder_of(folder / STORE)
    assert (attachments.lost(place, named), attachments.changed(place, named)) == ([], [])
    return f"{_store(folder)} {named}"


def _documents_to_be_restored(folder: Path) -> None:
    """A backup with one document, and a store in its place with another."""
    _filled(folder)
    _add_document(folder)
    _backup(folder)
    with Store(folder / STORE) as store:
        evidence.add_document(store, Place("ADV-1", 1), "lain.pdf", pdf("Lain"))


def _earlier_schema(folder: Path, number: int = 2) -> None:
    """A filled store as the version with that many migrations left it."""
    with earlier_store(folder / STORE, number) as old:
        row = (
            "'ADV-' || n AS case_id, 'A' AS flow, 2025 AS year, 'BBPOM-PDG' AS unit_code,"
            " 'Advokasi' AS title, 1 AS batch_id, 2 AS source_row FROM range(2000) t(n)"
        )
        old.execute(f"INSERT INTO activity BY NAME SELECT {row}")
        if number < 8:
            before = "activity_prior BY NAME SELECT 1 AS undo_batch, false AS existed, *"
        else:
            before = "activity_vouched BY NAME SELECT *"
        old.execute(f"INSERT INTO {before} FROM activity")
        old.execute(
            "INSERT INTO import_batch BY NAME SELECT nextval('batch_number') AS batch_id,"
            " sha256('x') AS sha256, TIMESTAMP '2025-03-03' AS imported_at, 'uji' AS imported_by,"
            " false AS all_or_nothing, false AS demo, 2000 AS rows_new, 0 AS rows_changed,"
            " 0 AS rows_unchanged, 0 AS rows_rejected"
        )
        old.execute(
            "INSERT INTO import_file BY NAME SELECT 1 AS batch_id, 'a.csv' AS name,"
            " sha256('x') AS sha256, 'x'::BLOB AS content"
        )


def _last_schema(folder: Path) -> None:
    _earlier_schema(folder, max(migrations()) - 1)


def _migrate(folder: Path) -> None:
    Store(folder / STORE).close()


ACTIONS = {
    "backup": Action(_filled, _backup, _store_and_backup),
    "backup of an open store": Action(_filled, _backup_while_open, _store_and_backup),
    "restore": Action(_to_be_restored, _restore, _restored),
    "daily": Action(_daily_prepared, _daily, _days),
    "import": Action(_with_book, _import, _store),
    "undo": Action(_imported, _undo, _store),
    "revision": Action(_filled, _enter, _store),
    "withdrawal": Action(_with_revision, _withdraw, _store),
    "document": Action(_filled, _add_document, _with_documents),
    "restore with documents": Action(_documents_to_be_restored, _restore, _with_documents),
    "migration": Action(_earlier_schema, _migrate, _store),
    "migration from the last version": Action(_last_schema, _migrate, _store),
}


def main() -> None:
    """Fork for each line; the child acts, and is killed after so many seconds, if any are given."""
    print("siap", flush=True)
    for line in sys.stdin:
        name, folder, kill_after = line.rstrip("\n").split("\t")
        begun = time.monotonic()
        child = os.fork()
        if child == 0:
            _act(name, Path(folder))
        if kill_after:
            time.sleep(float(kill_after))
            os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, time.monotonic() - begun, flush=True)


def _act(name: str, folder: Path) -> NoReturn:
    try:
        ACTIONS[name].act(folder)
    except BaseException as error:
        print(f"{name}: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
