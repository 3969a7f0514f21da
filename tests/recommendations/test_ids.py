"""A recommendation's id names its office, and nothing else is read as one."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core.recommendations import load_rules, recommend, unit_of
from sop_core.recommendations.engine import id_of
from sop_core.recommendations.model import Finding
from sop_core.units import NATIONAL, read_units
from tests.builders import TODAY

UNITS = sorted({u.code for u in read_units()})
FINDINGS = st.builds(
    Finding,
    unit=st.sampled_from(UNITS),
    flow=st.sampled_from("ABCD"),
    severity=st.just(0.5),
    target=st.just(1.0),
    values=st.just({}),
    numbers=st.just({}),
    step=st.none() | st.builds("{}.{}".format, st.sampled_from("ABCD"), st.integers(1, 99)),
    topic=st.none() | st.text(min_size=1, max_size=20) | st.sampled_from(["A", "B-2", "D.7-x"]),
)


@given(st.integers(2018, 2100), st.sampled_from(sorted(load_rules())), FINDINGS)
def test_the_office_of_every_id_that_can_be_made(year, rule, finding):
    assert unit_of(id_of(year, rule, finding)) == finding.unit


def test_the_nation_in_a_flow_is_no_office():
    assert unit_of("2026-laporan_tahunan-NASIONAL-A") == NATIONAL
    assert unit_of("2026-jangkauan-NASIONAL-A-B") == NATIONAL


PART = st.sampled_from(
    ["2026", "20", "jangkauan", "x_y", "BBPOM", "PDG", "NASIONAL", "A", "A.7", "D.100", "", "-", "\n",
     "E", "bbpom", "٢٠٢٦", "PST"]
)  # fmt: skip


@given(st.lists(PART, max_size=7).map("-".join) | st.text(max_size=40))
def test_an_odd_id_names_an_office_only_before_a_place(odd):
    """What names none is handed back whole: no viewer with limits sees an office of that name."""
    found = unit_of(odd)
    if found != odd:
        year, rule, rest = odd.split("-", 2)
        assert year.isascii()
        assert year.isdigit()
        assert rule
        head, place = rest[: len(found)], rest[len(found) :]
        assert head == found
        assert place[0] == "-"
        assert place[1] in "ABCD"
        assert found.split("-")[-1] not in ("A", "B", "C", "D") or "-" not in found


@pytest.mark.parametrize("odd", ["", "2026", "2026-jangkauan", "2026-jangkauan-BBPOM-PDG", "2026-jangkauan-BBPOM-PDG-E"])  # fmt: skip
def test_an_id_without_a_place_names_no_office(odd):
    assert unit_of(odd) == odd


@pytest.mark.slow
def test_of_every_proposal_of_three_years(demo_store):
    days = {2024: dt.date(2024, 12, 31), 2025: dt.date(2025, 12, 31), 2026: TODAY}
    found = [r for year, day in days.items() for r in recommend(demo_store, year, day)]
    assert found
    assert all(unit_of(r.id) == r.unit for r in found)
