"""What was known on a day, made again later, is the store as it was that day."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core import corrections, importing, indonesian, past, revisions, statements
from sop_core import years as opening
from sop_core.errors import Refused
from sop_core.evaluation import Scope, headline
from sop_core.national import by_unit
from sop_core.store import Store
from tests.builders import TODAY, enter, revised
from tests.oracle import figures
from tests.oracle.generating import UPT, Chance, Rows, keep
from tests.oracle.happening import Afterwards, Sheets, import_sheets, row

LONG_WALKS = int(os.environ.get("PANTAU_WALKS", "6")) // 2
"""Walks over ten days; some 20 seconds each."""

TABLES = (
    "activity", "step_record", "facilitator", "follow_up", "target", "sop_case", "flow_year",
    "step_fact", "office_horizon", "sop_step", "sop_revision", "calendar_day",
)  # fmt: skip
FIRST = dt.date(2026, 1, 5)
AS_OF = dt.date(2026, 3, 31)
REVISIONS = {
    "05": revised("05", dt.date(2025, 7, 1), {"A.2": 6, "B.3": 12, "D.7": 45}),
    "06": revised("06", dt.date(2026, 2, 2), {"A.4": 2, "A.7": None}),
}
OFFICES = UPT[:12]


class Walk:
    """A chance walk over everything that is entered and taken back, each on its own day."""

    def __init__(self, store: Store, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.random, self.seed = store, random.Random(seed), seed
        self.chance = Chance(seed)
        self.monkeypatch = monkeypatch
        self.day = FIRST
        self.done: Counter[str] = Counter()
        self.live: list[int] = []

    def at(self, day: dt.date) -> None:
        """It is noon in Jakarta of that day."""
        self.day = day
        moment = dt.datetime.combine(day, dt.time(12), indonesian.JAKARTA)
        self.monkeypatch.setattr(indonesian, "clock", lambda: moment)

    def act(self) -> None:
        """One chance action; a refusal is an answer too."""
        action = self.random.choice(ACTIONS)
        try:
            action(self)
        except Refused:
            self.done["refused"] += 1
        else:
            self.done[action.__name__] += 1

    def imports(self) -> None:
        """New cases of some offices, by one upload."""
        found: list[tuple[str, Rows]] = []
        for _ in range(8):
            unit, flow = self.random.choice(OFFICES), self.random.choice("ABCD")
            found.append((unit, self.chance.activity(flow, self.random.choice((2025, 2026)), unit)))
        flow = self.random.choice("ABC")
        found.append(
            ("", self.chance.report(flow, 2025, self.random.choice(OFFICES), (-9, 80), True))
        )
        found.append(("", self.chance.nation("D", 2025)))
        keep(self.store, found, self.day - dt.timedelta(self.random.randint(0, 20)))
        self.remember()
        import_sheets(self.store, self.plans())

    def plans(self) -> Sheets:
        """What activities recommended, and targets of the year."""
        rows = self.store.rows("SELECT case_id FROM activity WHERE flow <> 'D' ORDER BY case_id")
        return {
            "Tindak Lanjut": [
                row("Tindak Lanjut", case_id=r["case_id"], recommendation_no="1", description="uji",
                    unit_code=self.random.choice(OFFICES),
                    target_on=self.day + dt.timedelta(self.random.randint(-60, 60)))
                for r in rows[-6:]
            ],
            "Target": [
                row("Target", year=2026, unit_code=self.random.choice(OFFICES),
                    flow=self.random.choice("ABCD"), activities=self.random.randint(1, 9),
                    facilitators=5, businesses=40)
            ],
        }  # fmt: skip

    def goes_on(self) -> None:
        """Steps, people and follow-ups of cases that are there, new ones and other dates."""
        later = Afterwards(self.store, self.random.randint(0, 9999), self.day - dt.timedelta(90))
        import_sheets(self.store, later.sheets(8), clears=len(self.live) % 2 == 1)
        self.remember()

    def remember(self) -> None:
        """The upload that came last can be undone."""
        rows = self.store.rows("SELECT max(batch_id) AS n FROM import_batch")
        self.live.append(rows[0]["n"])

    def undoes(self) -> None:
        """One of the last uploads."""
        importing.undo(self.store, self.random.choice(self.live[-3:] or [0]), "uji", TODAY)

    def corrects(self) -> None:
        """A day is made a working day, or taken off."""
        day = FIRST + dt.timedelta(self.random.randint(-300, 60))
        corrections.correct(self.store, day, self.chance.maybe(0.5), "uji", "SKB", "Pusat")

    def withdraws_day(self) -> None:
        """A correction is taken back."""
        held = self.store.rows("SELECT day FROM calendar_override WHERE withdrawn_at IS NULL")
        if not held:
            raise Refused("tidak ada")
        corrections.withdraw(self.store, self.random.choice(held)["day"])

    def enters(self) -> None:
        """A revision of the SOP."""
        enter(self.store, self.random.choice(list(REVISIONS.values())))

    def withdraws_revision(self) -> None:
        """A revision is taken back."""
        revisions.withdraw(self.store, self.random.choice(list(REVISIONS)), "uji")

    def opens(self) -> None:
        """A year is opened by hand."""
        opening.open_year(self.store, self.random.choice("ABCD"), 2025, "uji")

    def closes(self) -> None:
        """And closed."""
        opening.close_year(self.store, self.random.choice("ABCD"), 2025)

    def states(self) -> None:
        """An office says that nothing is new."""
        statements.state(self.store, self.random.choice(OFFICES), self.day, self.day)

    def takes_back(self) -> None:
        """What an office said without a file, it takes back."""
        held = self.store.rows(
            "SELECT statement_no FROM office_statement"
            " WHERE batch_id IS NULL AND withdrawn_at IS NULL ORDER BY 1"
        )
        if not held:
            raise Refused("tidak ada")
        statements.take_back(self.store, self.random.choice(held)["statement_no"])


ACTIONS: tuple[Callable[[Walk], None], ...] = (
    Walk.imports, Walk.imports, Walk.goes_on, Walk.goes_on, Walk.undoes, Walk.undoes,
    Walk.corrects, Walk.withdraws_day, Walk.enters, Walk.withdraws_revision, Walk.opens,
    Walk.closes, Walk.states, Walk.takes_back,
)  # fmt: skip
Snapshot = dict[str, Any]


def tables(store: Store) -> Snapshot:
    """Every row that counts, and the figures on top of it."""
    found: Snapshot = {t: store.rows(f"SELECT * FROM {t} ORDER BY ALL") for t in TABLES}
    found["status"] = store.rows("SELECT * FROM step_status($d) ORDER BY ALL", d=AS_OF)
    found["headline"] = figures.plain(headline(store, Scope(AS_OF)))
    found["by_unit"] = figures.plain(by_unit(store, Scope(AS_OF)))
    return found


def everything(store: Store) -> Snapshot:
    """And every other figure."""
    rows = store.rows("SELECT case_id FROM sop_case WHERE known_from <= $d ORDER BY 1", d=AS_OF)
    cases = [r["case_id"] for r in rows[:: max(1, len(rows) // 3)]]
    return tables(store) | figures.of(store, AS_OF, cases, OFFICES[0])


def walked(
    walk: Walk, days: int, actions: int, look: Callable[[Store], Snapshot]
) -> tuple[list[str], Counter[str]]:
    """What differs between the store at the end of each day and what is known on it later."""
    seen: dict[dt.date, Snapshot] = {}
    walk.at(FIRST)
    walk.imports()
    for _ in range(days):
        for _ in range(walk.random.randint(0, actions)):
            walk.act()
        seen[walk.day] = look(walk.store)
        walk.at(walk.day + dt.timedelta(walk.random.randint(1, 9)))
    faults = []
    order = list(seen)
    walk.random.shuffle(order)
    for day in order:
        later = look(past.known_on(walk.store, day))
        faults += [f"{day} {fault}" for fault in figures.changed(seen[day], later)]
    return faults, walk.done


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1])
def test_a_day_is_known_again_as_it_was(
    store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """A short walk, every table."""
    faults, _ = walked(Walk(store, seed, monkeypatch), days=3, actions=3, look=tables)
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 2 + LONG_WALKS))
def test_a_day_is_known_again_at_length(
    store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Long walks, in which nearly every action is refused at times and done at times."""
    faults, done = walked(Walk(store, seed, monkeypatch), days=10, actions=6, look=tables)
    assert not faults, "\n".join(faults)
    assert len(done) > 6, done


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6), days=st.integers(2, 6), actions=st.integers(1, 4))
def test_any_day_is_known_again(seed: int, days: int, actions: int) -> None:
    """Under hypothesis: whatever is entered and taken back, as known on D is the store of D."""
    with Store() as store, pytest.MonkeyPatch.context() as monkeypatch:
        faults, _ = walked(Walk(store, seed, monkeypatch), days=days, actions=actions, look=tables)
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_every_figure_of_a_day_is_known_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recommendations and reports with them."""
    faults, _ = walked(Walk(store, 20, monkeypatch), days=4, actions=5, look=everything)
    assert not faults, "\n".join(faults)
