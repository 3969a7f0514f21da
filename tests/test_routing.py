"""To whom a case reports, and by what step it goes on, as its own SOP revision says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from sop_core import importing, region, years
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import CERTIFYING, TODAY, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
HEADINGS = {"Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Bersama Pusat"]}
JOINT = "maka melaporkan kegiatannya ke Unit Kerja Pusat"


MARCH = D(2025, 3, 3)


def held(store: Store, *cases: list[Any], on: dt.date = MARCH) -> None:
    book = workbook(HEADINGS, Kegiatan=list(cases), Langkah=[[c[0], 1, on] for c in cases])
    result = importing.import_files(store, [SourceFile("a.xlsx", book)], "uji", today=TODAY)
    assert not result.rows.rejected, result.problems
    for flow, year in {(c[1], c[2]) for c in cases}:  # so few offices open no year by themselves
        years.open_year(store, flow, year, "uji")


def said(store: Store, case_id: str, as_of: dt.date = TODAY) -> list[tuple[str, str]]:
    head = region.case_head(store, case_id, as_of)
    assert head is not None
    return [(step, text) for step, text, _ in region.reporting_rules(store, head)]


@pytest.mark.parametrize(("flow", "step"), [("B", "B.7"), ("C", "C.5")])
def test_an_annual_report_goes_to_the_centre_where_some_activity_was_held_with_it(
    store: Store, flow, step
):
    held(
        store,
        ["K-1", flow, 2025, "BPOM-BGR", "Sendiri", "tidak"],
        ["K-2", flow, 2025, "BPOM-BGR", "Bersama", "ya"],
        ["K-3", flow, 2025, "BBPOM-PDG", "Sendiri", "tidak"],
        ["K-4", flow, 2026, "BPOM-BGR", "Sendiri", "tidak"],
    )
    told = said(store, f"{flow}-2025-BPOM-BGR")
    assert [s for s, text in told if JOINT in text] == [step]
    for other in (f"{flow}-2025-BBPOM-PDG", f"{flow}-2026-BPOM-BGR", f"{flow}-2025-NASIONAL"):
        assert not [text for _, text in said(store, other) if JOINT in text], other


def test_a_joint_activity_of_another_flow_or_still_to_come_says_nothing(store: Store):
    held(store, ["K-1", "B", 2025, "BPOM-BGR", "Bersama", "ya"], on=D(2025, 6, 2))
    held(store, ["K-2", "C", 2025, "BPOM-BGR", "Sendiri", "tidak"])
    assert not [text for _, text in said(store, "C-2025-BPOM-BGR") if JOINT in text]
    assert not [t for _, t in said(store, "B-2025-BPOM-BGR", D(2025, 6, 1)) if JOINT in t]
    assert [t for _, t in said(store, "B-2025-BPOM-BGR", D(2025, 6, 2)) if JOINT in t]


def test_training_without_certification_goes_on_to_monitoring(store: Store):
    load(
        store,
        Kegiatan=[["F-1", "D", 2025, "BPOM-BGR", "Angkatan 1"]],
        Langkah=[
            ["F-1", 3, D(2025, 3, 3), D(2025, 3, 7)],
            ["F-1", 4, D(2025, 5, 5), D(2025, 5, 9)],
        ],
    )
    led = [text for step, text in said(store, "F-1", D(2025, 5, 4)) if step == "D.3"]
    assert len(led) == 1
    assert led[0].endswith("→ D.7")
    assert not [t for _, t in said(store, "F-1", D(2025, 5, 5)) if "→ D.7" in t], (
        "certified by then"
    )


def test_certification_that_was_passed_by_is_none(store: Store):
    load(
        store,
        Kegiatan=[["F-1", "D", 2025, "BPOM-BGR", "Angkatan 1"]],
        Langkah=[["F-1", 3, D(2025, 3, 3), D(2025, 3, 7)],
                 ["F-1", 4, D(2025, 3, 10), None, None, "ya", "tidak dianggarkan"]],
    )  # fmt: skip
    assert [t for _, t in said(store, "F-1") if t.endswith("→ D.7")]


def test_a_batch_that_says_it_goes_on_to_certification_is_not_led_past_it(store: Store):
    load(
        store,
        CERTIFYING,
        Kegiatan=[["F-1", "D", 2025, "BPOM-BGR", "Angkatan 1", "ya"]],
        Langkah=[["F-1", 3, MARCH, D(2025, 3, 7)]],
    )
    assert not [t for _, t in said(store, "F-1") if t.endswith("→ D.7")]
