"""Why steps are late or wait: who says it, of which steps, what stands, and that it moves nothing."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import (
    evaluation,
    hindrance_reasons,
    hindrances,
    indonesian,
    lateness,
    national,
    past,
    region,
    revisions,
    silence,
)
from sop_core.access import VISITOR, Viewer
from sop_core.errors import AccessDenied, Refused
from sop_core.evaluation import Scope
from sop_core.store import Store
from tests.builders import TODAY, all_speak, enter, load, open_years, revised, steps_of, with_step

D = dt.date
SOON = TODAY + dt.timedelta(days=10)
PADANG = Viewer("staf.padang", "Staf Padang", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
KUPANG = Viewer("staf.kupang", "Staf Kupang", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
HEAD = Viewer("kepala", "Kepala Padang", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG", "LOKA-SJJ"))
LEADER = Viewer("pimpinan", "Pimpinan contoh", "pimpinan")
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
ADMIN = Viewer("admin", "Admin contoh", "admin", units=())


@pytest.fixture
def at(monkeypatch):
    """Noon in Jakarta of a day, by default TODAY."""

    def on(day: D, hour: int = 12) -> None:
        moment = dt.datetime.combine(day, dt.time(hour), indonesian.JAKARTA)
        monkeypatch.setattr(indonesian, "clock", lambda: moment)

    on(TODAY)
    return on


@pytest.fixture
def late(store: Store, at) -> Store:
    """Padang's activity stands at A.2, which is late; Kupang's has not begun."""
    load(
        store,
        Kegiatan=[
            ["ADV-P", "A", 2026, "BBPOM-PDG", "Advokasi Padang"],
            ["ADV-K", "A", 2026, "BBPOM-KPG", "Advokasi Kupang"],
            ["ADV-C", "A", 2026, "PST-PMPUPO", "Advokasi Pusat"],
        ],
        Langkah=[
            ["ADV-P", 1, D(2026, 9, 1), D(2026, 9, 7)],
            ["ADV-P", 2, D(2026, 9, 8), None],
        ],
    )
    all_speak(store, TODAY)
    return store


def say(store: Store, step: int = 2, case: str = "ADV-P", plan: str = "Ajukan revisi", **other) -> int:  # fmt: skip
    return hindrances.say(store, case, step, **{"reason": "anggaran", "plan": plan, "plan_on": SOON, **other})  # fmt: skip


def stands(store: Store, case: str = "ADV-P", as_of: D = TODAY) -> list[tuple]:
    """Step, reason in words, plan and its day, as the case's steps show them."""
    steps = region.case_steps(store, case, as_of)
    shown = steps[steps["hindrance"].notna()]
    return [(r["step"], r["hindrance"], r["plan"], r["plan_on"].date()) for r in shown.to_dict("records")]  # fmt: skip


def test_the_newest_stands_and_what_was_said_before_stays(late):
    assert stands(late) == []
    say(late.as_viewer(PADANG))
    second = say(late.as_viewer(PADANG), reason="sdm", plan="  Minta  bantuan\nunit lain ")
    assert stands(late) == [("A.2", "SDM terbatas", "Minta bantuan unit lain", SOON)]
    hindrances.take_back(late.as_viewer(PADANG), second)
    assert stands(late) == [("A.2", "Anggaran belum turun", "Ajukan revisi", SOON)]
    told = hindrances.history(late, "ADV-P", 2)
    assert told["hindrance_no"].tolist() == [2, 1]
    assert told["withdrawn_by"].tolist()[0] == "Staf Padang"
    assert pd.isna(told["withdrawn_by"].tolist()[1])
    assert told["said_by"].tolist() == ["Staf Padang", "Staf Padang"]
    with pytest.raises(Refused, match="sudah ditarik"):
        hindrances.take_back(late, second)
    with pytest.raises(Refused, match="tidak ada"):
        hindrances.take_back(late, 99)


def test_it_is_shown_wherever_the_step_is(late):
    say(late)
    scope = Scope(TODAY)
    (row,) = lateness.late_steps(late, scope).query("case_id == 'ADV-P'").to_dict("records")
    wanted = ("Anggaran belum turun", "Ajukan revisi", pd.Timestamp(SOON))
    assert tuple(row[name] for name in hindrances.HEADINGS) == wanted
    (case,) = region.cases(late, scope).query("case_id == 'ADV-P'").to_dict("records")
    assert tuple(case[name] for name in hindrances.HEADINGS) == wanted
    (status,) = (r for r in evaluation.status_rows(late, scope) if (r["case_id"], r["step"]) == ("ADV-P", 2))  # fmt: skip
    assert (status["hindrance"], status["plan"], status["plan_on"]) == (*wanted[:2], SOON)


def test_it_is_shown_where_nobody_can_say_how_the_step_is(store, at):
    at(D(2026, 9, 9))
    load(
        store,
        Kegiatan=[["ADV-P", "A", 2026, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-P", 1, D(2026, 9, 1), D(2026, 9, 7)], ["ADV-P", 2, D(2026, 9, 8), None]],
    )
    with store.database.transaction() as cursor:  # its upload says nothing past that day
        cursor.execute("UPDATE office_statement SET until = DATE '2026-09-09'")
    at(TODAY)
    assert steps_of(store, "ADV-P", TODAY)[2]["status"] == "tidak_diketahui"
    say(store)
    (row,) = silence.unknown_steps(store, Scope(TODAY)).query("case_id == 'ADV-P'").to_dict("records")  # fmt: skip
    assert (row["hindrance"], row["plan"]) == ("Anggaran belum turun", "Ajukan revisi")


def test_only_of_a_step_that_is_late_or_waits(late):
    for step, why in ((1, "sudah selesai"), (3, "belum tiba gilirannya"), (99, "tidak ada pada kasus")):  # fmt: skip
        with pytest.raises(Refused, match=why):
            say(late, step)
    open_years(late, ("A", 2026))
    with pytest.raises(Refused, match="belum tiba gilirannya"):
        say(late, 7, "A-2026-BBPOM-PDG")  # opens in January
    assert say(late, 1, "ADV-K") == 1, "an activity that waits to begin"
    load(late, Langkah=[["ADV-P", 2, D(2026, 9, 8), TODAY]])
    with pytest.raises(Refused, match="sudah selesai"):
        say(late)
    assert say(late, 3) == 2


def test_a_skipped_step_is_none_that_waits(store, at):
    load(
        store,
        Kegiatan=[["FAS-1", "D", 2026, "BBPOM-PDG", "Angkatan"]],
        Langkah=[
            *(["FAS-1", n, D(2026, 9, n), D(2026, 9, n)] for n in (1, 2, 3)),
            ["FAS-1", 7, D(2026, 11, 2), None],
        ],
    )
    all_speak(store, TODAY)
    assert steps_of(store, "FAS-1", TODAY)[4]["status"] == "dilewati"
    with pytest.raises(Refused, match="sudah dilewati"):
        say(store, 4, "FAS-1")


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"reason": "malas"}, "tidak dikenal"),
        ({"plan": " \n "}, "Rencana wajib diisi"),
        ({"plan": "x" * (hindrances.LONGEST_PLAN + 1)}, "paling panjang"),
        ({"plan_on": TODAY - dt.timedelta(days=1)}, "paling awal hari ini"),
        ({"plan_on": D(2036, 1, 1)}, "paling akhir"),
    ],
)
def test_without_what_it_needs_nothing_is_kept(late, other, why):
    with pytest.raises(Refused, match=why):
        say(late, **other)
    assert hindrances.history(late, "ADV-P").empty
    assert say(late, plan="x" * hindrances.LONGEST_PLAN, plan_on=TODAY) == 1


def everything(store: Store, as_of: D) -> list[pd.DataFrame]:
    """Statuses, due dates and figures of a day, without what was said of hindrances."""
    scope = Scope(as_of)
    plain = list(hindrances.HEADINGS)
    return [
        store.frame("SELECT * FROM step_status($as_of) ORDER BY ALL", as_of=as_of),
        store.frame("SELECT * FROM step_fact ORDER BY ALL"),
        lateness.late_steps(store, scope).drop(columns=plain),
        region.cases(store, scope).drop(columns=plain),
        silence.unknown_steps(store, scope).drop(columns=plain),
        pd.DataFrame([vars(evaluation.headline(store, scope))]),
        evaluation.by_step(store, scope),
        national.by_unit(store, scope),
        national.monthly_trend(store, scope, 6),
    ]


@pytest.mark.slow
def test_it_moves_no_deadline_status_or_figure(late):
    days = (TODAY, SOON, SOON + dt.timedelta(days=30))
    before = [everything(late, day) for day in days]
    say(late)
    say(late, 1, "ADV-K", plan_on=D(2027, 12, 1))
    hindrances.take_back(late, say(late, reason="sdm"))
    assert len(hindrances.standing(late, Scope(TODAY))) == 2
    for frames, day in zip(before, days, strict=True):
        for frame, again in zip(frames, everything(late, day), strict=True):
            pd.testing.assert_frame_equal(frame, again)


@pytest.mark.slow
def test_a_plan_whose_day_is_over_is_missed_while_the_step_is_open(late, at):
    say(late)
    say(late, 1, "ADV-K", plan_on=SOON + dt.timedelta(days=30))

    def missed(day: D, **scope) -> list[str]:
        found = hindrances.standing(late, Scope(day, **scope), passed_only=True)
        return found["case_id"].tolist()

    assert [missed(SOON), missed(SOON + dt.timedelta(days=1))] == [[], ["ADV-P"]]
    later = SOON + dt.timedelta(days=60)
    assert missed(later) == ["ADV-P", "ADV-K"]
    assert missed(later, units=("BBPOM-KPG",)) == ["ADV-K"]
    assert missed(later, flow="B") == []
    at(later)
    load(late, Langkah=[["ADV-P", 2, D(2026, 9, 8), TODAY]])
    assert missed(later) == ["ADV-K"], "done: nothing to miss any more"
    assert stands(late, as_of=later)[0][0] == "A.2", "what held it up is still told beside it"


def test_who_may_say_it_and_of_whom(late):
    for viewer in (PADANG, HEAD):
        assert [s["step"] for s in hindrances.open_steps(late.as_viewer(viewer), "ADV-P")] == ["A.2"]  # fmt: skip
        say(late.as_viewer(viewer))
    for viewer in (LEADER, ADMIN, CENTRE, KUPANG):
        mine = late.as_viewer(viewer)
        assert hindrances.open_steps(mine, "ADV-P") == []
        with pytest.raises(AccessDenied):
            say(mine)
        with pytest.raises(AccessDenied if viewer in (LEADER, CENTRE) else Refused):
            hindrances.take_back(mine, 1)
    say(late.as_viewer(CENTRE), 1, "ADV-C")
    kept = late.rows("SELECT said_by, unit_code FROM hindrance ORDER BY hindrance_no")
    assert [tuple(r.values()) for r in kept] == [
        ("Staf Padang", "BBPOM-PDG"), ("Kepala Padang", "BBPOM-PDG"), ("Pusat contoh", "PST-PMPUPO"),
    ]  # fmt: skip
    refused = late.rows("SELECT login, subject FROM audit WHERE outcome = 'ditolak' AND action = 'hambatan' ORDER BY entry_no")  # fmt: skip
    assert {r["login"] for r in refused} == {"pimpinan", "admin", "pusat", "staf.kupang"}


def test_a_head_says_it_of_the_own_office_and_not_of_its_lokas(store, at):
    load(store, Kegiatan=[["ADV-L", "A", 2026, "LOKA-SJJ", "Advokasi Loka"]])
    head = store.as_viewer(HEAD)
    assert region.case_head(head, "ADV-L", TODAY) is not None
    with pytest.raises(AccessDenied, match="bukan kewenangan unit Anda"):
        say(head, 1, "ADV-L")


@pytest.mark.slow
def test_another_offices_case_is_as_unknown_as_one_there_is_not(late):
    said = set()
    for case in ("ADV-P", "ADV-TIDAK-ADA"):
        with pytest.raises(AccessDenied) as error:
            say(late.as_viewer(KUPANG), case=case)
        said.add(str(error.value))
    assert len(said) == 1
    say(late)
    mine = late.as_viewer(KUPANG)
    assert hindrances.history(mine, "ADV-P").empty
    assert hindrances.standing(mine, Scope(TODAY)).empty
    assert len(hindrances.standing(late.as_viewer(LEADER), Scope(TODAY))) == 1


@pytest.mark.slow
def test_what_an_office_said_is_not_read_by_the_next_one_under_that_id(late):
    say(late, 1, "ADV-K")
    load(late, Kegiatan=[["ADV-K", "A", 2026, "BBPOM-PDG", "Dipindahkan"]])
    assert hindrances.history(late.as_viewer(PADANG), "ADV-K").empty
    assert len(hindrances.history(late, "ADV-K")) == 1


@pytest.mark.slow
def test_it_stays_with_its_step_where_a_revision_renumbers_it(store, at):
    load(store, Kegiatan=[["ADV-K", "A", 2026, "BBPOM-KPG", "Advokasi Kupang"]])
    say(store, 1, "ADV-K")
    new = with_step(revised("05", D(2026, 1, 1)), "A", 1, sla_days=3, counted_from="mulai", counted_reason="uji")  # fmt: skip
    enter(store, new)
    say(store, 1, "ADV-K", reason="sdm")
    assert [s[:2] for s in stands(store, "ADV-K")] == [("A.1", "SDM terbatas"), ("A.2", "Anggaran belum turun")]  # fmt: skip
    assert hindrances.history(store, "ADV-K", 2)["step"].tolist() == ["A.2"]
    revisions.withdraw(store, "05", "uji")
    assert hindrances.history(store, "ADV-K")["step"].tolist() == ["A.1", "A.1"]


@pytest.mark.slow
def test_without_accounts_only_of_demo_cases(store, at):
    load(store, Kegiatan=[["DEMO-ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi demo"]])
    visitor = store.as_viewer(VISITOR)
    assert say(visitor, 1, "DEMO-ADV-1") == 1
    load(store, Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]])
    assert hindrances.open_steps(visitor, "ADV-1") == []
    with pytest.raises(AccessDenied, match="pantau user add"):
        say(visitor, 1, "ADV-1")


@pytest.mark.slow
def test_as_known_on_a_past_day(late, at):
    first = say(late)
    at(TODAY + dt.timedelta(days=2))
    say(late, reason="sdm")
    hindrances.take_back(late, first)
    at(TODAY + dt.timedelta(days=3))
    known = past.known_on(late, TODAY)
    assert [s[1] for s in stands(known)] == ["Anggaran belum turun"]
    assert pd.isna(hindrances.history(known, "ADV-P")["withdrawn_at"]).all()
    with pytest.raises(Refused, match="hari lampau"):
        say(known)
    # As of that day, known now: what came later had not been said.
    assert [s[1] for s in stands(late)] == ["Anggaran belum turun"]
    assert [s[1] for s in stands(late, as_of=TODAY + dt.timedelta(days=3))] == ["SDM terbatas"]
    past.close(late.database)


@pytest.mark.slow
def test_the_centre_adds_and_retires_reasons_and_old_entries_stay_readable(late):
    centre = late.as_viewer(CENTRE)
    hindrance_reasons.add(centre, "banjir", " Banjir  di lokasi ")
    assert hindrance_reasons.in_use(late)["banjir"] == "Banjir di lokasi"
    say(late.as_viewer(PADANG), reason="banjir")
    say(late.as_viewer(KUPANG), 1, "ADV-K")
    for code in ("banjir", "anggaran"):
        hindrance_reasons.retire(centre, code)
        with pytest.raises(Refused, match="tidak dikenal"):
            say(late.as_viewer(PADANG), reason=code)
        with pytest.raises(Refused, match="sudah ditarik"):
            hindrance_reasons.retire(centre, code)
    assert [stands(late)[0][1], stands(late, "ADV-K")[0][1]] == ["Banjir di lokasi", "Anggaran belum turun"]  # fmt: skip
    assert [r.code for r in hindrance_reasons.listed(late) if not r.in_use] == ["anggaran", "banjir"]  # fmt: skip
    hindrance_reasons.take_up_again(centre, "anggaran")
    assert "anggaran" in hindrance_reasons.in_use(late)
    with pytest.raises(Refused, match="masih dipakai"):
        hindrance_reasons.take_up_again(centre, "anggaran")
    last = late.rows("SELECT before, after FROM audit ORDER BY entry_no DESC LIMIT 1")[0]
    assert '"dipakai": false' in last["before"]
    assert '"dipakai": true' in last["after"]


@pytest.mark.parametrize(
    ("code", "label", "why"),
    [
        ("Banjir!", "Banjir", "huruf kecil"),
        ("banjir", " ", "wajib diisi"),
        ("banjir", "x" * 81, "paling panjang"),
        ("anggaran", "Lain", "sudah ada"),
        ("baru", "lainnya", "sudah ada"),
    ],
)
def test_a_reason_that_cannot_be_one_is_refused(store, code, label, why):
    before = hindrance_reasons.listed(store)
    with pytest.raises(Refused, match=why):
        hindrance_reasons.add(store, code, label)
    assert hindrance_reasons.listed(store) == before


def test_only_the_centre_changes_reasons_and_one_always_remains(store):
    for viewer in (PADANG, HEAD, LEADER, ADMIN):
        for act in (lambda s: hindrance_reasons.add(s, "baru", "Baru"),
                    lambda s: hindrance_reasons.retire(s, "anggaran"),
                    lambda s: hindrance_reasons.take_up_again(s, "anggaran")):  # fmt: skip
            with pytest.raises(AccessDenied):
                act(store.as_viewer(viewer))
    codes = list(hindrance_reasons.in_use(store))
    assert 6 <= len(codes) <= 12
    for code in codes[:-1]:
        hindrance_reasons.retire(store, code)
    with pytest.raises(Refused, match="Sedikitnya satu"):
        hindrance_reasons.retire(store, codes[-1])
    with pytest.raises(Refused, match="tidak dikenal"):
        hindrance_reasons.retire(store, "entah")


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(
        st.tuples(st.integers(0, 20), st.one_of(st.sampled_from(["sdm", "anggaran"]), st.integers(1, 6))),
        max_size=8,
    )
)  # fmt: skip
def test_what_stands_on_each_day_is_the_newest_not_taken_back_by_then(acts):
    """Held against a list kept by hand, on every day of the walk."""
    clock = indonesian.clock
    entries: list[list] = []  # reason, day said, day taken back
    try:
        with Store() as store:
            load(store, Kegiatan=[["ADV-P", "A", 2026, "BBPOM-PDG", "Advokasi"]])
            day = TODAY
            for days, act in acts:
                day += dt.timedelta(days=days)
                moment = dt.datetime.combine(day, dt.time(12), indonesian.JAKARTA)
                indonesian.clock = lambda moment=moment: moment
                if isinstance(act, str):
                    assert say(store, 1, reason=act, plan_on=day) == len(entries) + 1
                    entries.append([act, day, None])
                elif act <= len(entries) and entries[act - 1][2] is None:
                    hindrances.take_back(store, act)
                    entries[act - 1][2] = day
            for n in range((day - TODAY).days + 1):
                on = TODAY + dt.timedelta(days=n)
                left = [r for r, said, back in entries if said <= on and not (back and back <= on)]
                shown = store.rows("SELECT reason FROM hindrance_as_of($d)", d=on)
                assert [r["reason"] for r in shown] == left[-1:]
    finally:
        indonesian.clock = clock
