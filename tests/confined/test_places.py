"""Jobs at once: never more than there are places, in turn, and each place comes back."""

import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sop_core import confined, importing, revisions
from sop_core.confined import Limits
from sop_core.confined.places import BUSY, Places
from sop_core.errors import Busy, ImportRefused, PantauError, ReportRefused
from sop_core.importing import SourceFile, limits
from sop_core.reports import templates, word
from sop_core.store import Store
from tests.builders import TODAY, workbook

pytestmark = pytest.mark.slow

JOB = "tests.confined.misbehaving"
HEAVY = Limits(memory=2048, seconds=20, answer=2)
LIGHT = Limits(memory=512, seconds=20, answer=2)
FILE = SourceFile("a.xlsx", workbook(Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]]))


@pytest.fixture(autouse=True)
def places(monkeypatch) -> tuple[Places, Places]:
    """Places of this test's own: heavy and light ones."""
    confined.READY.drop()  # each job's process is started by the test that asks for it
    own = Places(2, 20, 30.0), Places(2, 20, 30.0)
    monkeypatch.setattr(confined, "HEAVY", own[0])
    monkeypatch.setattr(confined, "LIGHT", own[1])
    return own


def free(places: Places) -> bool:
    """Whether every place can be had at once, by as many as there are, without waiting."""
    patience, places.patience = places.patience, 0.0
    try:
        with places.one(), places.one():
            return True
    except Busy:
        return False
    finally:
        places.patience = patience


def wait_until(true) -> None:
    for _ in range(500):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("did not come true in 5 s")


@pytest.mark.parametrize("kind", [HEAVY, LIGHT])
def test_no_more_jobs_run_at_once_than_there_are_places(kind):
    with ThreadPoolExecutor(6) as pool:
        spans = list(pool.map(lambda _: confined.run(JOB, ["nap", 0.5], kind), range(6)))
    ends = sorted([(begun, 1) for begun, _ in spans] + [(ended, -1) for _, ended in spans])
    at_once = [sum(step for _, step in ends[: i + 1]) for i in range(len(ends))]
    assert max(at_once) == 2, "two beside each other, and no third"


def test_a_light_job_does_not_wait_for_heavy_ones(places):
    with places[0].one(), places[0].one():
        assert confined.run(JOB, ["echo", 1], LIGHT) == [1]


def test_who_comes_first_goes_first():
    places = Places(1, 10, 30.0)
    order: list[int] = []

    def come(number: int) -> None:
        with places.one():
            order.append(number)

    threads = []
    with places.one():
        for number in range(8):
            threads.append(threading.Thread(target=come, args=[number]))
            threads[-1].start()
            wait_until(lambda: len(places) == len(threads))
    for thread in threads:
        thread.join(5)
    assert order == list(range(8))


def test_who_waits_too_long_is_told_and_those_behind_go_on():
    places = Places(1, 10, 0.2)
    with places.one(), pytest.raises(Busy, match="Server sedang mengolah berkas lain"), places.one():  # fmt: skip
        pass
    assert len(places) == 0
    with places.one():
        pass


def test_no_more_wait_than_may():
    places = Places(1, 1, 30.0)

    def come() -> None:
        with places.one():
            pass

    with places.one():
        waiting = threading.Thread(target=come)
        waiting.start()
        wait_until(lambda: len(places) == 1)
        begun = time.monotonic()
        with pytest.raises(Busy), places.one():
            pass
        assert time.monotonic() - begun < 5, "told at once"
    waiting.join(5)
    assert not waiting.is_alive(), "the one who waited went on"


@pytest.mark.parametrize("what", ["refuse", "die", "memory", "sleep", "flood", "garbage"])
def test_a_job_that_ends_badly_gives_its_place_back(places, what):
    with pytest.raises(PantauError):
        confined.run(JOB, [what], Limits(memory=512, seconds=2, answer=2))
    assert free(places[1])


def test_a_job_that_cannot_start_gives_its_place_back(places, monkeypatch):
    def fail(*_args, **_more):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", fail)
    with pytest.raises(OSError, match="Cannot allocate"):
        confined.run(JOB, ["echo"], HEAVY)
    assert free(places[0])


def test_a_file_is_refused_in_plain_words_while_all_places_are_taken(places):
    places[0].patience = places[1].patience = 0.1
    with Store() as store:
        with places[0].one(), places[0].one():
            with pytest.raises(ImportRefused) as refusal:
                importing.read(store, [FILE], TODAY)
            with pytest.raises(ImportRefused) as form:
                revisions.read(FILE, TODAY)
        assert str(refusal.value) == str(form.value) == BUSY
        with places[1].one(), places[1].one():
            with pytest.raises(ImportRefused) as toml:
                revisions.read(SourceFile("rev05.toml", b"a = 1"), TODAY)
            with pytest.raises(ReportRefused) as report:
                word.write(templates.sample())
        assert str(toml.value) == str(report.value) == BUSY
        assert importing.read(store, [FILE], TODAY).sheets, "as soon as there is room"


def test_every_kind_of_job_is_of_the_places_meant_for_it():
    assert limits.JOB.memory > confined._LIGHT >= max(limits.TRIAL.memory, word.LIMITS.memory)


def test_a_job_is_the_first_to_end_where_memory_does(monkeypatch):
    started: list[subprocess.Popen] = []
    start = subprocess.Popen

    def noted(*args, **more):
        started.append(start(*args, **more))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(confined.run, JOB, ["nap", 1], LIGHT)
        wait_until(lambda: started)
        score = Path(f"/proc/{started[0].pid}/oom_score_adj")
        if not score.exists():
            pytest.skip("not Linux")
        wait_until(lambda: score.exists() and score.read_text().strip() == "1000")
        running.result()
