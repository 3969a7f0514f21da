"""Twenty readers beside two uploads: nobody fails, nobody sees half, nobody waits."""

import datetime as dt
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sop_core import evaluation, importing
from sop_core.access import Viewer
from sop_core.evaluation import Scope
from sop_core.importing import SourceFile
from sop_core.importing.parsing import Parsed
from sop_core.store import Store
from tests.benchmarks.conftest import report
from tests.builders import TODAY, load, workbook

READERS = 20
PACE = 1.0
"""Seconds between two looks of one reader."""
ROWS = 100_000
"""Of two uploads together, kept at once."""
ROUNDS = 5
"""Each on a store of its own."""
ALONE = 4.0
"""Seconds of each round in which nobody uploads."""


def book(name: str, cases: int) -> SourceFile:
    """An office's file of ``6 * cases`` steps."""
    ids = [f"{name}-{n}" for n in range(cases)]
    day = dt.date(2025, 3, 3)
    steps = [day + dt.timedelta(7 * n) for n in range(7)]
    content = workbook(
        Kegiatan=[[i, "A", 2025, "BBPOM-PDG", f"Advokasi {i}"] for i in ids],
        Langkah=[[i, n, steps[n - 1], steps[n]] for i in ids for n in range(1, 7)],
    )
    return SourceFile(f"{name}.xlsx", content)


class Reader(threading.Thread):
    """Looks at a page's questions again and again, each look of one moment."""

    def __init__(self, store: Store, viewer: Viewer, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.store, self.stop = store.as_viewer(viewer), stop
        self.looks: list[tuple[float, float]] = []
        self.errors: list[str] = []

    def run(self) -> None:
        while not self.stop.is_set():
            begun = time.perf_counter()
            try:
                with self.store.snapshot() as moment:
                    cases = moment.one("SELECT count(*) FROM activity")
                    steps = moment.one("SELECT count(*) FROM step_record")
                    evaluation.status_rows(moment, Scope(TODAY, 2024, ("BBPOM-PDG",), "A"), True)
                    if steps != 6 * cases:
                        self.errors.append(f"{cases} cases, {steps} steps")
            except Exception as error:  # whatever it is, the reader saw it
                self.errors.append(repr(error))
            now = time.perf_counter()
            self.looks.append((begun, now))
            time.sleep(max(0.0, PACE - (now - begun)))


def p95(looks: list[float]) -> float:
    return float(np.percentile(looks, 95))


def upload_both(store: Store, files: list[Parsed]) -> None:
    """Kept by two people at once."""
    uploads = [
        threading.Thread(target=importing.commit, args=[store, one, "uji"], kwargs={"today": TODAY})
        for one in files
    ]
    for upload in uploads:
        upload.start()
    for upload in uploads:
        upload.join()


def measured(path: Path, files: list[SourceFile]) -> tuple[list[float], list[float], float]:
    """Seconds of each look alone, of each beside the uploads, and of the uploads."""
    with Store(path) as store:
        load(
            store,
            Kegiatan=[[f"ADV-{n}", "A", 2024, "BBPOM-PDG", "Advokasi"] for n in range(50)],
            Langkah=[
                [f"ADV-{n}", s, dt.date(2024, 3, 4), dt.date(2024, 3, 4 + s)]
                for n in range(50) for s in range(1, 7)
            ],
        )  # fmt: skip
        parsed = [importing.read(store, [file], TODAY) for file in files]
        stop = threading.Event()
        who = Viewer("staf", "Staf", "data_staf", "BBPOM-PDG", units=("BBPOM-PDG",))
        readers = [Reader(store, replace(who, login=f"s{n}"), stop) for n in range(READERS)]
        for reader in readers:
            reader.start()
            time.sleep(PACE / READERS)  # people do not look in step
        time.sleep(2)  # the first look makes the covers
        quiet = time.perf_counter()
        time.sleep(ALONE)
        begun = time.perf_counter()
        upload_both(store, parsed)
        ended = time.perf_counter()
        stop.set()
        for reader in readers:
            reader.join(30)
        assert [error for reader in readers for error in reader.errors] == []
        assert store.one("SELECT count(*) FROM step_record") == 300 + 2 * 6 * (ROWS // 12)
        looks = [look for reader in readers for look in reader.looks if look[1] > quiet]
        alone = [until - since for since, until in looks if until < begun]
        beside = [until - since for since, until in looks if until >= begun and since <= ended]
        return alone, beside, ended - begun


@pytest.mark.benchmark
def test_readers_beside_two_uploads(tmp_path: Path):
    files = [book(name, ROWS // 12) for name in ("SATU", "DUA")]
    rounds = [measured(tmp_path / f"{n}.duckdb", files) for n in range(ROUNDS)]
    alone = [took for one in rounds for took in one[0]]
    beside = [took for one in rounds for took in one[1]]
    print(
        f"\n{len(alone)} looks alone and {len(beside)} beside {2 * ROUNDS} uploads of"
        f" {ROWS // 2:,} steps, two at once, in {sum(one[2] for one in rounds):.1f} s"
    )
    assert len(beside) >= 100
    report("a reader's p95 beside two uploads / alone", p95(beside), p95(alone))
    assert p95(beside) <= 2 * p95(alone)
