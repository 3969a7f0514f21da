"""The log is written into the file when nobody waits, and never by a change that people wait for."""

import datetime as dt
import threading
from pathlib import Path

import pytest

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.store import Store
from sop_core.upkeep import checkpoint
from sop_core.upkeep.looking import wal_of
from tests.builders import TODAY, workbook

pytestmark = pytest.mark.slow

D = dt.date


def keep(store: Store, name: str, cases: int) -> None:
    content = workbook(
        Kegiatan=[[f"{name}-{n}", "A", 2025, "BBPOM-PDG", "Advokasi"] for n in range(cases)],
        Langkah=[
            [f"{name}-{n}", s, D(2025, 3, s), D(2025, 3, s + 1)]
            for n in range(cases)
            for s in range(3, 7)
        ],
    )
    importing.import_files(store, [SourceFile(f"{name}.xlsx", content)], "uji", today=TODAY)


@pytest.fixture
def at_work(tmp_path: Path):
    """A store of a file, with a large import in its log."""
    with Store(tmp_path / "a.duckdb") as opened:
        keep(opened, "BESAR", 20_000)
        yield opened


def test_an_import_leaves_the_log_to_a_quiet_moment(at_work, monkeypatch):
    log = wal_of(Path(at_work.path))
    large = log.stat().st_size
    assert large > checkpoint.WORTH
    assert not checkpoint.when_quiet(at_work, quiet=60), "somebody has just read"
    assert log.stat().st_size == large
    assert checkpoint.when_quiet(at_work, quiet=0)
    assert not log.exists() or log.stat().st_size < checkpoint.WORTH
    assert not checkpoint.when_quiet(at_work, quiet=0), "nothing is left to do"
    assert at_work.one("SELECT count(*) FROM step_record") == 80_000


def test_while_something_is_changed_it_waits_for_the_next_time(at_work):
    holding, done = threading.Event(), threading.Event()

    def change() -> None:
        with at_work.rehearse(stored=True):
            holding.set()
            done.wait(20)

    writer = threading.Thread(target=change)
    writer.start()
    assert holding.wait(20)
    assert not checkpoint.when_quiet(at_work, quiet=0)
    done.set()
    writer.join()
    assert checkpoint.when_quiet(at_work, quiet=0)


def test_beside_an_open_page_nothing_is_lost(at_work):
    with at_work.snapshot() as moment:
        assert moment.one("SELECT count(*) FROM activity") == 20_000
        checkpoint.when_quiet(at_work, quiet=0)
        assert moment.one("SELECT count(*) FROM activity") == 20_000
    keep(at_work, "LAGI", 10)
    assert at_work.one("SELECT count(*) FROM activity") == 20_010


def test_the_app_does_it_by_itself(at_work, monkeypatch):
    monkeypatch.setattr(checkpoint, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(checkpoint, "QUIET", 0.2)
    thread = checkpoint.Checkpoints(at_work)
    try:
        for _ in range(200):
            log = wal_of(Path(at_work.path))
            if not log.exists() or log.stat().st_size < checkpoint.WORTH:
                break
            threading.Event().wait(0.1)
        else:
            pytest.fail("the log was never written into the file")
    finally:
        thread.stop()


def test_what_is_in_the_log_alone_is_there_after_a_crash(at_work, tmp_path):
    """A copy of both files as they lie is what a crash leaves."""
    copy = tmp_path / "mati.duckdb"
    copy.write_bytes(Path(at_work.path).read_bytes())
    wal_of(copy).write_bytes(wal_of(Path(at_work.path)).read_bytes())
    with Store(copy) as again:
        assert again.one("SELECT count(*) FROM step_record") == 80_000
