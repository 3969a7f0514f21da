"""The law: what happens after day D never changes what is said as of D."""

from __future__ import annotations

import datetime as dt

import pytest

from sop_core.store import Store
from tests.builders import TODAY, all_speak, enter
from tests.oracle import figures
from tests.oracle.generating import UPT, Chance, keep, open_by_hand, some_rows
from tests.oracle.happening import Afterwards, import_sheets, row
from tests.oracle.test_statuses import REV05

DAYS = [dt.date(2024, 12, 31), dt.date(2025, 4, 6), dt.date(2025, 10, 11), dt.date(2026, 3, 31)]
UNIT = UPT[0]


def begun(store: Store, seed: int, until: dt.date, a_year: int) -> None:
    """Chance records of two years up to a day, with people and follow-ups; nobody is silent."""
    chance = Chance(seed, until)
    found = some_rows(chance, (until.year - 1, until.year), a_year)
    for _, rows in found:
        rows.steps = [r for r in rows.steps if all(d is None or d <= until for d in r[2:4])]
    keep(store, found)
    people = Afterwards(store, seed, until - dt.timedelta(700))
    case_ids = [
        r["case_id"]
        for r in store.rows("SELECT case_id FROM activity WHERE flow <> 'D' ORDER BY 1")
    ]
    import_sheets(store, {
        "Fasilitator": people.people(20),
        "Tindak Lanjut": [
            row("Tindak Lanjut", case_id=c, recommendation_no="1", description="uji",
                unit_code=chance.random.choice(UPT),
                target_on=until + dt.timedelta(chance.random.randint(-90, 60)))
            for c in case_ids[::4]
        ],
    })  # fmt: skip
    open_by_hand(store, ("B", until.year - 1), ("D", until.year))
    all_speak(store, TODAY)


def walk(
    store: Store,
    seed: int,
    days: list[dt.date],
    size: tuple[int, int, int],
) -> list[str]:
    """What is said as of each day, noted on it, and again after all that happened since.

    ``size``: activities a flow and year, cases that go on after a day, cases asked for by name.
    """
    a_year, afterwards, asked = size
    begun(store, seed, days[0], a_year)
    noted = {}
    for day in days:
        rows = store.rows(
            "SELECT case_id FROM sop_case WHERE known_from <= $d ORDER BY hash(case_id) LIMIT $n",
            d=day,
            n=asked,
        )
        cases = [r["case_id"] for r in rows]
        noted[day] = cases, figures.of(store, day, cases, UNIT)
        happened = Afterwards(store, seed, day)
        import_sheets(store, happened.sheets(afterwards))
        import_sheets(store, happened.new_year(afterwards // 4))
        import_sheets(store, Afterwards(store, seed + 1, day).sheets(afterwards // 2))
    return [
        f"{day} {fault}"
        for day, (cases, before) in noted.items()
        for fault in figures.changed(before, figures.of(store, day, cases, UNIT))
    ]


@pytest.mark.slow
def test_what_happens_later_changes_nothing(store: Store) -> None:
    """A small store, one day."""
    faults = walk(store, 11, DAYS[1:2], (6, 40, 2))
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_what_happens_later_changes_nothing_at_length(store: Store, seed: int) -> None:
    """Over a year of it, under one and two revisions of the SOP."""
    if seed % 2:
        enter(store, REV05)
    faults = walk(store, seed, DAYS[seed : seed + 2], (24, 80, 8))
    assert not faults, "\n".join(faults)
