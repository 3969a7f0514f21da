"""Follow-ups of activities, by hand."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import followups
from sop_core.evaluation import Scope
from sop_core.recommendations import evidence
from sop_core.store import Store
from tests.builders import TODAY, load

pytestmark = pytest.mark.slow

D = dt.date


@pytest.fixture
def followed(store: Store) -> Store:
    """One activity of each flow A-C, held on 10 March 2025, with what it recommended."""
    load(
        store,
        Kegiatan=[
            ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman Padang"],
            ["PDP-1", "B", 2025, "BBPOM-PDG", "Pendampingan UMKM Padang"],
            ["PBM-1", "C", 2025, "BBPOM-PDG", "KIE Kosmetik aman Padang"],
        ],
        Langkah=[[c, 3, D(2025, 3, 10), D(2025, 3, 10)] for c in ("ADV-1", "PDP-1", "PBM-1")],
        Tindak_Lanjut=[
            ["ADV-1", "1", "Rencana aksi daerah", "LOKA-SJJ", D(2025, 4, 14), D(2025, 4, 10), "belum optimal"],
            ["ADV-1", "2", "Petugas penghubung", None, D(2025, 4, 14), None, None],
            ["PDP-1", "1", "Perbaikan sanitasi", None, D(2025, 4, 14), D(2025, 5, 5), "belum optimal"],
            ["PBM-1", "1", "Materi edukasi", None, D(2025, 6, 2), D(2025, 5, 5), "optimal"],
        ],
    )  # fmt: skip
    return store


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (D(2025, 3, 9), {}),  # not held yet
        (D(2025, 4, 14), {"terbuka": 3, "belum_optimal": 1, "escort": 1}),
        (D(2025, 4, 15), {"terbuka": 1, "terlambat": 2, "belum_optimal": 1, "escort": 1}),
        # B.10 does not speak of escorting, A.10 and C.8 do.
        (TODAY, {"terlambat": 1, "belum_optimal": 2, "selesai_tepat": 1, "escort": 1}),
    ],
)
def test_what_is_open_late_or_not_optimal(followed, day, expected):
    found = followups.totals(followed, Scope(day))
    assert {k: v for k, v in found.items() if v} == expected


def test_rows_name_the_office_in_charge_the_step_that_escorts_and_hk_late(followed):
    frame = followups.rows(followed, Scope(D(2025, 4, 30)))
    first = frame.set_index(["case_id", "recommendation_no"]).loc[("ADV-1", "1")]
    assert (first["unit_code"], first["escort"]) == ("LOKA-SJJ", "A.10")
    late = frame[frame["status"] == "terlambat"]
    # 15, 16, 17, 21 ... 30 April; 18 April 2025 is Wafat Yesus Kristus.
    assert set(late["days_late"]) == {11}


def test_counts_by_office_and_stakeholder(followed):
    by_unit = followups.counts_by(followed, Scope(TODAY), "unit").set_index("group")
    assert by_unit.loc["Balai Besar POM di Padang", "total"] == 3
    assert by_unit.loc["Loka POM di Kabupaten Sijunjung", "escort"] == 1
    assert followups.counts_by(followed, Scope(TODAY), "stakeholder")["total"].sum() == 4


def test_scope_limits_by_office_in_charge(followed):
    assert followups.totals(followed, Scope(TODAY, units=("LOKA-SJJ",)))["belum_optimal"] == 1


HELD = D(2025, 3, 10)  # a Monday


def one(store: Store, day: D) -> dict:
    """The only follow-up as of a day, as a row."""
    frame = followups.rows(store, Scope(day))
    assert len(frame) == 1
    return frame.astype(object).where(frame.notna(), None).to_dict("records")[0]


def follow(store: Store, target: D | None, finished: D | None, outcome: str | None = None) -> None:
    """One activity held on 10 March 2025 with one recommendation."""
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman Padang"]],
        Langkah=[["ADV-1", 3, HELD, HELD]],
        Tindak_Lanjut=[["ADV-1", "1", "Rencana aksi", None, target, finished, outcome]],
    )


@pytest.mark.parametrize(
    ("target", "finished", "outcome", "status", "days_used", "days_late"),
    [
        (D(2025, 4, 14), D(2025, 4, 14), "optimal", "selesai_tepat", 18, 0),
        # 18 April 2025 is a holiday, 19 and 20 a weekend.
        (D(2025, 4, 14), D(2025, 4, 21), "optimal", "selesai_terlambat", 22, 4),
        (D(2025, 4, 14), D(2025, 4, 21), None, "selesai_terlambat", 22, 4),
        (D(2025, 4, 14), D(2025, 4, 21), "belum optimal", "belum_optimal", 22, 4),
        # A target on a Saturday is kept on the Sunday: no working day lies between.
        (D(2025, 4, 12), D(2025, 4, 13), None, "selesai_tepat", 17, 0),
        (D(2025, 4, 12), D(2025, 4, 14), None, "selesai_terlambat", 18, 1),
        (None, D(2025, 4, 21), None, "selesai", 22, None),
    ],
)
def test_what_is_done_keeps_its_lateness(
    store, target, finished, outcome, status, days_used, days_late
):
    follow(store, target, finished, outcome)
    row = one(store, TODAY)
    assert (row["status"], row["days_used"], row["days_late"]) == (status, days_used, days_late)
    assert row["late"] is (days_late is not None and days_late > 0)
    # The day before it was finished, neither the finish nor its result has happened.
    before = one(store, finished - dt.timedelta(days=1))
    assert (before["finished_on"], before["status"] in ("terbuka", "terlambat")) == (None, True)


days = st.dates(D(2025, 3, 10), D(2025, 12, 31))


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(target=days | st.none(), finished=days | st.none(), day=days)
def test_days_are_the_calendars_and_the_future_is_not_known(target, finished, day):
    """The oracle: numpy's busday_count over the store's own days off."""
    with Store() as store:
        follow(store, target, finished, "belum optimal" if finished else None)
        row = one(store, day)
        off = [d.day for d in store.calendar().holidays_between(D(2025, 1, 1), D(2026, 1, 1))]
    done = finished is not None and finished <= day
    assert row["status"] == "belum_optimal" if done else row["status"] in ("terbuka", "terlambat")
    assert row["finished_on"] is None or row["finished_on"].date() <= day

    def after(first: D, last: D) -> int:
        one_day = dt.timedelta(days=1)
        return max(0, int(np.busday_count(first + one_day, last + one_day, holidays=off)))

    end = finished if done else day
    assert row["days_used"] == after(HELD, end)
    assert row["days_late"] == (None if target is None else after(target, end))
    assert row["late"] is bool(row["days_late"])


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    target=days | st.none(), finished=days | st.none(), held=days | st.none(),
    later=st.integers(1, 200), day=days,
)  # fmt: skip
def test_what_happens_after_a_day_changes_nothing_as_of_it(target, finished, held, later, day):
    """Also a record of A.3 that comes later: it used to take the follow-up from earlier days."""
    future = day + dt.timedelta(days=later)
    with Store() as store:
        load(
            store,
            Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
            Langkah=[["ADV-1", 3, held, held]] if held and held <= day else [],
            Tindak_Lanjut=[["ADV-1", "1", "Rencana aksi", None, target,
                            finished if finished and finished <= day else None, None]],
        )  # fmt: skip
        before = followups.rows(store, Scope(day)).drop(columns=["batch_id", "source_row"])
        load(
            store,
            Langkah=[] if held and held <= day else [["ADV-1", 3, future, future]],
            Tindak_Lanjut=[["ADV-1", "1", "Rencana aksi", None, target,
                            finished if finished and finished <= day else future, "belum optimal"
                            if not (finished and finished <= day) else None]],
        )  # fmt: skip
        after = followups.rows(store, Scope(day)).drop(columns=["batch_id", "source_row"])
    assert before.equals(after)


def test_evidence_tells_what_was_settled_late_beside_what_is_not_settled(followed):
    load(
        followed,
        Tindak_Lanjut=[["PDP-1", "2", "Label", None, D(2025, 4, 14), D(2025, 5, 5), "optimal"]],
    )
    frame = evidence.follow_ups(followed, 2025, TODAY).groupby("flow").sum()
    told = ["total", "late", "not_optimal", "finished_late", "bad"]
    assert frame.loc["A", told].tolist() == [2, 1, 1, 0, 2]
    assert frame.loc["B", told].tolist() == [2, 0, 1, 1, 1]


def test_every_status_has_a_name_and_a_colour():
    from pages.kit import colors

    assert set(followups.STATUSES) == set(followups.STATUS_NAMES) == set(colors.FOLLOW_UP)
    red = {s for s, c in colors.FOLLOW_UP.items() if c == colors.STATUS["terlambat_berjalan"]}
    assert red == {followups.LATE}


def test_a_target_that_passed_after_the_office_fell_silent_is_not_late(store: Store):
    """The oracle of steps has the rest; a follow-up is told by the office of its activity."""
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-1", 3, dt.date(2026, 3, 2), dt.date(2026, 3, 3)]],
        Tindak_Lanjut=[["ADV-1", "R1", "Uraian", None, dt.date(2026, 11, 2)],
                       ["ADV-1", "R2", "Uraian", None, dt.date(2026, 12, 1)]],
    )  # fmt: skip
    frame = followups.rows(store, Scope(dt.date(2026, 12, 15)))
    assert dict(zip(frame["recommendation_no"], frame["status"], strict=True)) == {
        "R1": followups.LATE, "R2": followups.UNKNOWN,
    }  # fmt: skip
    assert followups.totals(store, Scope(dt.date(2026, 12, 15)))[followups.UNKNOWN] == 1
