"""Reports tell why steps are late and what is planned; nothing of it where nothing was said."""

import datetime as dt

import pytest

from sop_core import hindrances, indonesian, remarks, reports
from sop_core.reports import Request
from sop_core.store import Store
from tests.builders import TODAY, all_speak, load
from tests.reports.test_what_is_known import it_is, rows

pytestmark = pytest.mark.slow

D = dt.date
OFFICE = "BBPOM-PDG"
PLAN = TODAY + dt.timedelta(days=3)
MONITORING = Request("monitoring", TODAY, 2026, None, OFFICE)
LIST = "Langkah terlambat dan segera jatuh tempo"


@pytest.fixture
def late(store: Store, monkeypatch) -> Store:
    it_is(monkeypatch, TODAY)
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2026, OFFICE, "Advokasi"], ["ADV-2", "A", 2026, OFFICE, "Lain"]],
        Langkah=[
            *([case, 1, D(2026, 9, 1), D(2026, 9, 7)] for case in ("ADV-1", "ADV-2")),
            *([case, 2, D(2026, 9, 8), None] for case in ("ADV-1", "ADV-2")),
        ],
    )
    all_speak(store, TODAY)
    return store


def headings(store: Store, request: Request) -> list[str]:
    return [s.heading for s in reports.build(store, request).sections]


def test_without_a_word_reports_are_as_they_were(late):
    case = Request("kegiatan", TODAY, case_id="ADV-1")
    assert not {"Hambatan dan rencana", "Catatan kasus"} & set(headings(late, case))
    assert "Rencana terlewat" not in headings(late, MONITORING)
    assert "Hambatan dan rencana" not in rows(reports.build(late, MONITORING), LIST)[0]


def test_monitoring_tells_it_beside_each_late_step_and_lists_plans_that_are_over(late, monkeypatch):
    hindrances.say(late, "ADV-1", 2, "anggaran", "Ajukan revisi", PLAN)
    told = {r["ID"]: r["Hambatan dan rencana"] for r in rows(reports.build(late, MONITORING), LIST)}
    assert told == {"ADV-1": "Anggaran belum turun: Ajukan revisi (27 November 2026)", "ADV-2": "–"}
    assert "Rencana terlewat" not in headings(late, MONITORING)
    after = PLAN + dt.timedelta(days=1)
    it_is(monkeypatch, after)
    report = reports.build(late, Request("monitoring", after, 2026, None, OFFICE))
    (row,) = rows(report, "Rencana terlewat")
    assert (row["ID"], row["Langkah"], row["Rencana pada"]) == ("ADV-1", "A.2", "27 November 2026")


def test_a_cases_report_tells_what_stood_and_was_remarked_by_its_day(late, monkeypatch):
    hindrances.say(late, "ADV-1", 2, "anggaran", "Ajukan revisi", PLAN)
    remarks.add(late, "ADV-1", "Sudah dibahas")
    it_is(monkeypatch, TODAY + dt.timedelta(days=1))
    hindrances.say(late, "ADV-1", 2, "sdm", "Minta bantuan", PLAN)
    remarks.add(late, "ADV-1", "Kemudian")
    report = reports.build(late, Request("kegiatan", TODAY, case_id="ADV-1"))
    assert [(r["Hambatan"], r["Rencana"]) for r in rows(report, "Hambatan dan rencana")] == [
        ("Anggaran belum turun", "Ajukan revisi")
    ]
    assert [(r["Pada"], r["Catatan"]) for r in rows(report, "Catatan kasus")] == [
        ("24 November 2026", "Sudah dibahas")
    ]
    assert indonesian.today() > TODAY
    for suffix in reports.FORMATS:
        assert reports.write(report, suffix) == reports.write(report, suffix)
