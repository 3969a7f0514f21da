"""Who waits for whom: no reader for a writer, no sign-in for an import."""

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import pytest

from sop_core import accounts, sessions
from sop_core.access import Viewer
from sop_core.store import Store, Trace
from sop_core.store import pool as pools
from tests.builders import load

pytestmark = pytest.mark.slow

PASSWORD = "kata sandi contoh 1"
CASES = "SELECT count(*) FROM activity"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    with Store(tmp_path / "a.duckdb") as opened:
        load(opened, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        accounts.add(opened, "staf", "Staf contoh", "data_staf", "BBPOM-PDG", PASSWORD, first=False)
        yield opened


def limited(number: int = 0) -> Viewer:
    return Viewer(f"staf{number}", "Staf", "data_staf", "BBPOM-PDG", units=("BBPOM-PDG",))


@contextmanager
def somebody_in(begin: Callable[[], object]):
    """While another thread stands in the middle of ``begin()``."""
    inside, leave = threading.Event(), threading.Event()

    def run() -> None:
        with begin():
            inside.set()
            leave.wait(30)

    thread = threading.Thread(target=run)
    thread.start()
    assert inside.wait(10)
    yield
    leave.set()
    thread.join()


def within(seconds: float, what: Callable[[], object]) -> object:
    """The answer, if it comes while the other still stands there; a wait would last 30 s."""
    answer: list[object] = []
    thread = threading.Thread(target=lambda: answer.append(what()), daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "it waited"
    return answer[0]


@pytest.mark.parametrize("what", ["write", "preview"])
def test_readers_wait_for_no_writer(store: Store, what):
    def change():
        return store.write(Trace("kalender", "uji")) if what == "write" else store.rehearse(True)

    with somebody_in(change):
        # New and known viewers, the operator, and a page's moment.
        seen = store.as_viewer(limited())
        assert within(10, lambda: seen.one(CASES)) == 1
        assert within(10, lambda: store.as_viewer(limited(2)).one(CASES)) == 1
        assert within(10, lambda: store.one(CASES)) == 1

        def page() -> int:
            with seen.snapshot() as moment:
                return moment.one(CASES)

        assert within(10, page) == 1


def test_signing_in_and_out_waits_for_no_import(store: Store):
    with somebody_in(lambda: store.write(Trace("impor", "uji"))):
        viewer = within(20, lambda: sessions.check_password(store, "staf", PASSWORD))
        token = within(10, lambda: sessions.open_session(store, viewer))
        assert within(10, lambda: sessions.viewer_of_session(store, token)) == viewer
        within(10, lambda: sessions.end_session(store, token))


def test_writers_come_one_after_the_other_and_the_chain_has_no_fork(store: Store):
    def change(number: int) -> None:
        with store.write(Trace("kalender", f"uji {number}")) as cursor:
            cursor.execute("UPDATE meta SET value = value || 'x' WHERE key = 'uji'")

    with store.write(Trace("kalender", "awal")) as cursor:
        cursor.execute("INSERT INTO meta VALUES ('uji', '')")
    work = [threading.Thread(target=change, args=[n]) for n in range(12)]
    work += [threading.Thread(target=lambda: store.record(Trace("masuk"))) for _ in range(12)]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert store.one("SELECT value FROM meta WHERE key = 'uji'") == "x" * 12
    with store.cursor() as cursor:
        from sop_core.store import chain

        assert chain.breaks(cursor) == []


@pytest.mark.slow
def test_a_page_sees_one_moment(store: Store):
    """20 of 660 reads once saw a batch come between two questions of a page."""
    stop = threading.Event()

    def write() -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            with store.write(Trace("kalender", "uji")) as cursor:
                cursor.execute(
                    "INSERT INTO activity BY NAME SELECT $id AS case_id, 'A' AS flow, 2025 AS year,"
                    " 'BBPOM-PDG' AS unit_code, 'x' AS title, 1 AS batch_id, 2 AS source_row",
                    {"id": f"ADV-S{number}"},
                )
                cursor.execute(
                    "INSERT INTO step_record BY NAME SELECT $id AS case_id, 1 AS step_no,"
                    " 1 AS batch_id, 2 AS source_row",
                    {"id": f"ADV-S{number}"},
                )
                cursor.execute(
                    "UPDATE meta SET value = (value::INT + 1)::VARCHAR WHERE key = 'data_version'"
                )

    thread = threading.Thread(target=write)
    thread.start()
    try:
        seen = store.as_viewer(limited())
        versions = set()
        for _ in range(150):
            with seen.snapshot() as moment:
                first = moment.one(CASES)
                nation = moment.nationwide().one("SELECT count(*) FROM step_record") + 1
                time.sleep(0.002)
                assert (moment.one(CASES), nation) == (first, first)
                versions.add(moment.version)
        assert len(versions) > 5, "writes came between"
    finally:
        stop.set()
        thread.join()


def test_what_one_changes_oneself_is_seen_after_it(store: Store):
    with store.snapshot() as moment:
        before = moment.version
        load(moment, Kegiatan=[["ADV-2", "A", 2025, "BBPOM-PDG", "Advokasi"]])
        assert moment.version > before
        assert moment.one(CASES) == 2
    assert moment.one(CASES) == 2, "a deferred download asks after the run"


def test_a_failed_question_does_not_end_the_page(store: Store):
    import duckdb

    with store.snapshot() as moment:
        with pytest.raises(duckdb.Error):
            moment.one("SELECT 1 FROM tidak_ada")
        assert moment.one(CASES) == 1


def test_the_pool_shrinks_when_people_leave(store: Store, monkeypatch):
    monkeypatch.setattr(pools, "MOST_IDLE", 5)
    for number in range(20):
        assert store.as_viewer(limited(number)).one(CASES) == 1
    assert len(store.database.readers) == 5
    monkeypatch.setattr(pools, "LONGEST_IDLE", -1.0)
    store.as_viewer(limited(99)).one(CASES)
    assert len(store.database.readers) == 0


def test_an_opening_that_fails_closes_its_file(tmp_path: Path, monkeypatch):
    path = tmp_path / "a.duckdb"
    monkeypatch.setattr("sop_core.store.schema.prepare", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        Store(path)
    monkeypatch.undo()
    Store(path).close()
