"""What a silent office has not told is not held against it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sop_core import importing
from sop_core import years as opening
from sop_core.importing import SourceFile
from sop_core.recommendations import evidence, recommend
from sop_core.store import Store
from tests.builders import TODAY, all_speak, workbook

pytestmark = pytest.mark.slow

D = dt.date
OFFICE = "BBPOM-PDG"
ADV = [f"ADV-{n}" for n in range(1, 6)]


def tell(store: Store, until: dt.date, **sheets: list[list[object]]) -> None:
    """An upload that speaks for its office up to a day."""
    file = SourceFile("uji.xlsx", workbook(**sheets))
    kept = importing.import_files(store, [file], "uji", today=TODAY, until=until)
    assert kept.kept, kept.problems


@pytest.fixture
def padang(store: Store) -> Store:
    """Five advocacies of Padang, held in March 2025 and not reported; data s.d. 4 April."""
    tell(
        store, D(2025, 4, 4),
        Kegiatan=[[a, "A", 2025, OFFICE, "Advokasi"] for a in ADV],
        Langkah=[[a, 3, D(2025, 3, 24), D(2025, 3, 28)] for a in ADV],
        Tindak_Lanjut=[[a, "1", "uji", OFFICE, D(2025, 4, 30 if a > "ADV-1" else 2)] for a in ADV],
    )  # fmt: skip
    return store


def only(frame: pd.DataFrame, step: str | None = None) -> dict[str, object]:
    """The one row of the office (and step)."""
    rows = frame[frame["unit_code"] == OFFICE]
    (row,) = (rows if step is None else rows[rows["step"] == step]).to_dict("records")
    return row


def test_steps_that_fell_due_since_are_neither_judged_nor_late(padang: Store):
    frame = evidence.repeated_lateness(padang, 2025, D(2025, 12, 31))
    assert frame.empty, "A.4 was due on 11 April"
    all_speak(padang, D(2025, 12, 31))
    row = only(evidence.repeated_lateness(padang, 2025, D(2025, 12, 31)), "A.4")
    assert (row["judged"], row["late"], row["unknown"]) == (5, 5, 0)


def test_what_is_judged_counts_without_what_is_unknown(padang: Store):
    tell(padang, D(2025, 4, 4), Langkah=[[a, 4, None, D(2025, 4, 4)] for a in ADV[:3]])
    row = only(evidence.repeated_lateness(padang, 2025, D(2025, 12, 31)), "A.4")
    assert (row["judged"], row["late"], row["unknown"]) == (3, 0, 2)
    assert row["weighted_judged"] == 3
    assert row["measure"] == 1


def test_follow_ups_past_their_target_since_are_unknown(padang: Store):
    row = only(evidence.follow_ups(padang, 2025, D(2025, 12, 31)))
    assert (row["total"], row["late"], row["bad"], row["unknown"]) == (1, 1, 1, 4)
    assert row["cases"].tolist() == ["ADV-1"]
    all_speak(padang, D(2025, 12, 31))
    row = only(evidence.follow_ups(padang, 2025, D(2025, 12, 31)))
    assert (row["total"], row["late"], row["unknown"]) == (5, 5, 0)


def test_whether_an_activity_was_reported_by_november_is_unknown(padang: Store):
    assert evidence.lead_times(padang, 2025, D(2025, 12, 31)).empty
    # As of a day on which the office still spoke, it is known that it had not come yet.
    assert only(evidence.lead_times(padang, 2025, D(2025, 4, 4)))["after"] == 5
    all_speak(padang, D(2025, 11, 29))
    assert evidence.lead_times(padang, 2025, D(2025, 12, 31)).empty
    all_speak(padang, D(2025, 11, 30))
    row = only(evidence.lead_times(padang, 2025, D(2025, 12, 31)))
    assert (row["total"], row["after"], row["unknown"]) == (5, 5, 0)


def test_an_annual_report_of_which_nothing_is_known_is_not_called_missing(padang: Store):
    opening.open_year(padang, "A", 2024, "uji")
    day = D(2025, 12, 31)
    all_speak(padang, D(2025, 1, 31))
    frame = evidence.annual_reports(padang, 2025, day).set_index("unit_code")
    assert {due.date() for due in frame["due"]} == {D(2025, 2, 4)}
    assert frame.loc[OFFICE, "measure"] == 0, "Padang spoke in April, and had sent none"
    assert frame.drop(OFFICE)["measure"].isna().all()
    claimed = recommend(padang, 2025, day, only="laporan_tahunan")
    assert [r.unit for r in claimed] == [OFFICE]
    all_speak(padang, D(2025, 2, 4))
    assert len(recommend(padang, 2025, day, only="laporan_tahunan")) == len(frame) == 76


def test_a_proposal_says_up_to_when_the_data_of_a_silent_office_go(padang: Store):
    tell(padang, D(2025, 4, 4), Target=[[2025, OFFICE, "A", 12]])
    for day, said in (
        (D(2025, 5, 5), False),
        (D(2025, 5, 6), True),
    ):
        (found,) = recommend(padang, 2025, day, only="target_kegiatan")
        assert found.reason.endswith(" Data unit ini s.d. 4 April 2025.") == said


def test_an_office_that_never_spoke_is_said_to_have_never_reported(padang: Store):
    tell(padang, D(2025, 4, 4), Target=[[2025, "BPOM-AMB", "A", 12]])
    (found,) = recommend(padang, 2025, D(2025, 4, 30), ("BPOM-AMB",), only="target_kegiatan")
    assert found.reason.endswith(" Unit ini belum pernah melapor.")
