"""The product's rows held against what the oracle says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sop_core.definition import Revision
from sop_core.store import Store
from tests.builders import REV04
from tests.oracle import generating
from tests.oracle.engines import ByCalendar, ByNumpy
from tests.oracle.saying import Oracle, Said, Told

FIELDS = (
    "status", "revision", "started", "counted_on", "due", "due_rule", "finished", "days_used",
    "days_late", "days_left", "days_waited", "due_soon", "passed_over", "open", "overdue",
    "unknown", "late", "judged",
)  # fmt: skip
Key = tuple[str, int]


class Comparison:
    """One store and the two oracles that were told the same."""

    def __init__(
        self,
        store: Store,
        revisions: Sequence[Revision] = (REV04,),
        corrected: Mapping[dt.date, bool] | None = None,
    ) -> None:
        self.store = store
        self.told: Told = generating.told(store, list(revisions))
        self.oracles = [Oracle(self.told, e(corrected or {})) for e in (ByNumpy, ByCalendar)]

    def differences(self, as_of: dt.date) -> tuple[int, list[str]]:
        """How many statuses were compared, and what differs."""
        said, other = (oracle.say(as_of) for oracle in self.oracles)
        assert said == other, "the two engines of time disagree"
        rows = self.store.rows("SELECT * FROM step_status($d)", d=as_of)
        found = {(r["case_id"], r["step_no"]): r for r in rows}
        assert len(found) == len(rows), "a step is said twice"
        faults = [f"{k}: only the product has it" for k in found.keys() - said.keys()]
        faults += [f"{k}: only the oracle has it" for k in said.keys() - found.keys()]
        for key in said.keys() & found.keys():
            faults += self._step(key, said[key], found[key])
        return len(said.keys() & found.keys()), [f"{as_of} {fault}" for fault in sorted(faults)]

    def _step(self, key: Key, said: Said, row: dict[str, Any]) -> list[str]:
        return [
            f"{key} {field}: product {row[field]}, oracle {getattr(said, field)}"
            for field in FIELDS
            if row[field] != getattr(said, field)
        ]


def compared(comparison: Comparison, days: Sequence[dt.date]) -> int:
    """Holds a store against the oracle on several days; returns how many statuses that were."""
    total, faults = 0, []
    for day in days:
        number, more = comparison.differences(day)
        total += number
        faults += more
    assert not faults, f"{len(faults)} differences:\n" + "\n".join(faults[:20])
    return total
