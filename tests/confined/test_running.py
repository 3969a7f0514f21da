"""A job's limits, whatever the job does."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sop_core import confined
from sop_core.confined import Limits
from sop_core.errors import Crashed, Refused, TooLarge, TooSlow
from tests.confined.measuring import allowed, largest_child

JOB = "tests.confined.misbehaving"
TIGHT = Limits(memory=512, seconds=5, answer=2)


def ask(*arguments, limits=TIGHT):
    return confined.run(JOB, arguments, limits)


def test_plain_values_come_back_as_they_went():
    values = [None, True, -1, 1.5, "Padang", b"\x00\xff", [1, "a"], {"a": 1}]
    assert ask("echo", *values) == values


def test_large_arguments_and_answers_pass_without_waiting_for_each_other():
    content = bytes(60_000_000)
    assert ask("echo", content, limits=Limits(seconds=30)) == [content]


def test_a_refusal_keeps_its_words():
    with pytest.raises(Refused, match="berkas ini tidak baik"):
        ask("refuse")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("sleep", TooSlow), ("spin", TooSlow), ("memory", TooLarge), ("flood", TooLarge),
        ("linger", TooSlow), ("die", Crashed), ("garbage", Crashed),
    ],
)  # fmt: skip
def test_what_misbehaves_is_stopped(what, error):
    begun, largest = time.monotonic(), largest_child()
    with pytest.raises(error):
        ask(what, limits=Limits(memory=512, seconds=3, answer=2))
    assert time.monotonic() - begun < 15
    assert largest_child() < allowed(largest, 700), "KiB"


@pytest.mark.parametrize("what", ["read", "connect", "program"])
def test_a_job_opens_nothing(what):
    with pytest.raises(Refused, match="tidak dapat"):
        ask(what)


def test_a_job_writes_no_file(tmp_path):
    with pytest.raises(Refused, match="tidak dapat"):
        ask("write", str(tmp_path / "a"))
    assert list(tmp_path.iterdir()) == []


def test_what_a_job_says_elsewhere_is_no_answer():
    assert ask("noise") == "baik"


def test_however_many_ask_no_more_than_a_few_jobs_work_at_once():
    with ThreadPoolExecutor(8) as pool:
        moments = list(pool.map(lambda _: ask("moment", limits=Limits(seconds=60)), range(8)))
    most = max(sum(begun <= at < ended for begun, ended in moments) for at, _ in moments)
    assert most <= confined.HEAVY.most
