"""Every status of chance stores, held against the oracle on days of every kind."""

from __future__ import annotations

import datetime as dt

import pytest

from sop_core import corrections
from sop_core.store import Store
from tests.builders import REV04, TODAY, enter, revised
from tests.oracle.comparing import Comparison, compared
from tests.oracle.generating import UPT, fill, open_by_hand

DAYS = [
    dt.date(2021, 2, 14),  # before the first revision, a Sunday
    dt.date(2022, 4, 6),
    dt.date(2022, 4, 7),  # revision 04 takes effect
    dt.date(2022, 12, 31),  # a Saturday, year's end
    dt.date(2023, 1, 1),
    dt.date(2023, 4, 22),  # Idul Fitri
    dt.date(2024, 1, 2),
    dt.date(2024, 4, 10),
    dt.date(2024, 12, 31),
    dt.date(2025, 3, 31),
    dt.date(2025, 4, 1),
    dt.date(2025, 10, 11),  # the day after the 10th, a Saturday
    dt.date(2026, 1, 5),
    dt.date(2026, 3, 20),
    TODAY,
]
REV05 = revised(
    "05", dt.date(2024, 7, 1), {"A.2": 6, "A.4": None, "B.3": 12, "C.4": 3, "D.7": 45, "A.7": 15}
)
CORRECTED = {
    dt.date(2025, 3, 28): True,  # cuti bersama taken back
    dt.date(2025, 4, 5): True,  # a Saturday worked
    dt.date(2025, 4, 21): False,
    dt.date(2026, 1, 2): False,  # annual reports open a day later
    dt.date(2024, 7, 1): False,
}
STATUSES = {
    "belum_mulai", "berjalan", "terlambat_berjalan", "tidak_diketahui", "selesai", "selesai_tepat",
    "selesai_terlambat", "dilewati",
}  # fmt: skip


def correct(store: Store) -> None:
    """Calendar days corrected as the centre does."""
    for day, working in CORRECTED.items():
        corrections.correct(store, day, working, "uji", "uji", "Pusat contoh")


def test_a_small_store_says_what_the_oracle_says(store: Store) -> None:
    """Some 5,000 statuses, in quick time."""
    fill(store, seed=3, years=(2024, 2025), a_year=24)
    assert compared(Comparison(store), [dt.date(2025, 4, 1), dt.date(2026, 1, 5), TODAY]) > 4_000


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_every_status_of_six_years(store: Store, seed: int) -> None:
    """Over 60,000 statuses a seed, some years opened by hand."""
    fill(store, seed, range(2021, 2027), a_year=60, mute=UPT[37:39] if seed == 2 else ())
    open_by_hand(store, ("A", 2023), ("D", 2024), ("C", 2026))
    assert compared(Comparison(store), DAYS) > 60_000
    found = store.rows("SELECT status, count(*) AS n FROM step_status($d) GROUP BY ALL", d=TODAY)
    counts = {r["status"]: r["n"] for r in found}
    assert counts.keys() == STATUSES
    assert min(counts.values()) > 40, counts


@pytest.mark.slow
def test_with_an_entered_revision(store: Store) -> None:
    """Cases are judged by the revision of the day on which they start."""
    fill(store, 5, range(2022, 2027), a_year=40)
    enter(store, REV05)
    assert compared(Comparison(store, (REV04, REV05)), DAYS) > 20_000


@pytest.mark.slow
def test_with_a_corrected_calendar(store: Store) -> None:
    """Openings, due dates and days used move with the calendar."""
    fill(store, 7, range(2023, 2027), a_year=40)
    enter(store, REV05)
    correct(store)
    assert compared(Comparison(store, (REV04, REV05), CORRECTED), DAYS) > 20_000
