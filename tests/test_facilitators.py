"""Facilitators as of any date, by hand; names are invented."""

import datetime as dt

import pytest

from sop_core import facilitators
from sop_core.evaluation import Scope
from sop_core.store import Store
from tests.builders import HEADINGS, TODAY, load, open_years

D = dt.date
BATCH = "FKP-PDG-2025-1"
PEOPLE = HEADINGS["Fasilitator"]


def person(number: int, unit: str = "BBPOM-PDG", **cells) -> list:
    """A row of sheet Fasilitator; keywords are field names of the contract."""
    order = [
        "id", "name", "unit", "case", "kind", "trained", "institution", "competence_no",
        "competence", "until", "applied", "recognition_no", "endorsed", "active",
    ]  # fmt: skip
    given = {"id": f"F-{number}", "name": f"Rekaan {number}", "unit": unit, "kind": "Keamanan Pangan"}  # fmt: skip
    return [{**given, **cells}.get(name) for name in order]


@pytest.fixture(scope="module")
def people() -> Store:
    """A batch of Padang with one person at each state, and one elsewhere without dates; to read."""
    with Store() as store:
        load(
            store,
            Kegiatan=[[BATCH, "D", 2025, "BBPOM-PDG", "Angkatan 1 fasilitator keamanan pangan Padang"]],
            Langkah=[
                [BATCH, 1, D(2025, 1, 6), D(2025, 2, 3)],
                [BATCH, 2, D(2025, 2, 4), D(2025, 3, 3)],
                [BATCH, 3, D(2025, 3, 4), D(2025, 3, 10)],
            ],
            Fasilitator=[
                person(1, case=BATCH),
                person(2, case=BATCH, trained=D(2025, 3, 10)),
                person(3, case=BATCH, trained=D(2025, 3, 10), competence=D(2025, 4, 14), until=D(2025, 8, 1)),
                person(4, case=BATCH, trained=D(2025, 3, 10), competence=D(2025, 4, 14), applied=D(2025, 5, 2)),
                person(5, case=BATCH, trained=D(2025, 3, 10), competence=D(2025, 4, 14), applied=D(2025, 5, 2),
                       endorsed=D(2025, 6, 20)),
                person(6, unit="LOKA-SJJ", kind="UMKM OT-Kosmetik", active="tidak"),
            ],
            Target=[[2025, "BBPOM-PDG", "B", 5, None, 40]],
        )  # fmt: skip
        yield store


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Nothing of the batch is known yet; the person without dates is.
        (D(2025, 1, 31), [1, 0, 0, 0, 0, 0]),
        # Registered and recruited with the batch (D.1 done 3 February, D.2 done 3 March).
        (D(2025, 2, 3), [6, 0, 0, 0, 0, 0]),
        (D(2025, 3, 3), [1, 5, 0, 0, 0, 0]),
        (D(2025, 3, 10), [1, 1, 4, 0, 0, 0]),
        (D(2025, 4, 14), [1, 1, 1, 3, 0, 0]),
        (D(2025, 5, 2), [1, 1, 1, 1, 2, 0]),
        (D(2025, 6, 20), [1, 1, 1, 1, 1, 1]),
    ],
)
def test_states_as_of_any_date(people, day, expected):
    funnel = facilitators.funnel(people, Scope(day))
    assert funnel["people"].tolist() == expected
    assert funnel["reached"].tolist() == [sum(expected[i:]) for i in range(6)]


@pytest.mark.parametrize("group", list(facilitators.GROUPS))
def test_every_way_to_count_gives_everyone_once(people, group):
    frame = facilitators.counts_by(people, Scope(TODAY), group)
    assert frame["total"].sum() == 6
    assert (frame[list(facilitators.STATES)].sum(axis=1) == frame["total"]).all()


def test_counts_by_coordinator_kind_and_quarter(people):
    def total(group: str) -> dict:
        frame = facilitators.counts_by(people, Scope(TODAY), group)
        return dict(zip(frame["group"], frame["total"], strict=True))

    assert total("coordinator") == {"Balai Besar POM di Padang": 6}, "Sijunjung is coordinated"
    assert total("kind") == {"Keamanan Pangan": 5, "UMKM OT-Kosmetik": 1}
    assert total("quarter") == {"2025 TW1": 2, "2025 TW2": 3, "tidak diketahui": 1}


def test_only_active_people_and_one_kind(people):
    active = facilitators.funnel(people, Scope(TODAY), active=True)
    assert active["people"].sum() == 5
    other = facilitators.funnel(people, Scope(TODAY), kind="UMKM OT-Kosmetik")
    assert other["people"].sum() == 1


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (D(2025, 5, 2), None),  # 91 days left
        (D(2025, 5, 3), (90, False)),
        (D(2025, 8, 1), (0, False)),
        (D(2025, 8, 2), (-1, True)),
    ],
)
def test_certificates_that_end_within_90_days(people, day, expected):
    frame = facilitators.certificates(people, Scope(day))
    found = [(r["days_valid"], r["expired"]) for r in frame.to_dict("records")]
    assert found == ([expected] if expected else [])


def test_endorsements_past_60_working_days(people):
    # 60 HK from 2 May 2025 end on 1 August 2025: May has 29 May and 12, 13, 30 May off ...
    due = people.calendar().add(D(2025, 5, 2), 60)
    on_time = facilitators.endorsements(people, Scope(due))
    assert on_time[["facilitator_id", "days_waiting", "days_late"]].values.tolist() == [
        ["F-4", 60, 0]
    ]
    after = people.calendar().add(due, 3)
    assert facilitators.endorsements(people, Scope(after))["days_late"].tolist() == [3]


def test_people_per_100_businesses_and_offices_with_none(people):
    frame = facilitators.coverage(people, Scope(D(2025, 12, 31))).set_index("code")
    assert len(frame) == 76
    assert frame.loc["BBPOM-PDG", "people"] == 4, "those trained or further, and active"
    assert frame.loc["BBPOM-PDG", "per_100"] == 10
    assert frame.loc["BPOM-AMB", "people"] == 0
    assert frame["per_100"].isna().sum() == 75, "unknown where no number of businesses is known"


# ------------------------------------------------------------------ D.8


def test_d8_whose_tenth_falls_on_a_holiday(store):
    """10 April 2024 is Idul Fitri: the 10th binds all the same, late from the next HK."""
    open_years(store, ("D", 2024))
    report = facilitators.quarter_report(store, D(2024, 4, 5), 2024, 1)
    assert report.opens == D(2024, 4, 1)
    # 2, 3, 4, 5 April; 8-15 April are off; 16, 17, 18, 19, 22 and 23 April.
    assert report.norm_due == D(2024, 4, 23)
    assert (report.due, report.deadline, report.rule) == (D(2024, 4, 10), D(2024, 4, 10), "tanggal")
    assert report.status == "berjalan"
    assert report.days_left == 0, "no HK is left between 5 and 10 April"
    by_calendar = facilitators.quarter_report(store, D(2024, 4, 15), 2024, 1)
    assert (by_calendar.status, by_calendar.days_left) == ("terlambat_berjalan", 0)
    assert by_calendar.behind == "5 hari kalender, 0 HK"
    late = facilitators.quarter_report(store, D(2024, 4, 16), 2024, 1)
    assert (late.status, late.days_left, late.behind) == ("terlambat_berjalan", -1, "1 HK")


def test_d8_finished_on_sunday_the_11th_is_late_by_a_calendar_day(store):
    """10 October 2026 is a Saturday."""
    load(store, Langkah=[["D-2026-TW3", 8, None, D(2026, 10, 11)]])
    report = facilitators.quarter_report(store, D(2026, 10, 30), 2026, 3)
    assert (report.status, report.behind) == ("selesai_terlambat", "1 hari kalender, 0 HK")


def test_a_start_typed_before_the_quarter_ended_does_not_move_d8(store):
    """D.8 is owed by the quarter's end, whatever start is typed."""
    load(
        store,
        Kegiatan=[[BATCH, "D", 2025, "BBPOM-PDG", "Angkatan 1 Padang"]],
        Langkah=[["D-2025-TW3", 8, D(2025, 9, 15), None]],
    )
    report = facilitators.quarter_report(store, D(2025, 9, 22), 2025, 3)
    assert (report.norm_due, report.deadline) == (D(2025, 10, 15), D(2025, 10, 10))
    assert (report.due, report.rule) == (D(2025, 10, 10), "tanggal")


def test_d8_agrees_with_the_facts_of_every_quarter(demo_store):
    for year in (2024, 2025, 2026):
        for quarter in (1, 2, 3, 4):
            report = facilitators.quarter_report(demo_store, TODAY, year, quarter)
            fact = demo_store.rows(
                "SELECT due_on, due_rule FROM step_fact WHERE case_id = $c AND step_no = 8",
                c=f"D-{year}-TW{quarter}",
            )[0]
            assert (report.due, report.rule) == (fact["due_on"], fact["due_rule"])


def test_a_quarter_without_any_case_still_has_its_deadlines(store):
    report = facilitators.quarter_report(store, D(2026, 1, 5), 2025, 4)
    assert (report.due, report.status) == (D(2026, 1, 10), "belum_mulai")


def test_what_a_quarterly_report_still_misses(people):
    batch = facilitators.quarter_batches(people, Scope(D(2025, 4, 5)), 2025, 1)
    assert batch["missing"].tolist() == ["laporan monitoring D.7 belum ada"]
    before = facilitators.quarter_batches(people, Scope(D(2025, 3, 5)), 2025, 1)
    assert before.empty, "not trained yet"


def test_quarter_before_new_year():
    assert facilitators.quarter_before(D(2026, 1, 1)) == (2025, 4)
    assert facilitators.quarter_before(D(2026, 6, 30)) == (2026, 1)


# ------------------------------------------------- contradictions at import


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"applied": D(2025, 5, 2)}, "mensyaratkan sertifikat kompetensi"),
        ({"endorsed": D(2025, 5, 2)}, "tanpa tanggal pengajuan"),
        ({"trained": D(2025, 5, 2), "competence": D(2025, 4, 1)}, "mendahului pelatihan"),
        ({"competence": D(2025, 4, 1), "until": D(2025, 3, 1)}, "mendahului tanggal sertifikat"),
        ({"until": D(2025, 3, 1)}, "tanpa tanggal sertifikat"),
        ({"competence": D(2022, 4, 1), "until": D(2025, 3, 1), "applied": D(2025, 4, 1)}, "sudah berakhir"),
        ({"trained": D(2027, 1, 4)}, "belum terjadi"),
    ],
)  # fmt: skip
def test_contradictions_are_rejected(store, cells, reason):
    result = load(store, Fasilitator=[person(1, **cells), person(2)])
    assert result.rows.rejected == 1
    assert reason in result.problems[0].message
    assert facilitators.funnel(store, Scope(TODAY))["people"].sum() == 1
