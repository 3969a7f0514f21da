"""Tahun agrees with the dates: one row with a wrong one would make every office owe reports."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import importing
from sop_core.demo import demo_workbook
from sop_core.errors import UndoRefused
from sop_core.importing import Preview, SourceFile, checking
from sop_core.store import Store
from tests.builders import TODAY, load

pytestmark = pytest.mark.slow

D = dt.date


def activity(year: int) -> list[object]:
    return ["ADV-1", "A", year, "BBPOM-PDG", "Advokasi Padang"]


def step(number: int, day: dt.date) -> list[object]:
    return ["ADV-1", number, day, day]


def reasons(result: Preview) -> list[tuple[str, int, str]]:
    return [(p.sheet, p.row, p.column) for p in result.problems]


@pytest.mark.parametrize(
    ("year", "day", "agrees"),
    [
        (2025, D(2025, 1, 1), True),
        (2025, D(2025, 12, 31), True),
        (2025, D(2024, 1, 1), True),
        (2025, D(2024, 12, 31), True),
        (2025, D(2023, 12, 31), False),
        (2025, D(2026, 1, 1), False),
    ],
)
def test_the_first_record_lies_in_the_year_or_the_one_before(store: Store, year, day, agrees):
    result = load(store, Kegiatan=[activity(year)], Langkah=[step(1, day), step(2, D(2026, 3, 2))])
    if agrees:
        assert not result.problems
        return
    assert reasons(result)[0] == ("Kegiatan", 2, "Tahun")
    said = result.problems[0].message
    assert f"menunjuk Tahun {day.year} (atau {day.year + 1}), bukan 2025" in said
    hung = "kegiatannya ditolak (lembar Kegiatan baris 2)"
    assert [p.message for p in result.problems[1:]] == [hung, hung]
    assert not result.kept
    assert store.one("SELECT count(*) FROM sop_case") == 0, "no office owes a year for it"


def test_what_hangs_on_it_falls_with_it(store: Store):
    result = load(
        store,
        Kegiatan=[["FKP-1", "D", 2020, "BPOM-BGR", "Angkatan"]],
        Langkah=[["FKP-1", 1, D(2025, 3, 3)]],
        Fasilitator=[["F-1", "Sekar Laksmana", "BPOM-BGR", "FKP-1", "Keamanan Pangan"]],
    )
    assert reasons(result) == [
        ("Kegiatan", 2, "Tahun"), ("Langkah", 2, "ID Kegiatan"), ("Fasilitator", 2, "ID Kegiatan"),
    ]  # fmt: skip


def test_an_activity_without_dates_may_be_of_any_year(store: Store):
    assert not load(store, Kegiatan=[activity(2027)]).problems


def test_a_refused_date_speaks_for_no_year(store: Store):
    bad = ["ADV-1", 1, D(2020, 3, 3), D(2020, 3, 2)]
    result = load(store, Kegiatan=[activity(2025)], Langkah=[bad, step(2, D(2025, 3, 3))])
    assert reasons(result) == [("Langkah", 2, "Tanggal Selesai")]


def test_a_year_is_changed_only_with_its_dates(store: Store):
    load(store, Kegiatan=[activity(2025)], Langkah=[step(1, D(2025, 3, 3))])
    assert reasons(load(store, Kegiatan=[activity(2023)])) == [("Kegiatan", 2, "Tahun")]
    assert reasons(load(store, Kegiatan=[activity(2027)])) == [("Kegiatan", 2, "Tahun")]
    assert not load(store, Kegiatan=[activity(2026)]).problems, "planned the year before"
    again = load(store, Kegiatan=[activity(2024)], Langkah=[step(1, D(2024, 3, 4))])
    assert not again.problems, "both in one file"


@pytest.mark.parametrize("day", [D(2022, 3, 3), D(2026, 3, 3)])
def test_steps_alone_are_held_against_the_stored_year(store: Store, day):
    load(store, Kegiatan=[activity(2025)])
    result = load(store, Langkah=[step(1, day)])
    assert reasons(result) == [("Langkah", 2, "Tanggal Mulai")]
    said = result.problems[0].message
    assert f"tanggal ini menunjuk Tahun {day.year}" in said
    assert "tercatat pada Tahun 2025" in said


def test_of_steps_alone_only_those_outside_the_year_are_refused(store: Store):
    load(store, Kegiatan=[activity(2025)])
    result = load(
        store, Langkah=[step(1, D(2022, 3, 3)), step(2, D(2025, 3, 3)), step(3, D(2026, 1, 9))]
    )
    assert reasons(result) == [("Langkah", 2, "Tanggal Mulai")]
    assert store.one("SELECT count(*) FROM step_record") == 2


def test_the_only_date_of_the_year_is_not_cleared(store: Store):
    load(
        store, Kegiatan=[activity(2025)], Langkah=[step(1, D(2025, 12, 1)), step(2, D(2026, 2, 2))]
    )
    result = load(store, Langkah=[["ADV-1", 1]], clears=True)
    assert reasons(result) == [("Langkah", 2, "Tanggal Selesai")]
    assert "tanpa tanggal ini catatan pertamanya menunjuk Tahun 2026" in result.problems[0].message
    assert not load(store, Langkah=[["ADV-1", 2]], clears=True).problems, "the first one stays"


@pytest.fixture
def faulty(store: Store, monkeypatch) -> Store:
    """A store as earlier versions let it become: Tahun 2022, all of its dates in 2025."""
    with monkeypatch.context() as earlier:
        earlier.setattr(checking, "TOGETHER", ())
        load(store, Kegiatan=[activity(2022)], Langkah=[step(1, D(2025, 3, 3))])
        load(store, Langkah=[step(2, D(2025, 3, 10)), step(1, D(2025, 3, 4))])
    assert store.one("SELECT year FROM activity") == 2022
    return store


def test_an_undo_is_not_refused_for_a_year_that_was_wrong_before(faulty: Store):
    importing.undo(faulty, 2, "uji", today=TODAY)
    assert faulty.one("SELECT count(*) FROM step_record") == 1
    importing.undo(faulty, 1, "uji", today=TODAY)
    assert faulty.empty


def test_what_was_wrong_before_stays_until_its_year_is_put_right(faulty: Store):
    assert not load(faulty, Langkah=[step(1, D(2025, 3, 4))]).problems, "stored just so"
    assert reasons(load(faulty, Langkah=[step(3, D(2025, 4, 1))])) == [
        ("Langkah", 2, "Tanggal Mulai")
    ]
    both = load(faulty, Kegiatan=[activity(2025)], Langkah=[step(3, D(2025, 4, 1))])
    assert not both.problems


def test_an_undo_that_would_make_a_year_wrong_is_refused(store: Store):
    load(store, Kegiatan=[activity(2025)])
    load(store, Kegiatan=[activity(2027)])
    load(store, Langkah=[step(1, D(2026, 3, 2))])
    with pytest.raises(UndoRefused, match="menunjuk Tahun 2026"):
        importing.undo(store, 2, "uji", today=TODAY)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.integers(2020, 2027),
    st.dictionaries(st.integers(1, 6), st.dates(D(2020, 1, 1), D(2026, 11, 1)), max_size=4),
    st.dictionaries(st.integers(1, 6), st.dates(D(2020, 1, 1), D(2026, 11, 1)), max_size=4),
)
@pytest.mark.slow
def test_whatever_comes_in_whatever_order_the_kept_year_agrees(year, first, second):
    with Store() as store:
        load(store, Kegiatan=[activity(year)], Langkah=[step(*kv) for kv in first.items()])
        if second:
            load(store, Langkah=[step(*kv) for kv in second.items()])
        begun = store.one("SELECT min(started) FROM step_record")
        kept = store.rows("SELECT year FROM activity")
        assert bool(kept) == (not first or year - 1 <= min(first.values()).year <= year)
        if begun is not None:
            assert kept[0]["year"] - 1 <= begun.year <= kept[0]["year"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 4])
def test_the_demo_agrees(seed):
    with Store() as store:
        file = SourceFile("d.xlsx", demo_workbook(cases=600, seed=seed, until=TODAY))
        result = importing.import_files(store, [file], "uji", today=TODAY)
    assert all("mendahului mulai" in p.message for p in result.problems)
    assert 0 < result.warning_total < 60, "now and then, as among people"
