"""A revision that only renumbers steps changes nothing but their numbers.

What the product asks for by meaning (trained, endorsed, held, reported, escorted) must not
hang on a step's number anywhere.
"""

import io

import openpyxl
import pandas as pd
import pytest

from sop_core import evaluation, facilitators, followups, importing, recommendations, reports
from sop_core.demo import demo_workbook
from sop_core.evaluation import Scope
from sop_core.importing import SourceFile
from sop_core.recommendations import evidence
from sop_core.store import Store
from tests.builders import REV04, TODAY, enter, with_step

pytestmark = pytest.mark.slow


def shifted(content: bytes) -> bytes:
    """The same records for an SOP in which each flow begins with one step more."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book["Langkah"]
    at = [cell.value for cell in sheet[1]].index("No Langkah") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, at).value += 1
    book.save(out := io.BytesIO())
    return out.getvalue()


@pytest.fixture(scope="module")
def stores() -> tuple[Store, Store]:
    """600 invented cases under revision 04, and the same under one that counts from 2."""
    content = demo_workbook(600, until=TODAY)
    longer = REV04
    for flow in "ABCD":
        longer = with_step(longer, flow, 1)
    with Store() as plain, Store() as moved:
        importing.import_files(plain, [SourceFile("a.xlsx", content)], "uji", today=TODAY)
        enter(moved, longer)
        importing.import_files(moved, [SourceFile("a.xlsx", shifted(content))], "uji", today=TODAY)
        yield plain, moved


def test_every_step_stands_as_it_did(stores):
    plain, moved = (
        store.frame(
            "SELECT case_id, flow, step_no, level, milestone, status, started, due, finished,"
            " days_used, days_late, days_left FROM step_status($d)", d=TODAY,
        )
        for store in stores
    )  # fmt: skip
    moved["step_no"] -= 1
    moved = moved[moved["step_no"] > 0]
    assert len(plain) > 3000
    for frame in (plain, moved):
        frame.sort_values(["case_id", "step_no"], inplace=True, ignore_index=True)
    pd.testing.assert_frame_equal(plain, moved.reset_index(drop=True), check_dtype=False)


def test_facilitators_and_their_quarter_stand_as_they_did(stores):
    scope = Scope(TODAY)
    plain, moved = (facilitators.funnel(s, scope) for s in stores)
    assert plain["step"].tolist() == ["D.1", "D.2", "D.3", "D.4", "D.5", "D.6"]
    assert moved["step"].tolist() == ["D.2", "D.3", "D.4", "D.5", "D.6", "D.7"]
    assert plain["people"].tolist() == moved["people"].tolist()
    assert (plain["people"] > 0).sum() >= 4
    for year, quarter in ((2025, 4), (2026, 3)):
        a, b = (facilitators.quarter_report(s, TODAY, year, quarter) for s in stores)
        assert (a.step, b.step) == ("D.8", "D.9")
        assert vars(a) | {"step": ""} == vars(b) | {"step": ""}
        a, b = (facilitators.quarter_batches(s, scope, year, quarter) for s in stores)
        assert len(a) > 3
        b["missing"] = b["missing"].str.replace("D.8", "D.7")
        pd.testing.assert_frame_equal(a, b)
    a, b = (facilitators.endorsements(s, scope) for s in stores)
    pd.testing.assert_frame_equal(a, b)
    assert set(a["endorsement_norm"]) == {60}


def test_follow_ups_stand_as_they_did(stores):
    a, b = (followups.rows(s, Scope(TODAY)) for s in stores)
    assert set(a["escort"].dropna()) == {"A.10", "C.8"}
    assert set(b["escort"].dropna()) == {"A.11", "C.9"}
    pd.testing.assert_frame_equal(a.drop(columns="escort"), b.drop(columns="escort"))
    assert followups.totals(stores[0], Scope(TODAY)) == followups.totals(stores[1], Scope(TODAY))
    a, b = (followups.counts_by(s, Scope(TODAY), "unit") for s in stores)
    pd.testing.assert_frame_equal(a, b)


@pytest.mark.parametrize("question", [evidence.activity_targets, evidence.lead_times])
def test_evidence_that_asks_for_a_meaning_stands_as_it_did(stores, question):
    a, b = (
        question(s, 2025, TODAY).sort_values(["unit_code", "flow"], ignore_index=True)
        for s in stores
    )
    assert len(a) > 50
    pd.testing.assert_frame_equal(a, b)


def test_recommendations_and_reports_follow(stores):
    a, b = (recommendations.recommend(s, 2025, TODAY) for s in stores)
    assert len(a) > 20
    assert sorted((r.unit, r.rule, r.score) for r in a) == sorted(
        (r.unit, r.rule, r.score) for r in b
    )
    trained = {r.step for r in b if r.rule == "fasilitator"}
    assert trained == {"D.4"}
    asked = reports.Request("fasilitator", TODAY, 2026, 3)
    said = [reports.build(s, asked).summary for s in stores]
    assert [t.replace("D.9", "D.8") for t in said[1]] == said[0]


def test_the_headline_is_the_same(stores):
    a, b = (vars(evaluation.headline(s, Scope(TODAY))) for s in stores)
    assert a == b
