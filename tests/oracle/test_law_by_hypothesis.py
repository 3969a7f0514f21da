"""The law under hypothesis, over all flows, levels, skips and optional steps.

What happens after a day never changes what is said as of it. Facts are made from records put
in by hand, so that orders are tried too that an import would tell or refuse.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sop_core import facts
from sop_core.store import Store
from tests.builders import REV04, all_speak, enter, open_years, revised

DAY = dt.date(2026, 3, 31)
CASES = {
    "A": "K-A", "B": "K-B", "C": "K-C", "D": "K-D", "unit_year": "A-2025-BBPOM-PDG",
    "national_cycle": "A-2025-NASIONAL", "quarter": "D-2026-TW1", "central": "A-2025-PST-REGPO",
}  # fmt: skip
LEVEL = {"unit_year": ("A", "unit_year"), "national_cycle": ("A", "national_cycle"),
         "quarter": ("D", "national_cycle"), "central": ("A", "unit_year")}  # fmt: skip
Record = tuple[str, int, dt.date | None, dt.date | None, bool]


def steps_of(case: str) -> list[Any]:
    flow, level = LEVEL.get(case, (case, "activity"))
    return [s for s in REV04.steps if (s.flow, s.level) == (flow, level)]


@st.composite
def records(draw: st.DrawFn, first: dt.date, last: dt.date) -> list[Record]:
    """Records of any steps, all of whose dates lie between two days."""
    found: list[Record] = []
    day = st.dates(first, last)
    for case, case_id in CASES.items():
        for step in steps_of(case):
            if not draw(st.booleans()):
                continue
            if step.optional and draw(st.booleans()):
                found.append((case_id, step.no, None, draw(day), True))
                continue
            one, other = sorted((draw(day), draw(day)))
            kind = draw(st.sampled_from(["both", "start", "finish"]))
            found.append((case_id, step.no, None if kind == "finish" else one,
                          None if kind == "start" else other, False))  # fmt: skip
    return found


@pytest.fixture(scope="module")
def ground() -> Store:
    """Four activities, years that are open, two revisions, and offices that all have spoken."""
    with Store() as store:
        open_years(store, ("A", 2025), ("D", 2026))
        enter(store, revised(norms={"A.1": 3, "D.7": 15}))
        all_speak(store, dt.date(2026, 11, 24))
        with store.database.transaction() as cursor:
            for flow, certification in (("A", None), ("B", None), ("C", None), ("D", None)):
                cursor.execute(
                    "INSERT INTO activity BY NAME SELECT $id AS case_id, $flow AS flow, 2026 AS year,"
                    " 'BBPOM-PDG' AS unit_code, 'x' AS title, $c AS certification,"
                    " 1 AS batch_id, 2 AS source_row",
                    {"id": f"K-{flow}", "flow": flow, "c": certification},
                )
        yield store


def said(store: Store, told: list[Record], certification: bool | None) -> list[dict[str, Any]]:
    """Every step as of DAY from these records alone."""
    with store.database.transaction() as cursor:
        cursor.execute("DELETE FROM step_record")
        cursor.execute(
            "UPDATE activity SET certification = $c WHERE flow = 'D'", {"c": certification}
        )
        for case_id, no, started, finished, skipped in told:
            cursor.execute(
                "INSERT INTO step_record BY NAME SELECT $id AS case_id, $no::INTEGER AS step_no,"
                " $s::DATE AS started, $f::DATE AS finished, $k AS skipped,"
                " CASE WHEN $k THEN 'x' END AS reason, 1 AS batch_id, 2 AS source_row",
                {"id": case_id, "no": no, "s": started, "f": finished, "k": skipped},
            )
        facts.rebuild(cursor)
    return store.rows("SELECT * FROM step_status($d) ORDER BY case_id, step_no", d=DAY)


def both(before: list[Record], after: list[Record]) -> list[Record]:
    """Later records beside the earlier ones; of one step the earlier stays."""
    taken = {(r[0], r[1]) for r in before}
    return before + [r for r in after if (r[0], r[1]) not in taken]


@pytest.mark.slow
@settings(max_examples=120, deadline=None)
@given(
    before=records(dt.date(2025, 6, 2), DAY),
    after=records(DAY + dt.timedelta(days=1), dt.date(2026, 11, 24)),
    certification=st.sampled_from([None, True, False]),
)
def test_what_happens_after_a_day_changes_nothing_said_as_of_it(
    ground: Store, before: list[Record], after: list[Record], certification: bool | None
) -> None:
    assert said(ground, both(before, after), certification) == said(ground, before, certification)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    before=records(dt.date(2025, 6, 2), dt.date(2026, 11, 24)),
    touched=st.sampled_from(sorted(CASES.values())),
    more=records(dt.date(2025, 6, 2), dt.date(2026, 11, 24)),
)
def test_counting_the_touched_cases_again_is_counting_all_again(
    ground: Store, before: list[Record], touched: str, more: list[Record]
) -> None:
    said(ground, before, None)
    with ground.rehearse(stored=True) as cursor:
        cursor.execute("DELETE FROM step_record WHERE case_id = $c", {"c": touched})
        for case_id, no, started, finished, skipped in more:
            if case_id == touched:
                cursor.execute(
                    "INSERT INTO step_record BY NAME SELECT $id AS case_id, $no::INTEGER AS step_no,"
                    " $s::DATE AS started, $f::DATE AS finished, $k AS skipped,"
                    " 1 AS batch_id, 2 AS source_row",
                    {"id": case_id, "no": no, "s": started, "f": finished, "k": skipped},
                )
        # As often as the case has records, as an import of steps alone asks.
        facts.rebuild_of(cursor, f"SELECT '{touched}' AS case_id FROM range(3)")
        some = {t: cursor.execute(f"FROM {t} ORDER BY ALL").fetchall() for t in FACTS}
        facts.rebuild(cursor)
        assert some == {t: cursor.execute(f"FROM {t} ORDER BY ALL").fetchall() for t in FACTS}


FACTS = ("sop_case", "flow_year", "step_fact")
