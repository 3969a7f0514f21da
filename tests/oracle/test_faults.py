"""The minimal case of each fault that the oracle found."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY, all_speak, load, open_years, steps_of, workbook
from tests.oracle.generating import FULL_HEADINGS

pytestmark = pytest.mark.slow

MARCH = dt.date(2026, 3, 2)


def batch(certified: str | None = None) -> list[list[Any]]:
    """One batch of facilitators."""
    row: list[Any] = ["FAS-1", "D", 2026, "BBPOM-PDG", "Angkatan I"]
    row += [None] * (len(FULL_HEADINGS["Kegiatan"]) - len(row))
    row[FULL_HEADINGS["Kegiatan"].index("Lanjut Sertifikasi")] = certified
    return [row]


def done(*steps: int) -> list[list[Any]]:
    """Each of these steps done in a day, one a week from 5 January 2026 on."""
    days = {no: dt.date(2026, 1, 5) + dt.timedelta(7 * no) for no in steps}
    return [["FAS-1", no, day, day + dt.timedelta(1)] for no, day in days.items()]


def kept(store: Store, activities: list[list[Any]], steps: list[list[Any]]) -> None:
    """The batch in the store, every office having spoken."""
    with_all_columns(store, Kegiatan=activities, Langkah=steps)
    all_speak(store, TODAY)


def with_all_columns(store: Store, **sheets: list[list[Any]]) -> None:
    """Import with every column of the contract."""
    file = SourceFile("uji.xlsx", workbook(FULL_HEADINGS, **sheets))
    result = importing.import_files(store, [file], "uji", today=TODAY)
    assert not result.problems


def test_a_step_passed_by_is_not_open(store: Store) -> None:
    """Lanjut Sertifikasi = ya, D.4 without a record, D.7 recorded: D.4 was passed by."""
    kept(store, batch("ya"), done(1, 2, 3, 7))
    step = steps_of(store, "FAS-1", MARCH)[4]
    assert step["status"] == "dilewati"
    assert (step["open"], step["days_used"], step["days_waited"]) == (False, None, None)


def test_a_step_passed_by_is_counted_from_nothing(store: Store) -> None:
    """As D.5 and D.6 beside it: D.4 was passed by."""
    kept(store, batch("ya"), done(1, 2, 3, 7))
    assert [steps_of(store, "FAS-1", MARCH)[no]["counted_on"] for no in (4, 5, 6)] == [None] * 3


@pytest.mark.parametrize("record", [
    ["FAS-1", 4, dt.date(2026, 4, 6), None],
    ["FAS-1", 4, dt.date(2027, 1, 6), None],
    ["FAS-1", 4, dt.date(2026, 4, 6), None, None, "ya", "tidak perlu"],
])  # fmt: skip
def test_a_later_record_of_d4_changes_nothing_before(store: Store, record: list[Any]) -> None:
    """With ya, D.4 runs from D.3's finish, whatever is recorded of it later."""
    kept(store, batch("ya"), done(1, 2, 3))
    before = steps_of(store, "FAS-1", MARCH)
    assert before[4]["status"] == "berjalan"
    load(store, Langkah=[record])
    assert steps_of(store, "FAS-1", MARCH) == before


@pytest.mark.parametrize("no", [5, 6])
@pytest.mark.parametrize("certified", [None, "ya"])
@pytest.mark.parametrize("asked", [MARCH, dt.date(2026, 9, 30)])
def test_a_later_record_of_d5_or_d6_changes_nothing_before(
    store: Store, no: int, certified: str | None, asked: dt.date
) -> None:
    """Optional steps never start by themselves; a planned start moves nothing before it comes."""
    kept(store, batch(certified), done(1, 2, 3, *range(4, no)))
    before = steps_of(store, "FAS-1", asked)
    load(store, Langkah=[["FAS-1", no, dt.date(2026, 10, 5), None]])
    assert steps_of(store, "FAS-1", asked) == before


def test_a_report_of_a_central_unit_is_there_from_its_first_record(store: Store) -> None:
    """UPT owe the reports of an opened year, central units do not."""
    open_years(store, ("A", 2025))
    before = store.rows("SELECT * FROM step_status($d) ORDER BY ALL", d=MARCH)
    load(store, Langkah=[["A-2025-PST-REGPO", 7, dt.date(2026, 4, 6), dt.date(2026, 4, 7)]])
    assert store.rows("SELECT * FROM step_status($d) ORDER BY ALL", d=MARCH) == before
