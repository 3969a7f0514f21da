"""Of whom a figure is: one figure for one thing, the Lokas' part said, the scope in every heading."""

import datetime as dt
import re

import pytest

from pages.kit import heading
from sop_core import evaluation, facilitators, followups, national, region
from sop_core.access import Viewer
from sop_core.evaluation import Scope
from sop_core.store import Store
from sop_core.units import NATIONAL
from tests.builders import TODAY
from tests.pages.test_pages import demo, fresh_store, in_use, open_page, sign_in, table

pytestmark = pytest.mark.slow
__all__ = ["demo", "fresh_store", "sign_in"]
D = dt.date
COUNTS = ("on_time", "late", "open", "overdue", "due_soon", "cases")


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


@pytest.mark.parametrize("scope", [Scope(TODAY), Scope(D(2025, 6, 30), 2025), Scope(TODAY, 2026)])
def test_an_offices_row_is_its_own_figure_and_with_its_lokas_the_sum_of_rows(demo_store, scope):
    """Over every office: Nasional's row, the office alone on Wilayah, and what the Lokas add."""
    rows = national.by_unit(demo_store, scope).set_index("code")
    with_lokas = 0
    for code, name in rows["name"].items():
        units = region.coordinated(demo_store, code, scope.as_of)
        asked = Scope(scope.as_of, scope.year, units)
        parts = region.headline(demo_store, asked, code)
        total = evaluation.headline(demo_store, asked)
        assert parts.total == total, name
        for column in COUNTS:
            assert getattr(parts.own, column) == rows.loc[code, column], (name, column)
            added = rows.loc[[u for u in units if u != code], column].sum()
            assert getattr(parts.lokas, column) == added, (name, column)
        with_lokas += len(units) > 1
    assert with_lokas > 15


def test_a_row_of_nasional_opens_the_same_figure_and_the_lokas_stand_beside_it(demo):
    ranking = table(open_page("nasional"), "Tepat waktu").set_index("Unit")
    store = in_use()
    walked = 0
    for unit in store.units(TODAY):
        units = region.coordinated(store, unit.code, TODAY)
        if len(units) < 2 or unit.code == NATIONAL:
            continue
        row = int(ranking.loc[unit.name, "Terlambat"])
        total = evaluation.headline(store, Scope(TODAY, units=units)).overdue
        if total == row:
            continue
        # As the link of the row has it.
        alone = open_page("wilayah", wilayah=unit.name, loka="false")
        both = open_page("wilayah", wilayah=unit.name)
        told = [next(m for m in app.metric if m.label == "Terlambat") for app in (alone, both)]
        assert (number(told[0].value), told[0].delta) == (row, "")
        assert number(told[1].value) == total
        assert told[1].delta == f"{row} unit ini + {total - row} di Loka"
        assert f"**{unit.name} tanpa Lokanya**" in alone.caption[0].value
        assert f"**{unit.name} beserta {len(units) - 1} Loka**" in both.caption[0].value
        walked += 1
        if walked == 3:
            break
    assert walked == 3


@pytest.mark.parametrize("page", ["fasilitator", "tindak_lanjut", "rekomendasi"])
def test_every_figure_that_takes_in_lokas_says_what_they_add(demo, page):
    office = {"unit_kerja": "Balai Besar POM di Kupang", "tahun": "2025"}
    both, alone = open_page(page, **office), open_page(page, **office, loka="false")
    own = {m.label: m.value for m in alone.metric}
    said = 0
    for metric in both.metric:
        told = re.fullmatch(r"([\d.]+) unit ini \+ ([\d.]+) di Loka", metric.delta or "")
        if told:
            assert number(told[1]) == number(own[metric.label])
            assert number(told[1]) + number(told[2]) == number(metric.value)
            said += 1
    assert said >= 3
    assert not any(m.delta for m in alone.metric)


def test_what_is_added_is_in_words():
    assert region.addition(5, 2) == "5 unit ini + 2 di Loka"
    assert region.addition(1234, 0) == "1.234 unit ini + 0 di Loka"


@pytest.mark.parametrize(
    ("units", "said"),
    [
        (None, "Seluruh Indonesia"),
        (("BPOM-AMB",), "Balai POM di Ambon tanpa Lokanya"),
        (("BPOM-AMB", "*"), "Balai POM di Ambon beserta {} Loka"),
        (("LOKA-TNR",), "Loka POM di Kabupaten Kepulauan Tanimbar"),
        (("TIDAK-ADA",), "0 dari 76 unit"),
        (("BBPOM-PDG", "BPOM-AMB", "BBPOM-KPG"), "3 dari 76 unit"),
        (("BBPOM-PDG", "PST-PMPUPO"), "2 dari 83 unit"),
        ((NATIONAL,), "Siklus nasional"),
    ],
)
def test_a_scope_in_words(store, units, said):
    if units and units[-1] == "*":
        units = region.coordinated(store, units[0], TODAY)
    assert heading.offices(store, Scope(TODAY, units=units)) == said.format(len(units or ()) - 1)


def test_a_readers_own_offices_stand_in_the_nations_place(store: Store):
    units = region.coordinated(store, "BBPOM-KPG", TODAY)
    mine = store.as_viewer(Viewer("k", "K", "kepala_balai", "BBPOM-KPG", units))
    assert heading.offices(mine, Scope(TODAY)) == f"Balai Besar POM di Kupang beserta {len(units) - 1} Loka, ditambah siklus nasional"  # fmt: skip
    staff = store.as_viewer(Viewer("s", "S", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",)))
    assert (
        heading.offices(staff, Scope(TODAY))
        == "Balai Besar POM di Kupang tanpa Lokanya, ditambah siklus nasional"
    )


@pytest.mark.parametrize(
    "page", ["nasional", "wilayah", "terlambat", "fasilitator", "tindak_lanjut", "rekomendasi", "laporan"],
)  # fmt: skip
def test_every_page_with_figures_says_of_whom_they_are(demo, sign_in, page):
    said = {
        "pimpinan": r"\*\*(Seluruh Indonesia|Balai Besar POM di .+)\*\* · ",
        "kepala_balai": r"\*\*Balai Besar POM di Kupang beserta \d Loka(, ditambah siklus nasional)?\*\* · ",
    }
    for role, pattern in said.items():
        sign_in(role, "BBPOM-KPG" if role == "kepala_balai" else None)
        captions = [c.value for c in open_page(page).caption]
        assert any(re.match(pattern, c) for c in captions), captions
    app = open_page("terlambat", unit="Balai Besar POM di Kupang")
    assert "Balai Besar POM di Kupang tanpa Lokanya" in app.caption[0].value


def test_totals_of_follow_ups_and_people_add_up_over_offices(demo_store):
    """What the pages call the Lokas' part is the difference: it must be theirs."""
    for unit in demo_store.units(TODAY):
        units = region.coordinated(demo_store, unit.code, TODAY)
        if len(units) < 2:
            continue
        each = [Scope(TODAY, units=(code,)) for code in units]
        parts = [followups.totals(demo_store, s) for s in each]
        total = followups.totals(demo_store, Scope(TODAY, units=units))
        assert total == {key: sum(p[key] for p in parts) for key in total}
        people = [facilitators.funnel(demo_store, s)["people"].sum() for s in each]
        assert facilitators.funnel(demo_store, Scope(TODAY, units=units))["people"].sum() == sum(people)  # fmt: skip
