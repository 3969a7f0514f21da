"""Is it any good? Recommend at the end of a past year, and look at the year after.

The question: of the 20 (office, step) pairs that would have topped the list, how many were
among the worst tenth in the year that followed? Held against picking at random and against
the worst of last year by its raw share.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from sop_core.recommendations import evidence
from sop_core.recommendations.engine import recommend
from sop_core.store import Store

TOP = 20
ENOUGH = 3
"""Judged cases that a pair needs in the following year to be ranked there at all."""
RULE = "terlambat_berulang"


@dataclass(frozen=True)
class Trial:
    """One year recommended from, and how many of the top pairs were worst again in the next.

    ``pairs`` had ENOUGH cases in the next year and a record before; ``worst`` of them lie in
    its worst tenth, ties included. ``random`` is what picking blindly gives on average.
    """

    year: int
    pairs: int
    worst: int
    picked: int
    ours: int
    raw: int
    random: float


def backtest(store: Store, last: int, as_of: dt.date, top: int = TOP) -> list[Trial]:
    """A trial for each year whose following year, up to ``last``, has cases.

    The last year may still run: it counts as far as ``as_of``. Counts of the nation, whoever asks.
    """
    store = store.nationwide()
    return [
        trial
        for year in sorted(store.years())
        if year < last and (trial := _trial(store, year, as_of, top)) is not None
    ]


def _trial(store: Store, year: int, as_of: dt.date, top: int) -> Trial | None:
    end = dt.date(year, 12, 31)
    before = evidence.repeated_lateness(store, year, end)
    before["share"] = before["late"] / before["judged"]
    after = evidence.repeated_lateness(store, year + 1, min(dt.date(year + 1, 12, 31), as_of))
    after = after[after["judged"] >= ENOUGH]
    pairs = after.merge(
        before[["unit_code", "step", "share", "judged"]],
        on=["unit_code", "step"], suffixes=("_after", ""),
    )  # fmt: skip
    if pairs.empty:
        return None
    pairs["outcome"] = 1 - pairs["measure"]
    edge = pairs["outcome"].nlargest(max(1, len(pairs) // 10)).min()
    worst = set(_names(pairs[(pairs["outcome"] >= edge) & (pairs["outcome"] > 0)]))
    known = set(_names(pairs))
    ours = [
        (r.unit, r.step)
        for r in recommend(store, year, end, only=RULE)
        if (r.unit, r.step) in known
    ][:top]
    raw = _names(pairs.sort_values(["share", "judged"], ascending=False).head(len(ours)))
    return Trial(
        year, len(pairs), len(worst), len(ours), len(worst & set(ours)), len(worst & set(raw)),
        len(ours) * len(worst) / len(pairs),
    )  # fmt: skip


def _names(frame: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(frame["unit_code"], frame["step"], strict=True))
