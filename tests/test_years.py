"""Years opened by hand: what that does is told before it is kept, and nothing is kept by telling."""

import datetime as dt

import pytest

from sop_core import years
from sop_core.access import Viewer
from sop_core.errors import AccessDenied, Refused
from sop_core.store import Store
from tests.builders import TODAY, all_speak

pytestmark = pytest.mark.slow

D = dt.date
TABLES = ("opened_year", "flow_year", "sop_case", "step_fact", "meta", "audit")


def everything(store: Store) -> dict[str, list[str]]:
    return {t: sorted(map(repr, store.rows(f"SELECT * FROM {t}"))) for t in TABLES}


def owed(store: Store, flow: str, year: int, day: D) -> tuple[int, int, int]:
    """The oracle: counts of cases whose steps stand so, in Python."""
    rows = [
        r for r in store.rows("SELECT * FROM step_status($d)", d=day)
        if (r["flow"], r["year"]) == (flow, year) and r["level"] != "activity"
    ]  # fmt: skip
    return tuple(
        len({r["case_id"] for r in rows if keeps(r)})
        for keeps in (lambda _: True, lambda r: r["overdue"], lambda r: r["unknown"])
    )


def counts(found: years.Owed) -> tuple[int, int, int]:
    return (found.reports, found.late, found.unknown)


@pytest.mark.parametrize("speak", [True, False])
@pytest.mark.parametrize(
    ("flow", "day"), [("A", D(2026, 1, 5)), ("B", TODAY), ("D", TODAY), ("C", D(2025, 6, 30))]
)
def test_what_opening_would_do_is_what_it_does(store: Store, flow, day, speak):
    if speak:
        all_speak(store, TODAY)
    start = everything(store)
    told = years.preview_opening(store, flow, 2025, "rapat", day)
    assert everything(store) == start, "nothing is kept by looking"
    assert counts(told.before) == owed(store, flow, 2025, day) == (0, 0, 0)
    years.open_year(store, flow, 2025, "rapat")
    assert counts(told.after) == owed(store, flow, 2025, day)
    assert told.after.reports == (4 if flow == "D" else 77), "76 reports and the national year"
    assert set(told.effects.flips["case_id"]) == {
        r["case_id"] for r in store.rows("SELECT case_id FROM step_status($d)", d=day)
    }
    back = years.preview_closing(store, flow, 2025, day)
    assert (back.before, back.after) == (told.after, told.before)
    years.close_year(store, flow, 2025)
    assert owed(store, flow, 2025, day) == (0, 0, 0)


def test_of_silent_offices_nobody_says_that_they_are_late(store: Store):
    assert counts(years.preview_opening(store, "A", 2024, "rapat", TODAY).after)[1] == 0
    all_speak(store, TODAY)
    assert years.preview_opening(store, "A", 2024, "rapat", TODAY).after.late >= 76


def test_a_look_is_refused_as_the_change_is(store: Store):
    for flow, year, reason, said in (
        ("A", 2025, "  ", "Alasan wajib diisi"),
        ("E", 2025, "rapat", "tidak ada dalam kalender"),
        ("A", 2035, "rapat", "tidak ada dalam kalender"),
        ("A", 2017, "rapat", "tidak ada dalam kalender"),
    ):
        for act in (
            lambda f, y, r: years.preview_opening(store, f, y, r, TODAY),
            lambda f, y, r: years.open_year(store, f, y, r),
        ):
            with pytest.raises(Refused, match=said):
                act(flow, year, reason)
    with pytest.raises(Refused, match="tidak dibuka oleh pusat"):
        years.preview_closing(store, "A", 2025, TODAY)
    years.open_year(store, "A", 2025, "rapat")
    with pytest.raises(Refused, match="sudah dibuka"):
        years.preview_opening(store, "A", 2025, "rapat", TODAY)
    clerk = store.as_viewer(Viewer("staf", "Staf", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",)))
    with pytest.raises(AccessDenied):
        years.preview_opening(clerk, "B", 2025, "rapat", TODAY)
    with pytest.raises(AccessDenied):
        years.preview_closing(clerk, "A", 2025, TODAY)
