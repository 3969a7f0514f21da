"""Corrections of the calendar: what one does is told before it is kept, and nothing is kept by telling."""

import datetime as dt
import shutil

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core import corrections
from sop_core.access import Viewer
from sop_core.effects import Effects
from sop_core.errors import AccessDenied, Refused
from sop_core.store import Store
from tests.builders import TODAY
from tests.conftest import with_one_case

D = dt.date
KEY = ["case_id", "flow", "step_no"]
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")


def everything(store: Store) -> dict[str, list[str]]:
    """All rows that a correction touches."""
    tables = ("calendar_day", "calendar_override", "sop_case", "step_fact", "meta")
    return {t: sorted(map(repr, store.rows(f"SELECT * FROM {t}"))) for t in tables}


def standing(store: Store, day: D) -> pd.DataFrame:
    """How every step stands."""
    return (
        store.frame("SELECT case_id, flow, step_no, status, due, late FROM step_status($d)", d=day)
        .set_index(KEY)
        .sort_index()
    )


def changes(before: pd.DataFrame, after: pd.DataFrame) -> tuple[set[tuple], dict[str, int]]:
    """The oracle: both answers side by side in pandas; flips, and counts of all steps."""
    both = before.add_suffix("_old").join(after.add_suffix("_new"), how="outer")
    flipped = both[both["status_old"] != both["status_new"]]
    rows = {
        (key[0], f"{key[1]}.{key[2]}", row["status_old"], row["status_new"])
        for key, row in zip(flipped.index, flipped.to_dict("records"), strict=True)
    }
    moved = both["due_old"].ne(both["due_new"]) & ~(both["due_old"].isna() & both["due_new"].isna())
    return rows, {
        "due_moved": int(moved.sum()),
        "newly_late": int((both["late_new"] & ~both["late_old"]).sum()),
        "no_longer_late": int((both["late_old"] & ~both["late_new"]).sum()),
        "added": 0,
        "gone": 0,
    }


def told(found: Effects) -> tuple[set[tuple], dict[str, int]]:
    """What a preview says, in the oracle's shape."""
    rows = found.flips[["case_id", "step", "status_before", "status"]].itertuples(index=False)
    names = ("due_moved", "newly_late", "no_longer_late", "added", "gone")
    return {tuple(row) for row in rows}, {name: found.total(name) for name in names}


@pytest.fixture
def demo(demo_file, tmp_path):
    shutil.copyfile(demo_file, tmp_path / "a.duckdb")
    with Store(tmp_path / "a.duckdb") as store:
        yield store


@pytest.mark.slow
def test_a_preview_says_what_keeping_and_taking_back_then_do(demo):
    before, kept, version = standing(demo, TODAY), everything(demo), demo.version
    asked = (TODAY, False, "Pilkada susulan", "Keppres contoh")
    found = corrections.preview(demo, *asked, as_of=TODAY)
    assert (everything(demo), demo.version) == (kept, version), "a preview keeps nothing"
    corrections.correct(demo, *asked, who="uji")
    after = standing(demo, TODAY)
    assert told(found) == changes(before, after)
    assert found.total("no_longer_late") > 0 == found.total("newly_late")
    titles = demo.frame("SELECT case_id, title FROM sop_case").set_index("case_id")["title"]
    row = found.flips.iloc[0]
    assert row["title"] == titles[row["case_id"]]
    due = (before["due"], after["due"])
    for flip in found.flips.to_dict("records"):
        key = (flip["case_id"], flip["step"][0], int(flip["step"][2:]))
        assert (flip["due_before"], flip["due"]) == (due[0][key], due[1][key])

    back = corrections.preview_withdrawal(demo, TODAY, TODAY)
    assert standing(demo, TODAY).equals(after)
    assert told(back) == changes(after, before)
    corrections.withdraw(demo, TODAY)
    assert standing(demo, TODAY).equals(before)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    day=st.dates(D(2025, 3, 1), D(2025, 5, 31)), working=st.booleans(),
    as_of=st.dates(D(2025, 3, 1), D(2025, 6, 30)), first=st.dates(D(2025, 3, 1), D(2025, 5, 31)),
)  # fmt: skip
def test_any_preview_is_what_comes_of_it(day, working, as_of, first):
    """Also where the day is corrected already, or is as asked anyhow."""
    with Store() as store:
        with_one_case(store)
        corrections.correct(store, first, not working, "Sebelumnya", "SKB contoh", "uji")
        before = standing(store, as_of)
        found = corrections.preview(store, day, working, "Alasan", "SKB contoh", as_of)
        taken = corrections.preview_withdrawal(store, first, as_of)
        assert standing(store, as_of).equals(before)
        corrections.correct(store, day, working, "Alasan", "SKB contoh", "uji")
        assert told(found) == changes(before, standing(store, as_of))
        corrections.withdraw(store, day)
        if day != first:
            corrections.withdraw(store, first)
        else:
            corrections.correct(store, first, not working, "Sebelumnya", "SKB contoh", "uji")
            corrections.withdraw(store, first)
        assert told(taken) == changes(before, standing(store, as_of))


def test_a_preview_asks_what_keeping_asks(one_case):
    with pytest.raises(Refused, match="dasar hukum"):
        corrections.preview(one_case, D(2025, 3, 10), False, "Libur", " ", TODAY)
    for role in ("pimpinan", "kepala_balai", "data_staf", "admin"):
        mine = one_case.as_viewer(Viewer("x", "X", role, None, ()))
        with pytest.raises(AccessDenied, match="tidak berwenang mengubah kalender"):
            corrections.preview(mine, D(2025, 3, 10), False, "Libur", "SK", TODAY)
        with pytest.raises(AccessDenied, match="tidak berwenang mengubah kalender"):
            corrections.preview_withdrawal(mine, D(2025, 3, 10), TODAY)
    found = corrections.preview(
        one_case.as_viewer(CENTRE), D(2025, 3, 10), False, "Libur", "SK", TODAY
    )
    assert found.by_step["step"].tolist() == ["A.1"]
    assert one_case.rows("SELECT outcome FROM audit WHERE action = 'kalender' AND outcome = 'ok'") == []  # fmt: skip
