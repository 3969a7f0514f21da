"""Silence is not lateness: six of 76 offices stop uploading, and later send their backlog."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest

from sop_core import evaluation, importing, indonesian, national, past, reports, silence
from sop_core.evaluation import Scope
from sop_core.recommendations import recommend
from sop_core.reports import Request
from sop_core.store import Store
from tests.oracle import figures
from tests.silent_offices import BACKLOG, END, OTHERS, SILENT, SLOW, STOP, UPT, Offices

pytestmark = pytest.mark.slow
YEAR = END.year
LATENESS = ("terlambat_berulang", "laporan_tahunan", "tindak_lanjut", "waktu_mulai")
"""Rules that say of an office that it is late."""


@pytest.fixture(scope="module")
def clock() -> Iterable[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def it_is(clock: pytest.MonkeyPatch, day: dt.date) -> None:
    """From now on it is the evening of that day in Jakarta."""
    moment = dt.datetime.combine(day, dt.time(20), indonesian.JAKARTA)
    clock.setattr(indonesian, "clock", lambda: moment)


@pytest.fixture(scope="module")
def offices() -> Offices:
    return Offices()


@pytest.fixture(scope="module")
def silent(clock: pytest.MonkeyPatch, offices: Offices) -> Iterable[Store]:
    """The store on 31 December 2025: six offices have said nothing since 31 August."""
    with Store() as store:
        for day, who in ((STOP, (*SILENT, *OTHERS)), (END, OTHERS)):
            it_is(clock, day)
            kept = importing.import_files(store, [offices.upload(who, day)], "uji", until=day)
            assert not kept.problems, kept.problems[:3]
        yield store


def worst(store: Store, scope: Scope) -> list[str]:
    """Offices by steps overdue, the most first."""
    units = national.by_unit(store, scope)
    return [code for code in units["code"] if code in {u.code for u in UPT}]


def test_there_are_76_offices_and_six_of_them_silent() -> None:
    assert (len(UPT), len(SILENT), len(OTHERS)) == (76, 6, 70)


def test_the_silent_are_not_among_the_worst(silent: Store) -> None:
    units = national.by_unit(silent, Scope(END)).set_index("code")
    assert units.loc[list(SILENT), "overdue"].tolist() == [0] * 6
    assert units.loc[list(OTHERS), "overdue"].max() > 0
    assert not set(worst(silent, Scope(END))[: (units["overdue"] > 0).sum()]) & set(SILENT)


def test_what_fell_due_since_is_counted_as_unknown(silent: Store) -> None:
    units = national.by_unit(silent, Scope(END)).set_index("code")
    assert units.loc[list(SILENT), "unknown"].min() >= 5
    assert units.loc[list(OTHERS), "unknown"].max() == 0
    steps = silence.unknown_steps(silent, Scope(END, units=SILENT))
    assert len(steps) == units.loc[list(SILENT), "unknown"].sum()
    assert (steps["due"].dt.date > STOP).all()


def test_the_old_reading_puts_them_on_top(silent: Store) -> None:
    assert set(worst(silent, Scope(END, silence_is_late=True))[:6]) == set(SILENT)


def test_they_are_named_as_silent_with_what_they_owe(silent: Store) -> None:
    status = silence.data_status(silent, Scope(END))
    told = status[status["silent"]].set_index("code")
    assert set(told.index) == set(SILENT)
    assert {day.date() for day in told["until"]} == {STOP}
    assert (told["days_silent"] == (END - STOP).days).all()
    assert (told["owed"] >= told["unknown"]).all()
    assert silence.reporting(status) == silence.Reporting(76, 6, 0, int(told["unknown"].sum()))
    assert silence.silent_offices(silent, END) == dict.fromkeys(SILENT, STOP)


def test_recommendations_do_not_call_them_late_and_say_up_to_when_their_data_go(
    silent: Store,
) -> None:
    found = recommend(silent, YEAR, END)
    late = [r for r in found if r.rule in LATENESS]
    assert {r.unit for r in late if r.rule == "terlambat_berulang"} >= set(SLOW)
    assert not [r for r in late if r.unit in SILENT]
    theirs = [r for r in found if r.unit in SILENT]
    assert theirs, "they fall short of their targets"
    assert all(r.reason.endswith("Data unit ini s.d. 31 Agustus 2025.") for r in theirs)
    assert not [r for r in found if r.unit in OTHERS and "s.d." in r.reason]


def test_reports_count_and_name_them(silent: Store) -> None:
    for kind in ("monitoring", "tahunan"):
        report = reports.build(silent, Request(kind, END, YEAR))
        status = next(s for s in report.sections if s.heading == "Status data unit")
        assert "6 dari 76 UPT tidak melapor" in status.paragraphs[0]
        assert {row[1].date() for row in status.table.rows} == {STOP}
        names = {u.name for u in UPT if u.code in SILENT}
        assert {row[0] for row in status.table.rows} == names
        assert " langkah tidak diketahui keadaannya" in " ".join(report.summary)
        ranking = next(s for s in report.sections if s.heading == "Peringkat unit").table
        of = {r[0]: dict(zip(ranking.headings, r, strict=True)) for r in ranking.rows}
        assert [of[name]["Terlambat"] for name in names] == [0] * 6
        assert sum(of[name]["Tidak diketahui"] for name in names) >= 5 * 6


def test_the_backlog_changes_nothing_of_what_was_known_that_day(
    silent: Store, clock: pytest.MonkeyPatch, offices: Offices
) -> None:
    cases = [f"A2025-6-{SILENT[0]}", f"D2025-1-{SILENT[1]}"]
    before = figures.of(silent, END, cases, SILENT[0])
    now = evaluation.headline(silent, Scope(END, units=SILENT))
    it_is(clock, BACKLOG)
    kept = importing.import_files(silent, [offices.upload(SILENT, BACKLOG)], "uji")
    assert kept.kept
    faults = figures.changed(before, figures.of(past.known_on(silent, END), END, cases, SILENT[0]))
    assert not faults, "\n".join(faults)
    # Known now it is another picture, and it says that it changed.
    after = evaluation.headline(silent, Scope(END, units=SILENT))
    assert now.unknown >= 5 * 6
    assert after.unknown == 0
    report = reports.build(silent, Request("tahunan", END, YEAR))
    assert (
        dict(report.identity)["Tanggal acuan"]
        == "Per 31 Desember 2025, seperti diketahui pada 15 Januari 2026"
    )
    assert report.notes[-1].startswith("Sejak 31 Desember 2025: ")
    assert f"{past.since(silent, END, END).records} catatan masuk kemudian" in report.notes[-1]
