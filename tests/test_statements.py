"""What offices say of how complete their data are: by whom, listed, and taken back."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import importing, statements
from sop_core.access import DEMO, OPERATOR, VISITOR, Viewer
from sop_core.errors import AccessDenied, Refused
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY, workbook

pytestmark = pytest.mark.slow

D = dt.date
PADANG = Viewer("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
HEAD = Viewer("kepala", "Kepala contoh", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG",))


def said(store: Store) -> list[tuple]:
    """What is listed: office, day, by an upload or not, in force or taken back."""
    return [
        (r["unit_code"], r["until"].date(), pd.notna(r["batch_id"]), pd.notna(r["withdrawn_by"]))
        for r in statements.listed(store, TODAY).to_dict("records")
    ]


def horizon(store: Store, office: str) -> D | None:
    return store.nationwide().one("SELECT max(until) FROM office_horizon WHERE unit_code = $u", u=office)  # fmt: skip


def kinds(store: Store) -> set[str]:
    return {u.kind for u in statements.offices(store, TODAY)}


def test_who_may_speak_for_whom(store: Store):
    assert [u.code for u in statements.offices(store.as_viewer(PADANG), TODAY)] == ["BBPOM-PDG"]
    assert kinds(store.as_viewer(CENTRE)) == {"pusat", "nasional"}
    assert statements.offices(store.as_viewer(HEAD), TODAY) == []
    for everyone in (OPERATOR, VISITOR):
        assert len(statements.offices(store.as_viewer(everyone), TODAY)) == 84
    assert VISITOR.role == DEMO


def test_the_list_is_of_the_own_offices_the_newest_first(store: Store):
    padang, centre = store.as_viewer(PADANG), store.as_viewer(CENTRE)
    content = workbook(
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]],
    )
    importing.import_files(padang, [SourceFile("a.xlsx", content)], "Staf contoh", today=TODAY,
                           until=D(2026, 9, 30))  # fmt: skip
    statements.state(padang, "BBPOM-PDG", D(2026, 10, 31), TODAY)
    statements.state(centre, "NASIONAL", D(2026, 11, 1), TODAY)
    assert said(padang) == [
        ("BBPOM-PDG", D(2026, 10, 31), False, False), ("BBPOM-PDG", D(2026, 9, 30), True, False),
    ]  # fmt: skip
    assert said(centre) == [("NASIONAL", D(2026, 11, 1), False, False)]
    assert len(said(store)) == 3
    assert said(store.as_viewer(HEAD)) == []


def test_what_was_said_without_a_file_is_taken_back_by_its_office(store: Store):
    padang = store.as_viewer(PADANG)
    statements.state(padang, "BBPOM-PDG", D(2026, 10, 31), TODAY)
    (number,) = statements.listed(padang, TODAY)["statement_no"]
    with pytest.raises(AccessDenied):
        statements.take_back(store.as_viewer(CENTRE), int(number))
    assert horizon(store, "BBPOM-PDG") == D(2026, 10, 31)
    statements.take_back(padang, int(number))
    assert said(padang) == [("BBPOM-PDG", D(2026, 10, 31), False, True)]
    assert horizon(store, "BBPOM-PDG") is None
    with pytest.raises(Refused, match="sudah ditarik"):
        statements.take_back(padang, int(number))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(st.one_of(st.dates(D(2026, 1, 1), TODAY), st.integers(0, 6)), max_size=8),
)
def test_an_office_has_said_the_latest_day_that_stands(acts):
    with Store() as store:
        standing: dict[int, D] = {}
        for act in acts:
            if isinstance(act, dt.date):
                if standing and act <= max(standing.values()):
                    with pytest.raises(Refused, match="sudah dinyatakan"):
                        statements.state(store, "LOKA-TPI", act, TODAY)
                    continue
                statements.state(store, "LOKA-TPI", act, TODAY)
                number = int(statements.listed(store, TODAY)["statement_no"].iloc[0])
                assert number not in standing
                standing[number] = act
            elif act in standing:
                statements.take_back(store, act)
                del standing[act]
        assert horizon(store, "LOKA-TPI") == max(standing.values(), default=None)
