"""National, regional and lateness questions, each against a count in pandas."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sop_core import lateness, national, region
from sop_core.evaluation import Scope, headline
from sop_core.lateness import BUCKETS, DUE_SOON
from sop_core.store import Store

D = dt.date
DATES = [D(2026, 11, 24), D(2025, 6, 30)]


@pytest.fixture(scope="module", params=DATES, ids=str)
def scope(request) -> Scope:
    return Scope(request.param)


@pytest.fixture(scope="module")
def rows(demo_store: Store, scope: Scope) -> pd.DataFrame:
    return demo_store.frame("SELECT * FROM step_status($d)", d=scope.as_of)


def test_by_unit(demo_store: Store, scope: Scope, rows: pd.DataFrame):
    units = national.by_unit(demo_store, scope).set_index("code")
    late = rows[rows["status"] == "terlambat_berjalan"]
    assert len(units) == 84
    counted = late.groupby("unit_code").size()
    assert units.loc[counted.index, "overdue"].tolist() == counted.tolist()
    assert units["overdue"].sum() == len(late) == headline(demo_store, scope).overdue
    done = rows[rows["status"].isin(["selesai_tepat", "selesai_terlambat"])]
    share = (done["status"] == "selesai_tepat").groupby(done["unit_code"]).mean()
    assert np.allclose(units.loc[share.index, "on_time_share"].astype(float), share)


def test_rollup_with_median_and_p90(demo_store: Store, scope: Scope, rows: pd.DataFrame):
    got = national.rollup(demo_store, scope).set_index(["unit_code", "flow", "step_no"])
    used = rows[rows["finished"].notna()].astype({"days_used": float})
    groups = used.groupby(["unit_code", "flow", "step_no"])["days_used"]
    median, p90 = groups.median(), groups.quantile(0.9)
    assert np.allclose(got.loc[median.index, "median_days"], median)
    assert np.allclose(got.loc[p90.index, "p90_days"], p90)


def test_heatmap(demo_store: Store, scope: Scope, rows: pd.DataFrame):
    cells = national.by_unit_and_step(demo_store, scope).set_index(["unit_code", "flow", "step_no"])
    judged = rows[rows["status"].isin(["selesai_tepat", "selesai_terlambat", "terlambat_berjalan"])]
    share = (judged["status"] != "selesai_tepat").groupby(
        [judged["unit_code"], judged["flow"], judged["step_no"]]
    ).mean()  # fmt: skip
    assert len(cells) == len(share)
    assert np.allclose(cells.loc[share.index, "late_share"], share)


def test_annual_reports(demo_store: Store, scope: Scope, rows: pd.DataFrame):
    reports = national.annual_reports(demo_store, scope)
    assert set(reports["expected"]) == {76}
    yearly = rows[(rows["level"] == "unit_year") & ~rows["unit_code"].str.startswith("PST-")]
    for row in reports.to_dict("records"):
        part = yearly[(yearly["year"] == row["year"]) & (yearly["flow"] == row["flow"])]
        assert row["received"] == part["status"].str.startswith("selesai").sum()
        assert row["on_time"] == (part["status"] == "selesai_tepat").sum()
        assert row["overdue"] == (part["status"] == "terlambat_berjalan").sum()


def test_trend_equals_a_headline_of_each_month_end(demo_store: Store, scope: Scope):
    trend = national.monthly_trend(demo_store, scope, months=8)
    assert len(trend) == 8
    for i, month in enumerate(trend["month"]):
        end = scope.as_of if i == 7 else (month + pd.offsets.MonthEnd(0)).date()
        assert trend["overdue"].iloc[i] == headline(demo_store, Scope(end)).overdue, month


def test_late_steps_and_their_age(demo_store: Store, scope: Scope):
    late = lateness.late_steps(demo_store, scope)
    now = headline(demo_store, scope)
    assert (late["ageing"] != DUE_SOON).sum() == now.overdue
    assert (late["ageing"] == DUE_SOON).sum() == now.due_soon
    for low, high, name in zip((1, 6, 11, 21), (5, 10, 20, 10_000), BUCKETS, strict=True):
        part = late[late["ageing"] == name]["days_late"]
        assert part.between(low, high).all()
    assert lateness.ageing_by_flow(late).to_numpy().sum() == len(late)


def test_pipeline_places_every_open_case_once(demo_store: Store, scope: Scope):
    for flow in "ABCD":
        steps = region.pipeline(demo_store, Scope(scope.as_of, flow=flow))
        done = region.finished_cases(demo_store, Scope(scope.as_of, flow=flow))
        total = demo_store.one(
            "SELECT count(*) FROM sop_case WHERE flow = $f AND known_from <= $d",
            f=flow, d=scope.as_of,
        )  # fmt: skip
        assert steps["cases"].sum() + sum(done.values()) == total
        parts = steps[["overdue", "due_soon", "running", "unknown", "waiting"]].sum(axis=1)
        assert (parts == steps["cases"]).all()


def test_a_region_is_the_office_and_its_lokas(demo_store: Store):
    assert region.coordinated(demo_store, "BBPOM-KPG", D(2026, 1, 1)) == (
        "BBPOM-KPG", "LOKA-BLU", "LOKA-MGB", "LOKA-SMT",
    )  # fmt: skip
    units = region.coordinated(demo_store, "BBPOM-KPG", D(2026, 1, 1))
    whole = headline(demo_store, Scope(DATES[0], units=units)).overdue
    parts = [headline(demo_store, Scope(DATES[0], units=(u,))).overdue for u in units]
    assert whole == sum(parts)


def test_a_case_leads_to_its_records_and_their_upload(demo_store: Store):
    case_id = demo_store.one("SELECT min(case_id) FROM step_record WHERE case_id LIKE 'DEMO-%'")
    records = region.case_records(demo_store, case_id)
    assert records["sheet"].tolist()[0] == "Kegiatan"
    assert set(records["file"]) == {"demo.xlsx"}
    assert records["source_row"].min() >= 2
    assert region.case_head(demo_store, "TIDAK-ADA", DATES[0]) is None


def test_year_before_compares_like_with_like():
    assert Scope(D(2024, 2, 29), 2024).year_before() == Scope(D(2023, 2, 28), 2023)
    assert Scope(D(2026, 11, 24)).year_before() == Scope(D(2025, 11, 24))
