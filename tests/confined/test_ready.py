"""The process that waits for the next file: taken once, replaced, and gone with the app."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sop_core import confined
from sop_core.confined import Limits

JOB = "tests.confined.misbehaving"
LIMITS = Limits(memory=512, seconds=5, answer=2)


@pytest.fixture(autouse=True)
def started(monkeypatch):
    """The processes that are started, in their order; none waits at the test's begin or end."""
    confined.READY.drop()
    made: list[subprocess.Popen] = []
    start = subprocess.Popen

    def noted(*args, **more):
        made.append(start(*args, **more))
        return made[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    yield made
    confined.READY.drop()
    assert all(p.poll() is not None for p in made), "nothing is left behind"


def ask(what="echo", limits=LIMITS):
    return confined.run(JOB, [what], limits)


def test_from_the_third_file_on_a_process_waits_and_each_works_on_one_alone(started):
    ask()
    assert len(started) == 1, "one file alone makes no process wait"
    ask()
    assert len(started) == 3
    assert [p.poll() for p in started] == [0, 0, None]
    ask()
    assert [p.poll() for p in started] == [0, 0, 0, None], "the third worked, a fourth waits"


def test_of_other_limits_another_is_started_and_one_at_most_waits(started):
    other = Limits(memory=600, seconds=5, answer=2)
    ask(), ask(), ask(limits=other)
    assert [p.poll() for p in started] == [0, 0, None, 0], "the one that waits is not of these"
    ask(limits=other)
    assert sum(p.poll() is None for p in started) == 1


def test_one_that_was_killed_while_it_waited_is_not_taken(started):
    ask(), ask()
    started[-1].kill()
    started[-1].wait()
    assert ask() == []


def test_where_no_further_process_can_be_started_the_answer_is_given_all_the_same(monkeypatch):
    ask(), ask()

    def fail(*_args, **_more):
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", fail)
    assert ask() == []
    with pytest.raises(OSError, match="Cannot allocate"):
        ask()


def test_after_a_job_that_died_the_next_is_well(started):
    ask(), ask()
    with pytest.raises(confined.Crashed):
        ask("die")
    assert ask() == []


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_the_app_however_that_ends(sign):
    program = f"""
import os
from sop_core import confined
for _ in range(2):
    confined.run({JOB!r}, ["echo"], confined.Limits(memory=512, seconds=5, answer=2))
print(confined.READY._kept[1].pid, flush=True)
os.kill(os.getpid(), {int(sign)})
"""
    root = str(Path(confined.__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=False,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    waiting = Path(f"/proc/{int(ran.stdout)}")
    if not Path("/proc/self").exists():
        pytest.skip("not Linux")
    end = time.monotonic() + 5
    while waiting.exists() and "Z" not in (waiting / "stat").read_text().split(") ")[1][:1]:
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.05)
