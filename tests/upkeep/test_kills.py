"""kill -9 at any moment leaves the store before or after, never between.

Two kills an action by default; ``PANTAU_KILLS=N`` for N in all, ``-m kills`` for these alone.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from sop_core import upkeep
from tests.upkeep.acting import ACTIONS, STORE

pytestmark = pytest.mark.kills
ROOT = Path(__file__).parent.parent.parent
KILLS = max(1, round(int(os.environ.get("PANTAU_KILLS", 2 * len(ACTIONS))) / len(ACTIONS)))
SEED = int(os.environ.get("PANTAU_KILLS_SEED", time.time_ns()))


@dataclass
class Forge:
    """The program that forks, and how to talk to it."""

    process: subprocess.Popen[str]

    def run(self, name: str, folder: Path, kill_after: float | None = None) -> tuple[int, float]:
        """The exit code (negative: by a signal) and the seconds that the action took."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        seconds = "" if kill_after is None else kill_after
        self.process.stdin.write(f"{name}\t{folder}\t{seconds}\n")
        self.process.stdin.flush()
        code, took = self.process.stdout.readline().split()
        return int(code), float(took)


@pytest.fixture(scope="module")
def forge():
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.upkeep.acting"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "siap\n"
    yield Forge(process)
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


@pytest.mark.parametrize("name", ACTIONS)
def test_killed_it_is_before_or_after(forge, tmp_path, name, capsys):
    action = ACTIONS[name]
    template, whole = tmp_path / "awal", tmp_path / "utuh"
    template.mkdir()
    action.prepare(template)
    before = action.look(template)
    for folder in (tmp_path / "pemanasan", whole):  # the first time is slower than those to come
        shutil.copytree(template, folder)
        code, seconds = forge.run(name, folder)
        assert code == 0
    after = action.look(whole)
    assert after != before
    chance = random.Random(f"{SEED} {name}")
    seen = {before: 0, after: 0}
    killed = 0
    for number in range(KILLS):
        folder = tmp_path / f"mati-{number}"
        shutil.copytree(template, folder)
        # Every other one near the end, where a change is put in place.
        delay = seconds * (chance.random() if number % 2 else 0.7 + 0.4 * chance.random())
        code, _ = forge.run(name, folder, delay)
        killed += code == -signal.SIGKILL
        found = action.look(folder)
        assert found in seen, f"between, killed after {delay:.4f} of {seconds:.4f} s, seed {SEED}"
        seen[found] += 1
        if found == before:
            # What the dead left is no obstacle, and nothing of it stays.
            assert forge.run(name, folder)[0] == 0
            assert action.look(folder) == after
        assert upkeep.doctor_file(folder / STORE) == []
        assert [p.name for p in folder.iterdir() if p.name.startswith(".")] == [] or found == after
        shutil.rmtree(folder)
    with capsys.disabled():
        print(
            f"\n{name}: {killed} kills in {seconds:.2f} s, {seen[before]} before, {seen[after]} after"
        )
