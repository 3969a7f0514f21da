"""Status as of a date, held against cases worked out by hand."""

import datetime as dt

import pytest

from sop_core.evaluation import STATUSES, UNKNOWN, Scope, headline, status_rows
from sop_core.store import Store
from tests.builders import enter, load, open_years, revised, steps_of

D = dt.date
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Desa Pangan Aman Padang"]
BATCH = ["FKP-1", "D", 2025, "BPOM-BGR", "Angkatan 1 fasilitator keamanan pangan Bogor"]


def test_one_case_through_time(one_case: Store):
    # A.1 took 9 HK of 10; A.2 started 17 March, due 16 April, after Nyepi and Idul Fitri.
    before = steps_of(one_case, "ADV-1", D(2025, 3, 2))
    assert {s["status"] for s in before.values()} == {"belum_mulai"}
    running = steps_of(one_case, "ADV-1", D(2025, 3, 10))
    assert running[1]["status"] == "berjalan"
    assert (running[1]["due"], running[1]["days_left"]) == (D(2025, 3, 17), 5)
    late = steps_of(one_case, "ADV-1", D(2025, 4, 25))
    assert late[1]["status"] == "selesai_tepat"
    assert late[1]["days_used"] == 9
    assert (late[2]["status"], late[2]["due"]) == ("terlambat_berjalan", D(2025, 4, 16))
    assert late[2]["days_late"] == 6, "17, 21-25 April; the 18th is Good Friday"
    done = steps_of(one_case, "ADV-1", D(2025, 6, 30))
    assert (done[2]["status"], done[2]["days_late"]) == ("selesai_terlambat", 9)
    assert done[3]["status"] == "berjalan", "no record yet: counted from A.2's finish"
    assert done[3]["started"] == D(2025, 4, 30)
    assert done[3]["due"] is None, "N/A steps have no norm and are never late"


def test_due_on_friday_is_not_late_on_the_weekend(store: Store):
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-1", 1, D(2026, 11, 6)]],
    )
    assert steps_of(store, "ADV-1", D(2026, 11, 20))[1]["due"] == D(2026, 11, 20)
    for day, status in (
        (20, "berjalan"),
        (21, "berjalan"),
        (22, "berjalan"),
        (23, "terlambat_berjalan"),
    ):
        assert steps_of(store, "ADV-1", D(2026, 11, day))[1]["status"] == status


def test_a_step_without_record_counts_from_its_predecessor(store: Store):
    """Where most silent lateness hides."""
    load(
        store,
        Kegiatan=[ADV],
        Langkah=[
            ["ADV-1", 1, D(2025, 6, 2), D(2025, 6, 10)],
            ["ADV-1", 3, D(2025, 7, 1), D(2025, 7, 2)],
        ],
    )
    steps = steps_of(store, "ADV-1", D(2025, 8, 29))
    assert (steps[2]["status"], steps[2]["start_rule"]) == (
        "terlambat_berjalan",
        "langkah_sebelumnya",
    )
    assert (steps[4]["status"], steps[4]["due"]) == ("terlambat_berjalan", D(2025, 7, 9))
    standing = store.rows(
        "SELECT * FROM case_standing($d, NULL, NULL, NULL) WHERE case_id = 'ADV-1'",
        d=D(2025, 8, 29),
    )[0]
    assert (standing["stands_at"], standing["late_steps"]) == (2, 2)


def test_finish_without_any_start_is_done_but_not_judged(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, None, D(2025, 6, 10)]])
    step = steps_of(store, "ADV-1", D(2025, 8, 1))[1]
    assert (step["status"], step["days_used"]) == ("selesai", None)


def test_skipped_steps_are_passed_over(store: Store):
    reason = "Sertifikasi tidak dianggarkan"
    skip = [["FKP-1", n, None, None, None, "ya", reason] for n in (4, 5, 6)]
    load(
        store,
        Kegiatan=[BATCH],
        Langkah=[
            ["FKP-1", 1, D(2025, 1, 6), D(2025, 2, 10)],
            ["FKP-1", 2, None, D(2025, 3, 14)],
            ["FKP-1", 3, D(2025, 3, 17), D(2025, 3, 21)],
            *skip,
        ],
    )
    steps = steps_of(store, "FKP-1", D(2025, 6, 30))
    assert [steps[n]["status"] for n in (4, 5, 6)] == ["dilewati"] * 3
    assert steps[7]["started"] == D(2025, 3, 21)
    assert (steps[7]["status"], steps[7]["due"]) == ("terlambat_berjalan", D(2025, 4, 30))


def test_optional_steps_never_start_by_themselves(store: Store):
    load(
        store,
        Kegiatan=[BATCH],
        Langkah=[
            ["FKP-1", 1, D(2025, 1, 6), D(2025, 2, 10)],
            ["FKP-1", 2, None, D(2025, 3, 14)],
            ["FKP-1", 3, None, D(2025, 3, 21)],
        ],
    )
    steps = steps_of(store, "FKP-1", D(2025, 12, 31))
    assert [steps[n]["status"] for n in (4, 5, 6)] == ["belum_mulai"] * 3
    assert (steps[7]["status"], steps[7]["due"]) == ("terlambat_berjalan", D(2025, 4, 30))


def test_a_record_of_d7_shows_that_d4_to_d6_were_not_taken(store: Store):
    load(
        store,
        Kegiatan=[BATCH],
        Langkah=[
            ["FKP-1", 1, D(2025, 1, 6), D(2025, 2, 10)],
            ["FKP-1", 2, None, D(2025, 3, 14)],
            ["FKP-1", 3, None, D(2025, 3, 21)],
            ["FKP-1", 7, None, D(2025, 4, 21)],
        ],
    )
    steps = steps_of(store, "FKP-1", D(2025, 12, 31))
    assert (steps[7]["started"], steps[7]["status"]) == (D(2025, 3, 21), "selesai_tepat")
    standing = store.rows(
        "SELECT stands_at FROM case_standing($d, NULL, NULL, NULL) WHERE case_id = 'FKP-1'",
        d=D(2025, 12, 31),
    )
    assert standing == [{"stands_at": None}]


def test_every_upt_owes_an_annual_report_even_without_a_record(store: Store):
    load(store, Kegiatan=[ADV])
    open_years(store, ("A", 2025))
    day = D(2026, 3, 2)
    owed = store.rows(
        "SELECT * FROM step_status($d) WHERE level = 'unit_year' ORDER BY unit_code", d=day
    )
    assert len(owed) == 76
    assert {r["started"] for r in owed} == {D(2026, 1, 2)}
    assert {r["due"] for r in owed} == {D(2026, 2, 2)}, "16 January is Isra Mikraj"
    assert {r["status"] for r in owed} == {"terlambat_berjalan"}
    assert {r["status"] for r in store.rows(
        "SELECT status FROM step_status($d) WHERE level = 'unit_year'", d=D(2025, 12, 31)
    )} == {"belum_mulai"}  # fmt: skip


def all_reports(store: Store, day: dt.date) -> list[list[object]]:
    codes = [u.code for u in store.units(day) if u.kind in ("balai_besar", "balai", "loka")]
    return [[f"A-2025-{code}", 7, None, day] for code in codes]


def test_national_year_opens_when_the_last_report_is_in(store: Store):
    rows = all_reports(store, D(2026, 1, 20))
    rows[-1][3] = D(2026, 2, 11)
    load(store, Kegiatan=[ADV], Langkah=rows)
    open_years(store, ("A", 2025))
    step = steps_of(store, "A-2025-NASIONAL", D(2026, 3, 2))[8]
    assert (step["started"], step["status"]) == (D(2026, 2, 11), "berjalan")


def test_national_year_opens_on_31_march_if_some_report_never_comes(store: Store):
    load(store, Kegiatan=[ADV], Langkah=all_reports(store, D(2026, 1, 20))[:-1])
    open_years(store, ("A", 2025))
    assert steps_of(store, "A-2025-NASIONAL", D(2026, 3, 30))[8]["status"] == "belum_mulai"
    assert steps_of(store, "A-2025-NASIONAL", D(2026, 3, 31))[8]["started"] == D(2026, 3, 31)


def test_a_report_that_comes_in_may_does_not_move_the_opening(store: Store):
    rows = all_reports(store, D(2026, 1, 20))
    rows[-1][3] = D(2026, 5, 4)
    load(store, Kegiatan=[ADV], Langkah=rows)
    open_years(store, ("A", 2025))
    assert steps_of(store, "A-2025-NASIONAL", D(2026, 6, 1))[8]["started"] == D(2026, 3, 31)


@pytest.mark.parametrize(
    ("quarter", "started", "due", "rule"),
    [
        # The 10th of April 2026 is a Friday; ten HK after 1 April would be the 16th.
        (1, D(2026, 4, 1), D(2026, 4, 10), "tanggal"),
        # 10 October 2026 is a Saturday: the calendar date still binds.
        (3, D(2026, 10, 1), D(2026, 10, 10), "tanggal"),
    ],
)
def test_d8_is_bound_by_the_10th_when_that_is_earlier(store: Store, quarter, started, due, rule):
    open_years(store, ("D", 2026))
    step = steps_of(store, f"D-2026-TW{quarter}", D(2026, 11, 24))[8]
    assert (step["started"], step["due"], step["due_rule"]) == (started, due, rule)


def test_d8_is_bound_by_ten_hk_when_that_is_earlier(store: Store):
    open_years(store, ("D", 2026))
    enter(store, revised(norms={"D.8": 4}))
    step = steps_of(store, "D-2026-TW1", D(2026, 4, 30))[8]
    assert (step["due"], step["due_rule"]) == (D(2026, 4, 8), "hari_kerja"), (
        "3 April is Good Friday"
    )


def test_d8_due_on_saturday_the_10th_is_late_on_sunday(store: Store):
    open_years(store, ("D", 2026))
    for day, status, late in (
        (10, "berjalan", 0), (11, "terlambat_berjalan", 0), (12, "terlambat_berjalan", 1),
    ):  # fmt: skip
        step = steps_of(store, "D-2026-TW3", D(2026, 10, day))[8]
        assert (step["status"], step["days_late"]) == (status, late)


def test_work_done_before_the_opening_is_on_time(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["A-2025-BBPOM-PDG", 7, None, D(2025, 12, 22)]])
    step = steps_of(store, "A-2025-BBPOM-PDG", D(2026, 2, 2))[7]
    assert (step["status"], step["days_used"]) == ("selesai_tepat", 0)


def test_the_past_comes_out_the_same_whatever_is_recorded_later(store: Store):
    rows = [["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]]
    load(store, Kegiatan=[ADV], Langkah=rows)
    scope = Scope(D(2025, 4, 30))
    then = status_rows(store, scope)
    load(
        store,
        Langkah=[["ADV-1", 2, None, D(2025, 6, 5)], ["ADV-1", 3, D(2025, 6, 9), D(2025, 6, 10)]],
    )
    assert status_rows(store, scope) == then


def test_statuses_use_one_vocabulary(demo_store: Store):
    found = {r["status"] for r in status_rows(demo_store, Scope(D(2026, 11, 24)))}
    assert found == set(STATUSES) - {UNKNOWN}, "the demo's offices all spoke"


def test_no_norm_is_never_late(demo_store: Store):
    rows = demo_store.rows(
        "SELECT DISTINCT status FROM step_status($d) WHERE sla_days IS NULL", d=D(2026, 11, 24)
    )
    assert {r["status"] for r in rows} <= {"belum_mulai", "berjalan", "selesai", "dilewati"}


def test_headline_equals_a_count_in_python(demo_store: Store):
    for day in (D(2026, 11, 24), D(2025, 6, 30)):
        rows = status_rows(demo_store, Scope(day))
        now = headline(demo_store, Scope(day))
        counted = [r["status"] for r in rows]
        assert now.overdue == counted.count("terlambat_berjalan")
        assert now.open == counted.count("terlambat_berjalan") + counted.count("berjalan")
        assert (now.on_time, now.late) == (
            counted.count("selesai_tepat"), counted.count("selesai_terlambat"),
        )  # fmt: skip


def test_a_case_from_before_the_first_revision_is_timed_and_not_judged(store: Store):
    load(
        store,
        Kegiatan=[["LAMA-1", "A", 2021, "BBPOM-PDG", "Advokasi lama"]],
        Langkah=[["LAMA-1", 1, D(2021, 2, 1), D(2021, 2, 10)]],
    )
    step = steps_of(store, "LAMA-1", D(2021, 3, 1))[1]
    assert (step["status"], step["days_used"], step["judged"]) == ("selesai", 7, False)
    assert steps_of(store, "LAMA-1", D(2021, 12, 1))[2]["status"] == "berjalan"
    enter(store, revised("03", D(2020, 6, 1), created=D(2018, 6, 4), revised=D(2020, 5, 1)))
    assert steps_of(store, "LAMA-1", D(2021, 3, 1))[1]["status"] == "selesai_tepat"
    assert steps_of(store, "LAMA-1", D(2021, 12, 1))[2]["status"] == "terlambat_berjalan"
