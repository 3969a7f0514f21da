"""Impossible orders as of a day, against plain Python and the law that the past stays said."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import importing
from sop_core.access import Viewer
from sop_core.evaluation import Scope
from sop_core.orders import order_faults
from sop_core.store import Store
from tests.builders import REV04, TODAY, load
from tests.pages.test_pages import empty, fresh_store, open_page, sign_in

__all__ = ["empty", "fresh_store", "sign_in"]
D = dt.date
BASE = D(2025, 3, 3)
CASES = {
    "A": ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"],
    "B": ["PDP-1", "B", 2025, "BBPOM-KPG", "Pendampingan"],
    "C": ["PBM-1", "C", 2025, "LOKA-SBS", "Kader"],
    "D": ["FKP-1", "D", 2025, "BPOM-BGR", "Angkatan"],
}
Steps = dict[str, dict[int, tuple[dt.date, dt.date | None]]]
FollowUps = dict[str, list[dt.date | None]]


def day(number: int) -> dt.date:
    return BASE + dt.timedelta(days=number)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Steps, FollowUps]:
    """Dates of some steps of each flow, in any order, and of recommendations."""
    steps: Steps = {}
    for flow in CASES:
        last = max(s.no for s in REV04.flow_steps(flow) if s.level == "activity")
        drawn = draw(st.dictionaries(
            st.integers(1, last), st.tuples(st.integers(0, 60), st.none() | st.integers(0, 20))
        ))  # fmt: skip
        steps[flow] = {
            no: (day(start), None if took is None else day(start + took))
            for no, (start, took) in drawn.items()
        }
    ends = st.lists(st.none() | st.integers(0, 80).map(day), max_size=3)
    return steps, {flow: draw(ends) for flow in "ABC"}


def keep(store: Store, steps: Steps, ups: FollowUps) -> importing.Preview:
    return load(
        store,
        Kegiatan=list(CASES.values()),
        Langkah=[[CASES[f][0], no, *dates] for f, of in steps.items() for no, dates in of.items()],
        Tindak_Lanjut=[[CASES[f][0], str(i), "x", None, None, end]
                       for f, ends in ups.items() for i, end in enumerate(ends)],
    )  # fmt: skip


def expected(steps: Steps, ups: FollowUps, as_of: dt.date) -> list[tuple[str, str]]:
    """Case and step of every fault, as the issue words the rule."""
    found = []
    for flow, of in steps.items():
        known = {
            no: (s, f if f and f <= as_of else None) for no, (s, f) in of.items() if s <= as_of
        }
        report = REV04.step_of(flow, "reported").no if flow != "D" else 99
        before = None
        for step in REV04.flow_steps(flow):
            if step.level != "activity" or (step.optional and step.no not in known):
                continue
            finish = known.get(step.no, (None, None))[1]
            if finish and before is not None:
                ended = known.get(before, (None, None))[1]
                if ended is None or ended > finish:
                    found.append((CASES[flow][0], step.code))
            if finish and step.no > report and any(e is None or e > finish for e in ups[flow]):
                found.append((CASES[flow][0], step.code))
            before = step.no
    return sorted(found)


def faults(store: Store, as_of: dt.date) -> list[tuple[str, str]]:
    frame = order_faults(store, Scope(as_of))
    return sorted(zip(frame["case_id"], frame["step"], strict=True))


many = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.slow
@many
@given(histories(), st.integers(0, 90).map(day))
def test_against_plain_python(history, as_of):
    steps, ups = history
    with Store() as store:
        result = keep(store, steps, ups)
        assert not result.problems
        assert result.warning_total == len(expected(steps, ups, TODAY)), "told at import alike"
        for known_on in (as_of, TODAY):
            assert faults(store, known_on) == expected(steps, ups, known_on)


@pytest.mark.slow
@many
@given(histories(), st.integers(0, 60).map(day))
def test_what_happens_after_a_day_does_not_change_what_is_said_of_it(history, as_of):
    steps, ups = history
    with Store() as whole, Store() as cut:
        keep(whole, steps, ups)
        then = {
            flow: {
                no: (s, f if f and f <= as_of else None) for no, (s, f) in of.items() if s <= as_of
            }
            for flow, of in steps.items()
        }
        keep(
            cut,
            then,
            {flow: [e if e and e <= as_of else None for e in ends] for flow, ends in ups.items()},
        )
        said = [order_faults(store, Scope(as_of)).to_dict("records") for store in (whole, cut)]
    assert said[0] == said[1]


def small(store: Store) -> Store:
    keep(store, {f: {2: (BASE, day(3))} for f in CASES}, {"A": [], "B": [], "C": []})
    return store


def test_a_scope_limits_them(store: Store):
    small(store)
    assert len(order_faults(store, Scope(TODAY))) == 4
    assert order_faults(store, Scope(day(2))).empty, "not done yet"
    assert order_faults(store, Scope(TODAY, flow="B"))["case_id"].tolist() == ["PDP-1"]
    assert order_faults(store, Scope(TODAY, units=("LOKA-SBS",)))["case_id"].tolist() == ["PBM-1"]
    assert order_faults(store, Scope(TODAY, 2026)).empty
    assert order_faults(store, Scope(TODAY, step=3)).empty
    row = order_faults(store, Scope(TODAY, flow="A")).iloc[0]
    assert row[["title", "unit", "year", "step", "message"]].tolist() == [
        "Advokasi", "Balai Besar POM di Padang", 2025, "A.2",
        "A.2 selesai 6 Maret 2025, padahal A.1 belum tercatat selesai",
    ]  # fmt: skip


def test_a_reader_is_told_of_the_own_office_alone(store: Store):
    small(store)
    viewer = Viewer("k", "Kepala contoh", "kepala_balai", "BBPOM-KPG", ("BBPOM-KPG", "LOKA-SBS"))
    mine = order_faults(store.as_viewer(viewer), Scope(TODAY))
    assert sorted(mine["case_id"]) == ["PBM-1", "PDP-1"]


@pytest.mark.slow
def test_the_page_lists_them_where_there_are_any(empty: Path, sign_in):
    with Store(empty) as store:
        small(store)
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("wilayah", wilayah="Balai Besar POM di Padang")
    label = "Urutan yang tidak mungkin (1)"
    assert [e.label for e in app.expander if "Urutan" in e.label] == [label]
    frame = next(f.value for f in app.dataframe if "Yang tidak mungkin" in f.value.columns)
    assert frame["ID"].tolist() == ["ADV-1"]
    app = open_page("wilayah", wilayah="Balai Besar POM di Medan")
    assert not [e for e in app.expander if "Urutan" in e.label]
