"""The rules of time of issue 11, each minimal case by hand; the oracle (tests/oracle) has the rest."""

from __future__ import annotations

import datetime as dt

import pytest

from sop_core import years
from sop_core.access import Viewer
from sop_core.counting import with_counting
from sop_core.definition import Revision
from sop_core.errors import AccessDenied, Refused
from sop_core.evaluation import Scope, headline
from sop_core.importing import checking
from sop_core.store import Store
from tests.builders import (
    CERTIFYING,
    REV04,
    TODAY,
    all_speak,
    enter,
    load,
    open_years,
    revised,
    steps_of,
)

D = dt.date
ADV = ["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi Pasar Aman"]
BATCH = ["FKP-1", "D", 2026, "BPOM-BGR", "Angkatan 1 Bogor"]
TRAINED = [
    ["FKP-1", 1, D(2026, 1, 5), D(2026, 2, 2)],
    ["FKP-1", 2, D(2026, 2, 2), D(2026, 3, 2)],
    ["FKP-1", 3, D(2026, 3, 2), D(2026, 3, 6)],
]


# -------------------------------------------- what happens after a day changes nothing said of it


def test_a_start_typed_later_does_not_take_a_reports_lateness_back(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 3, D(2026, 1, 5), D(2026, 1, 30)]])
    day = D(2026, 5, 29)
    before = steps_of(store, "ADV-1", day)
    assert (before[4]["status"], before[4]["days_late"]) == ("terlambat_berjalan", 67)
    load(store, Langkah=[["ADV-1", 4, D(2026, 6, 8), D(2026, 6, 10)]])
    assert steps_of(store, "ADV-1", day) == before
    after = steps_of(store, "ADV-1", D(2026, 6, 30))[4]
    assert (after["status"], after["counted_on"], after["started"]) == (
        "selesai_terlambat", D(2026, 1, 30), D(2026, 6, 8),
    )  # fmt: skip


def test_a_start_typed_later_does_not_make_an_annual_report_punctual(store: Store):
    open_years(store, ("A", 2024))
    day, report = D(2025, 5, 2), "A-2024-BBPOM-PDG"
    before = steps_of(store, report, day)
    assert (before[7]["status"], before[7]["days_late"]) == ("terlambat_berjalan", 54)
    load(store, Langkah=[[report, 7, D(2025, 8, 20), D(2025, 8, 22)]])
    assert steps_of(store, report, day) == before
    assert steps_of(store, report, D(2025, 8, 29))[7]["status"] == "selesai_terlambat"


def test_d7_is_owed_from_the_training_though_nothing_more_is_recorded(store: Store):
    load(store, Kegiatan=[BATCH], Langkah=TRAINED)
    day = D(2026, 6, 1)
    before = steps_of(store, "FKP-1", day)
    assert (before[7]["status"], before[7]["counted_on"]) == ("terlambat_berjalan", D(2026, 3, 6))
    load(store, Langkah=[["FKP-1", 7, D(2026, 9, 1), D(2026, 9, 4)]])
    assert steps_of(store, "FKP-1", day) == before
    after = steps_of(store, "FKP-1", D(2026, 9, 30))
    assert [after[n]["status"] for n in (4, 5, 6, 7)] == ["dilewati"] * 3 + ["selesai_terlambat"]


def test_a_step_is_not_skipped_before_the_one_before_it_is_done(store: Store):
    load(
        store,
        Kegiatan=[BATCH],
        Langkah=[*TRAINED[:2], ["FKP-1", 4, None, None, None, "ya", "tidak lanjut"]],
    )
    assert steps_of(store, "FKP-1", D(2026, 3, 5))[4]["status"] == "belum_mulai"
    load(store, Langkah=[TRAINED[2]])
    assert steps_of(store, "FKP-1", D(2026, 3, 5))[4]["status"] == "belum_mulai"
    assert steps_of(store, "FKP-1", D(2026, 3, 6))[4]["status"] == "dilewati"


def test_a_plan_for_later_moves_nothing_before_it_begins(store: Store):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 1, D(2026, 1, 5), D(2026, 1, 9)]])
    day = D(2026, 3, 2)
    before = steps_of(store, "ADV-1", day)
    assert before[2]["status"] == "terlambat_berjalan", "counted from A.1, no start is known"
    load(store, Langkah=[["ADV-1", 2, D(2026, 3, 9)]])
    assert steps_of(store, "ADV-1", day) == before
    begun = steps_of(store, "ADV-1", D(2026, 3, 9))[2]
    assert (begun["status"], begun["counted_on"]) == ("berjalan", D(2026, 3, 9))


def test_a_first_record_later_does_not_change_the_steps_shown_before_it(store: Store):
    enter(store, revised(norms={"A.1": 3}))
    load(store, Kegiatan=[ADV])
    day = D(2026, 2, 2)
    before = steps_of(store, "ADV-1", day)
    assert before[1]["revision"] == "04"
    load(store, Langkah=[["ADV-1", 1, D(2026, 4, 1)]])
    assert steps_of(store, "ADV-1", day) == before
    assert steps_of(store, "ADV-1", D(2026, 4, 1))[1]["revision"] == "05"


# ------------------------------------------------------------------ 1 to 3: counted from, waiting


def test_every_step_says_from_what_it_is_counted_and_why():
    by = {s.code: s.counted_from for s in REV04.steps}
    at_once = {*["A.4", "A.6", "A.7", "A.8", "A.9", "A.10", "B.4", "B.6", "B.7", "B.8", "B.9", "B.10"],
               *["C.4", "C.5", "C.6", "C.7", "C.8", "D.6", "D.7", "D.8", "D.9"]}  # fmt: skip
    assert {code for code, rule in by.items() if rule == "pemicu"} == at_once
    assert all(s.counted_reason for s in REV04.steps)
    assert all("counted_from" in s.model_fields_set for s in REV04.steps)


def test_a_revision_entered_before_the_rule_was_asked_counts_as_the_shipped_one(store: Store):
    raw = revised().model_dump()
    for step in raw["steps"]:
        del step["counted_from"], step["counted_reason"]
    old = with_counting(Revision.model_validate(raw), [REV04])
    assert [s.counted_from for s in old.steps] == [s.counted_from for s in REV04.steps]


def test_waiting_is_measured_beside_the_days_used(store: Store):
    load(
        store,
        Kegiatan=[ADV],
        Langkah=[
            ["ADV-1", 1, D(2026, 1, 5), D(2026, 1, 9)],
            ["ADV-1", 2, D(2026, 1, 14), D(2026, 1, 20)],
            ["ADV-1", 3, D(2026, 1, 20), D(2026, 1, 21)],
            ["ADV-1", 4, D(2026, 1, 26), D(2026, 1, 27)],
        ],
    )
    steps = steps_of(store, "ADV-1", D(2026, 2, 2))
    # 16 January 2026 is a holiday.
    assert [(steps[n]["days_waited"], steps[n]["days_used"], steps[n]["days_worked"])
            for n in (1, 2, 3, 4, 5)] == [
        (None, 4, 4), (3, 3, 3), (0, 1, 1), (3, 4, 1), (4, 4, 0),
    ]  # fmt: skip
    case = store.rows("SELECT * FROM case_standing($d, NULL, NULL, NULL)", d=D(2026, 2, 2))[0]
    assert (case["days_worked"], case["days_waited"]) == (9, 10)


def test_certification_moves_d7_from_its_first_record_on(store: Store):
    load(
        store,
        Kegiatan=[BATCH],
        Langkah=[*TRAINED, ["FKP-1", 4, D(2026, 5, 4), D(2026, 6, 2)]],
    )
    said = {
        day: steps_of(store, "FKP-1", day)[7]
        for day in (D(2026, 5, 1), D(2026, 5, 4), D(2026, 6, 2))
    }
    assert [said[d]["status"] for d in said] == ["terlambat_berjalan", "belum_mulai", "berjalan"]
    assert said[D(2026, 6, 2)]["counted_on"] == D(2026, 6, 2)


def test_a_certificate_after_d7_is_done_changes_no_verdict(store: Store):
    load(
        store, Kegiatan=[BATCH],
        Langkah=[*TRAINED, ["FKP-1", 7, None, D(2026, 5, 29)], ["FKP-1", 4, D(2026, 6, 1), D(2026, 6, 2)]],
    )  # fmt: skip
    step = steps_of(store, "FKP-1", D(2026, 7, 1))[7]
    assert (step["status"], step["counted_on"]) == ("selesai_terlambat", D(2026, 3, 6))


def test_a_batch_that_goes_on_to_certification_owes_that_first(store: Store):
    load(store, CERTIFYING, Kegiatan=[[*BATCH, "ya"]], Langkah=TRAINED)
    steps = steps_of(store, "FKP-1", D(2026, 6, 1))
    assert [steps[n]["status"] for n in (4, 5, 6, 7)] == ["berjalan"] + ["belum_mulai"] * 3
    load(store, Langkah=[["FKP-1", 4, D(2026, 6, 2), D(2026, 6, 30)]])
    assert steps_of(store, "FKP-1", D(2026, 7, 1))[7]["counted_on"] == D(2026, 6, 30)


def test_a_certificate_before_the_training_ended_does_not_owe_d7_earlier(store: Store):
    early = ["FKP-1", 4, D(2026, 2, 16), D(2026, 2, 27)]
    load(store, Kegiatan=[BATCH], Langkah=[*TRAINED[:2], early])
    assert steps_of(store, "FKP-1", D(2026, 5, 29))[7]["status"] == "belum_mulai"
    load(store, Langkah=TRAINED[2:])
    assert steps_of(store, "FKP-1", D(2026, 5, 29))[7]["counted_on"] == D(2026, 3, 6)


def test_certification_that_is_given_up_lets_d7_escape_nothing(store: Store):
    """Skipped D.4 owes D.7 from D.3's finish from that day on; before it nothing was owed."""
    load(
        store, CERTIFYING, Kegiatan=[[*BATCH, "ya"]],
        Langkah=[*TRAINED, ["FKP-1", 4, D(2026, 6, 2), None, None, "ya", "tidak jadi"]],
    )  # fmt: skip
    assert steps_of(store, "FKP-1", D(2026, 6, 1))[7]["status"] == "belum_mulai"
    step = steps_of(store, "FKP-1", D(2026, 6, 2))[7]
    assert (step["status"], step["counted_on"]) == ("terlambat_berjalan", D(2026, 3, 6))


def test_d7_done_without_the_certification_that_was_said_is_judged(store: Store):
    load(
        store, CERTIFYING, Kegiatan=[[*BATCH, "ya"]],
        Langkah=[*TRAINED, ["FKP-1", 7, None, D(2026, 5, 29)]],
    )  # fmt: skip
    steps = steps_of(store, "FKP-1", D(2026, 5, 29))
    assert [steps[n]["status"] for n in (4, 5, 6, 7)] == ["dilewati"] * 3 + ["selesai_terlambat"]
    assert steps[7]["counted_on"] == D(2026, 3, 6)


def test_a_certification_begun_in_its_middle_is_counted_from_the_training(store: Store):
    load(
        store, CERTIFYING, Kegiatan=[[*BATCH, "ya"]],
        Langkah=[*TRAINED, ["FKP-1", 6, None, D(2026, 5, 29)]],
    )  # fmt: skip
    step = steps_of(store, "FKP-1", D(2026, 5, 29))[6]
    assert (step["counted_on"], step["judged"]) == (D(2026, 3, 6), True)


def test_lanjut_sertifikasi_is_for_flow_d_alone(store: Store):
    result = load(store, CERTIFYING, Kegiatan=[[*ADV, "ya"]])
    assert [(p.column, p.message) for p in result.problems] == [
        ("Lanjut Sertifikasi", "hanya diisi untuk alur D (SOP D.3)")
    ]


# ---------------------------------------------------------------------------------- 4: the 10th


@pytest.mark.parametrize(("finished", "status"), [
    (D(2026, 10, 9), "selesai_tepat"), (D(2026, 10, 10), "selesai_tepat"),
    (D(2026, 10, 11), "selesai_terlambat"), (D(2026, 10, 12), "selesai_terlambat"),
])  # fmt: skip
def test_d8_after_the_10th_is_late_on_any_day_of_the_week(store: Store, finished, status):
    """10 October 2026 is a Saturday."""
    load(store, Langkah=[["D-2026-TW3", 8, None, finished]])
    step = steps_of(store, "D-2026-TW3", D(2026, 10, 30))[8]
    assert (step["status"], step["due"]) == (status, D(2026, 10, 10))
    assert step["days_late"] == (1 if finished == D(2026, 10, 12) else 0)


# ------------------------------------------------------------------------ 6: how a year opens


def upt(store: Store) -> list[str]:
    return [u.code for u in store.units(TODAY) if u.kind in ("balai_besar", "balai", "loka")]


def begun(codes: list[str], year: int = 2025) -> dict[str, list[list[object]]]:
    return {
        "Kegiatan": [[f"K-{c}", "A", year, c, "Advokasi"] for c in codes],
        "Langkah": [[f"K-{c}", 1, D(year, 3, 2 + i)] for i, c in enumerate(codes)],
    }


def reports(store: Store, day: dt.date) -> int:
    return int(store.one("SELECT count(*) FROM step_status($d) WHERE level <> 'activity'", d=day))


def test_one_row_with_a_wrong_year_opens_nothing(store: Store):
    load(store, **begun(upt(store)[:1]))
    assert reports(store, TODAY) == 0


def test_a_year_opens_with_one_upt_in_ten(store: Store):
    codes = upt(store)
    load(store, **begun(codes[:7]))
    assert reports(store, TODAY) == 0, "7 of 76 is less than one in ten"
    load(store, **begun(codes[:8]))
    assert reports(store, D(2025, 3, 8)) == 0
    assert reports(store, D(2025, 3, 9)) == 76 + 3, "the day of the eighth office's first record"


def test_activities_without_a_record_open_no_year(store: Store):
    load(store, Kegiatan=begun(upt(store)[:20])["Kegiatan"])
    assert reports(store, TODAY) == 0


def test_a_year_that_opens_late_owes_from_that_day(store: Store, monkeypatch):
    """As a store may hold it from before Tahun was held against the dates."""
    monkeypatch.setattr(checking, "TOGETHER", ())
    codes = upt(store)
    rows = begun(codes[:7])
    rows["Kegiatan"].append(["K-8", "A", 2025, codes[7], "Advokasi"])
    rows["Langkah"].append(["K-8", 1, D(2026, 6, 1)])
    load(store, **rows)
    all_speak(store, TODAY)
    assert reports(store, D(2026, 5, 29)) == 0
    step = steps_of(store, f"A-2025-{codes[0]}", D(2026, 6, 2))[7]
    assert (step["status"], step["counted_on"]) == ("berjalan", D(2026, 6, 1))


def test_a_report_made_in_a_year_that_is_not_open_is_judged_all_the_same(store: Store):
    load(store, Langkah=[["A-2025-BBPOM-PDG", 7, None, D(2026, 8, 20)]])
    assert reports(store, D(2026, 8, 19)) == 0
    assert steps_of(store, "A-2025-BBPOM-PDG", D(2026, 8, 20))[7]["status"] == "selesai_terlambat"


def test_the_centre_opens_and_closes_a_year_by_hand(store: Store):
    years.open_year(store, "B", 2025, "disepakati dalam rapat")
    assert reports(store, D(2026, 2, 2)) == 76 + 3
    with pytest.raises(Refused, match="sudah dibuka"):
        years.open_year(store, "B", 2025, "lagi")
    (row,) = years.listed(store).to_dict("records")
    assert (row["flow"], row["open"], row["by_hand"]) == ("B", True, True)
    years.close_year(store, "B", 2025)
    assert reports(store, D(2026, 2, 2)) == 0
    with pytest.raises(Refused, match="tidak dibuka"):
        years.close_year(store, "B", 2025)
    with pytest.raises(Refused, match="Alasan"):
        years.open_year(store, "B", 2025, " ")


# --------------------------------------------------------------------------------- 14: due soon


@pytest.mark.parametrize(("day", "soon"), [
    (D(2026, 1, 5), False), (D(2026, 1, 6), False),  # a norm of 5 HK, from day 0: 5 and 4 left
    (D(2026, 1, 8), True), (D(2026, 1, 12), True), (D(2026, 1, 13), False),
])  # fmt: skip
def test_due_soon_is_relative_to_a_short_norm(store: Store, day, soon):
    load(store, Kegiatan=[ADV], Langkah=[["ADV-1", 3, D(2026, 1, 2), D(2026, 1, 5)]])
    assert steps_of(store, "ADV-1", day)[4]["due_soon"] is soon
    assert headline(store, Scope(day)).due_soon == soon


@pytest.mark.slow
def test_a_quarter_of_a_long_norm_left_is_due_soon(store: Store):
    load(store, Kegiatan=[["B-1", "B", 2026, "BBPOM-PDG", "x"]],
         Langkah=[["B-1", 2, D(2026, 1, 5)]])  # fmt: skip
    found = [
        day
        for n in range(90)
        if steps_of(store, "B-1", day := D(2026, 1, 5) + dt.timedelta(n))[2]["due_soon"]
    ]
    assert steps_of(store, "B-1", found[0])[2]["days_left"] == 10, "of 40 HK"
    assert steps_of(store, "B-1", found[-1])[2]["days_left"] == 0


def test_only_the_centre_opens_a_year(store: Store):
    clerk = store.as_viewer(Viewer("staf", "Staf", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",)))
    with pytest.raises(AccessDenied):
        years.open_year(clerk, "A", 2025, "coba")
