"""Working days: hand-counted cases, laws, and numpy as the oracle."""

import datetime as dt
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core import calendar, corrections
from sop_core.calendar import Override, WorkingCalendar
from sop_core.errors import OutsideCalendar
from sop_core.store import Store

D = dt.date
PLAIN = WorkingCalendar(calendar.build())
DAYS = st.dates(D(2018, 1, 1), D(2034, 12, 31))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        # Idul Fitri 2024 with four days of cuti bersama around it.
        (D(2024, 4, 5), 5, D(2024, 4, 22)),
        # Nyepi and Idul Fitri 2025 meet.
        (D(2025, 3, 27), 10, D(2025, 4, 22)),
        # A start on a Saturday counts from Monday.
        (D(2026, 11, 21), 1, D(2026, 11, 23)),
        # The day of the start is day 0.
        (D(2026, 11, 23), 1, D(2026, 11, 24)),
    ],
)
def test_hand_counted_due_dates(start, days, due):
    assert PLAIN.add(start, days) == due
    assert PLAIN.count(start, due) == days


def test_the_first_working_day_of_2026_is_2_january():
    assert PLAIN.first_working_day_after(D(2025, 12, 31)) == D(2026, 1, 2)


@given(DAYS, st.integers(1, 120))
def test_adding_then_counting_returns_the_number(start, days):
    due = PLAIN.add(start, days)
    assert PLAIN.count(start, due) == days
    assert PLAIN.is_working(due)


@given(DAYS, st.integers(0, 90), st.integers(0, 90))
def test_counts_add_up(start, first, second):
    middle = start + dt.timedelta(days=first)
    end = middle + dt.timedelta(days=second)
    assert PLAIN.count(start, end) == PLAIN.count(start, middle) + PLAIN.count(middle, end)


def test_years_without_skb_are_provisional():
    assert not PLAIN.provisional(D(2026, 1, 5), D(2026, 12, 30))
    assert PLAIN.provisional(D(2027, 12, 20), D(2028, 1, 10))
    assert PLAIN.provisional(D(2027, 3, 8), D(2027, 3, 16)), "Idul Fitri 2027 is an estimate"


def test_an_override_takes_a_day_off_and_gives_one_back():
    corrected = WorkingCalendar(
        calendar.build(
            [
                Override(D(2026, 11, 25), False, "Pilkada susulan", "Keppres contoh"),
                Override(D(2026, 12, 25), True, "Uji", "Keputusan contoh"),
            ]
        )
    )
    assert PLAIN.add(D(2026, 11, 24), 1) == D(2026, 11, 25)
    assert corrected.add(D(2026, 11, 24), 1) == D(2026, 11, 26)
    assert corrected.is_working(D(2026, 12, 25))


def test_outside_the_calendar_is_refused():
    with pytest.raises(OutsideCalendar):
        PLAIN.add(D(2017, 12, 31), 1)
    with pytest.raises(OutsideCalendar):
        PLAIN.add(D(2035, 12, 20), 60)
    with pytest.raises(ValueError, match="mendahului"):
        PLAIN.count(D(2026, 2, 2), D(2026, 2, 1))


def test_shipped_override_file_needs_reason_and_basis(tmp_path):
    path = tmp_path / "overrides.csv"
    path.write_text("day,working,reason,legal_basis\n2026-01-02,tidak,,\n", encoding="utf-8")
    with pytest.raises(ValueError, match="baris 2"):
        calendar.read_overrides(path)


def holidays_for_numpy() -> list[dt.date]:
    return [d.day for d in calendar.build() if d.name and not d.working]


def test_store_agrees_with_numpy_on_3000_random_pairs(store: Store):
    """Due dates and days used in the store's SQL, held against numpy's busday functions."""
    random_ = random.Random(7)
    first, last = D(2018, 1, 1), D(2027, 12, 31)
    span = (last - first).days
    starts = [first + dt.timedelta(days=random_.randrange(span)) for _ in range(3000)]
    norms = [random_.choice([1, 5, 10, 15, 20, 30, 40, 60]) for _ in starts]
    finishes = [s + dt.timedelta(days=random_.randrange(0, 150)) for s in starts]
    with store.database.transaction() as cursor:
        cursor.execute("DELETE FROM sop_step")
        cursor.execute("UPDATE sop_revision SET judges_from = DATE '2018-01-01'")
        for flow_no, norm in enumerate(sorted(set(norms)), 1):
            cursor.execute(
                "INSERT INTO sop_step VALUES"
                " ('04', 'A', $no, 'activity', 'uji', $n, NULL, false, [], NULL, 'mulai')",
                {"no": flow_no, "n": norm},
            )
        number = {norm: i for i, norm in enumerate(sorted(set(norms)), 1)}
        cursor.executemany(
            "INSERT INTO activity (case_id, flow, year, unit_code, title, batch_id, source_row)"
            " VALUES (?, 'A', 2024, 'BBPOM-PDG', 'uji', 1, 1)",
            [[f"U{i}"] for i in range(len(starts))],
        )
        cursor.executemany(
            "INSERT INTO step_record (case_id, step_no, started, finished, batch_id, source_row)"
            " VALUES (?, ?, ?, ?, 1, 1)",
            [
                [f"U{i}", number[n], s, f]
                for i, (s, n, f) in enumerate(zip(starts, norms, finishes, strict=True))
            ],
        )
        from sop_core import facts

        facts.rebuild(cursor)
    rows = store.rows(
        "SELECT case_id, due, days_used, days_late FROM step_status($d) WHERE done",
        d=D(2028, 12, 29),
    )
    assert len(rows) == 3000
    got = {r["case_id"]: r for r in rows}
    off = holidays_for_numpy()
    begin = np.array(starts, dtype="datetime64[D]")
    # numpy rolls a start on a day off; the SOP's day 0 is the start whatever day it is.
    due = np.busday_offset(begin, norms, roll="backward", holidays=off)
    next_day = begin + 1
    used = np.busday_count(next_day, np.array(finishes, dtype="datetime64[D]") + 1, holidays=off)
    for i in range(len(starts)):
        row = got[f"U{i}"]
        assert row["due"] == due[i].astype(object), (starts[i], norms[i])
        assert row["days_used"] == used[i], (starts[i], finishes[i])
        assert row["days_late"] == max(0, used[i] - norms[i])


def test_staff_override_moves_due_dates_in_the_store(one_case: Store):
    question = "SELECT due_on FROM step_fact WHERE case_id = 'ADV-1' AND step_no = 1"
    assert one_case.one(question) == D(2025, 3, 17)
    corrections.correct(one_case, D(2025, 3, 10), False, "Libur daerah", "SK contoh", "uji")
    assert one_case.one(question) == D(2025, 3, 18)
    corrections.withdraw(one_case, D(2025, 3, 10))
    assert one_case.one(question) == D(2025, 3, 17)
    with pytest.raises(ValueError, match="dasar hukum"):
        corrections.correct(one_case, D(2025, 3, 10), False, "Libur", " ", "uji")
