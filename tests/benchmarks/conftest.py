"""A store with a million step records, made once for all benchmarks."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sop_core import facts, statements
from sop_core.store import Store

ROWS = int(os.environ.get("PANTAU_BENCH_ROWS", "1000000"))
AS_OF = dt.date(2026, 11, 24)


def seconds(*runs: Callable[[], Any], times: int = 20) -> list[float]:
    """The least time of each, taken in turns after one round to warm up.

    In turns, so that what else the machine does falls on all of them alike; many, since a
    query of thirty milliseconds is easily disturbed in each of five.
    """
    least = [float("inf")] * len(runs)
    for turn in range(times + 1):
        for i, run in enumerate(runs):
            start = time.perf_counter()
            run()
            if turn:
                least[i] = min(least[i], time.perf_counter() - start)
    return least


def report(what: str, ours: float, yardstick: float) -> None:
    """Print the two times and ours / the yardstick, for the README (pytest -rP shows them)."""
    print(f"\n{what}: ours {ours:.3f} s, yardstick {yardstick:.3f} s, ratio {ours / yardstick:.2f}")


def _flow_records(
    flow: str, steps: int, cases: int, codes: np.ndarray
) -> tuple[pa.Table, pa.Table]:
    """Activities of one flow and a record of each of their steps, some still open."""
    random = np.random.default_rng([11, ord(flow)])
    first = np.datetime64("2022-04-07") + random.integers(0, 1600, cases)
    finishes = first[:, None] + np.cumsum(random.integers(1, 30, (cases, steps)), axis=1)
    starts = np.concatenate([first[:, None], finishes[:, :-1]], axis=1)
    done = (finishes <= np.datetime64(AS_OF)) & (random.random((cases, steps)) > 0.02)
    ids = np.array([f"{flow}-UJI-{i:07d}" for i in range(cases)])
    activity = pa.table(
        {
            "case_id": ids,
            "flow": np.full(cases, flow),
            "year": first.astype("M8[Y]").astype(int) + 1970,
            "unit_code": random.choice(codes, cases),
            "title": np.full(cases, "Kegiatan uji beban"),
            "batch_id": np.ones(cases, "i4"),
            "source_row": np.arange(cases, dtype="i4"),
        }
    )
    step = pa.table(
        {
            "case_id": np.repeat(ids, steps),
            "step_no": np.tile(np.arange(1, steps + 1, dtype="i4"), cases),
            "started": pa.array(starts.ravel().astype("M8[D]")),
            "finished": pa.array(finishes.ravel().astype("M8[D]"), mask=~done.ravel()),
            "batch_id": np.ones(cases * steps, "i4"),
            "source_row": np.arange(cases * steps, dtype="i4"),
        }
    )
    return activity, step


@pytest.fixture(scope="session")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """ROWS step records over the four flows and 76 offices, 2022-2026."""
    path = tmp_path_factory.mktemp("juta") / "juta.duckdb"
    store = Store(path)
    codes = np.array([u.code for u in store.units(AS_OF) if u.kind not in ("pusat", "nasional")])
    steps_of = {"A": 6, "B": 6, "C": 4, "D": 7}
    cases = -(-ROWS // sum(steps_of.values()))
    with store.database.transaction() as cursor:
        for flow, steps in steps_of.items():
            for table, data in zip(
                ("activity", "step_record"), _flow_records(flow, steps, cases, codes), strict=True
            ):
                cursor.register("incoming", data)
                cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM incoming")
                cursor.unregister("incoming")
        everyone = [*codes.tolist(), "NASIONAL"]
        statements.speak(cursor, everyone, AS_OF, "uji")
        facts.rebuild(cursor)
    store.close()
    # Opened again, as the app finds it each morning: compressed on disk.
    store = Store(path)
    yield store
    store.close()
