"""Entering a revision: who may, what it does to cases, and the way back."""

import datetime as dt
import json
import shutil

import pytest

from sop_core import facts, importing, region, reports, revisions
from sop_core.access import Viewer
from sop_core.definition import in_force, merged
from sop_core.errors import AccessDenied, RevisionRefused, StoreDamaged, UndoRefused
from sop_core.evaluation import Scope
from sop_core.importing import SourceFile
from sop_core.revisions import comparing
from sop_core.store import Store, Trace, schema
from tests.builders import (
    REV04,
    TODAY,
    enter,
    form_of,
    load,
    open_years,
    revised,
    steps_of,
    with_step,
    workbook,
)

pytestmark = pytest.mark.slow

D = dt.date
START = D(2026, 3, 2)
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")


def everything(store: Store) -> dict[str, list]:
    """All rows that records, facts and the SOP consist of."""
    tables = ("activity", "step_record", "sop_revision", "sop_step", "sop_case", "step_fact")
    return {t: sorted(map(repr, store.rows(f"SELECT * FROM {t}"))) for t in tables}


@pytest.fixture
def two_cases(store: Store) -> Store:
    """Two guidances of Padang: one begun the day before revision 05, one on its day."""
    load(
        store,
        Kegiatan=[
            ["BIN-1", "B", 2026, "BBPOM-PDG", "Pendampingan UMKM Rendang"],
            ["BIN-2", "B", 2026, "BBPOM-PDG", "Pendampingan UMKM Keripik"],
        ],
        Langkah=[
            ["BIN-1", 1, D(2026, 2, 27), D(2026, 3, 9)],
            ["BIN-2", 1, START, D(2026, 3, 9)],
        ],
    )
    return store


def test_a_case_is_judged_by_the_revision_in_force_when_it_starts(two_cases):
    enter(two_cases, revised(norms={"B.2": 20}))
    calendar = two_cases.calendar()
    for case, norm in (("BIN-1", 40), ("BIN-2", 20)):
        step = steps_of(two_cases, case, TODAY)[2]
        assert step["sla_days"] == norm
        assert step["due"] == calendar.add(D(2026, 3, 9), norm)


@pytest.mark.slow
def test_entering_and_withdrawing_leaves_the_store_as_it_was(demo_file, tmp_path):
    shutil.copyfile(demo_file, tmp_path / "a.duckdb")
    with Store(tmp_path / "a.duckdb") as store:
        before = everything(store)
        enter(store, revised(norms={"B.2": 20, "A.3": 3, "D.6": None}))
        assert everything(store) != before
        enter(store, revised(effective=D(2026, 6, 1), norms={"B.2": 10}))
        revisions.withdraw(store, "05", "x")
        assert store.revision("05").effective == START, "the one before it counts again"
        revisions.withdraw(store, "05", "x")
        assert everything(store) == before
        with pytest.raises(RevisionRefused, match="tidak ada di antara revisi yang dimasukkan"):
            revisions.withdraw(store, "05", "x")


def test_a_preview_keeps_nothing_and_says_what_keeping_does(demo_file, tmp_path):
    shutil.copyfile(demo_file, tmp_path / "a.duckdb")
    with Store(tmp_path / "a.duckdb") as store:
        revision = revised(norms={"B.2": 20, "A.2": 60, "C.3": 5})
        before, version = everything(store), store.version
        old = store.frame("SELECT * FROM step_status($d)", d=TODAY).set_index(
            ["case_id", "step_no"]
        )
        found = revisions.preview(store, form_of(revision), revision, TODAY)
        assert (everything(store), store.version) == (before, version)
        assert found.before.revision == "04"
        assert [d.place for d in found.differences] == ["Revisi", "Revisi", "A.2", "B.2", "C.3"]
        enter(store, revision)
        new = store.frame("SELECT * FROM step_status($d)", d=TODAY).set_index(
            ["case_id", "step_no"]
        )
        judged = store.one("SELECT count(*) FROM sop_case WHERE revision = '05'")
    assert found.cases == judged
    # The oracle: both answers side by side in pandas.
    both = old.join(new, lsuffix="_old", rsuffix="_new", how="outer")
    moved = both["due_old"].ne(both["due_new"]) & ~(both["due_old"].isna() & both["due_new"].isna())
    late = both["late_new"] & ~both["late_old"]
    saved = both["late_old"] & ~both["late_new"]
    step = both["flow_old"] + "." + both.index.get_level_values("step_no").astype(str)
    told = found.effects.by_step.set_index("step")
    for name, mask in (("due_moved", moved), ("newly_late", late), ("no_longer_late", saved)):
        counted = mask.groupby(step).sum()
        assert counted[counted > 0].to_dict() == told[name][told[name] > 0].to_dict(), name
    flipped = both[both["status_old"] != both["status_new"]]
    flips = found.effects.flips
    assert len(flips) == len(flipped) > 0
    named = zip(
        flips["case_id"],
        flips["step"].str[2:].astype(int),
        flips["status_before"],
        flips["status"],
        strict=True,
    )
    assert set(named) == {
        (*key, old, new)
        for key, old, new in zip(
            flipped.index, flipped["status_old"], flipped["status_new"], strict=True
        )
    }
    assert set(told.index) == {"A.2", "B.2", "C.3"}
    assert told["newly_late"]["B.2"] > 100
    assert told["no_longer_late"]["A.2"] > 20
    assert (told["added"].sum(), told["gone"].sum()) == (0, 0)


def test_due_dates_under_the_new_norm_equal_the_calendars(demo_file, tmp_path):
    shutil.copyfile(demo_file, tmp_path / "a.duckdb")
    with Store(tmp_path / "a.duckdb") as store:
        enter(store, revised(norms={"B.2": 17}))
        calendar = store.calendar()
        firsts = store.rows(
            "SELECT case_id, min(coalesce(started, finished)) AS first_on FROM step_record"
            " WHERE case_id IN (SELECT case_id FROM activity WHERE flow = 'B') GROUP BY case_id"
        )
        starts = {row["case_id"]: row["first_on"] for row in firsts}
        rows = store.rows(
            "SELECT case_id, counted_on, due_on FROM step_fact WHERE flow = 'B' AND step_no = 2"
            " AND counted_on IS NOT NULL AND case_id IN (SELECT case_id FROM activity)"
        )
    assert len(rows) > 500
    for row in rows:
        first = starts[row["case_id"]] or D(2026, 1, 1)
        norm = 17 if first >= START else 40
        assert row["due_on"] == calendar.add(row["counted_on"], norm), row


def test_only_the_centre_enters_and_withdraws_and_it_leaves_a_trace(two_cases):
    revision = revised(norms={"B.2": 20})
    for role in ("pimpinan", "kepala_balai", "data_staf", "admin"):
        mine = two_cases.as_viewer(Viewer("x", "X", role, None, ()))
        for attempt in (
            lambda mine=mine: enter(mine, revision),
            lambda mine=mine: revisions.preview(mine, form_of(revision), revision, TODAY),
            lambda mine=mine: revisions.withdraw(mine, "05", "X"),
        ):
            with pytest.raises(AccessDenied, match="tidak berwenang mengubah revisi SOP"):
                attempt()
    assert two_cases.one("SELECT count(*) FROM sop_document") == 0
    enter(two_cases.as_viewer(CENTRE), revision)
    revisions.withdraw(two_cases.as_viewer(CENTRE), "05", "Pusat contoh")
    kept = two_cases.rows("SELECT * FROM audit WHERE action = 'sop' ORDER BY entry_no")
    assert [k["outcome"] for k in kept] == ["ditolak"] * 12 + ["ok", "ok"]
    added, withdrawn = kept[-2:]
    assert (added["login"], added["subject"]) == ("pusat", "revisi 05: rev05.xlsx")
    assert json.loads(added["before"]) == {"revisi": "04", "berlaku": "2022-04-07"}
    after = json.loads(added["after"])
    assert (after["revisi"], after["berlaku"]) == ("05", "2026-03-02")
    assert {"place": "B.2", "what": "Norma", "before": "40 HK", "after": "20 HK"} in after[
        "perubahan"
    ]
    assert json.loads(withdrawn["before"])["sha256"] == form_of(revision).sha256


def test_the_history_keeps_file_and_hash(two_cases):
    revision = revised()
    number = enter(two_cases, revision)
    enter(two_cases, revised(norms={"A.1": 8}))
    newer, older = revisions.history(two_cases)
    assert (older.document_no, older.counts, newer.counts) == (number, False, True)
    assert older.sha256 == form_of(revision).sha256
    assert revisions.stored_file(two_cases, number) == form_of(revision)
    with pytest.raises(KeyError):
        revisions.stored_file(two_cases, 99)


def test_the_same_again_and_a_day_that_is_taken_are_refused(two_cases):
    with pytest.raises(RevisionRefused, match="sama dengan revisi 04"):
        enter(two_cases, REV04)
    enter(two_cases, revised())
    with pytest.raises(RevisionRefused, match="sama dengan revisi 05"):
        enter(two_cases, revised())
    with pytest.raises(RevisionRefused, match="Revisi 05 juga berlaku mulai 2 Maret 2026"):
        enter(two_cases, revised("06"))
    with pytest.raises(RevisionRefused, match="Revisi 04 juga berlaku mulai 7 April 2022"):
        enter(two_cases, revised("03", REV04.effective))


def test_what_comes_back_may_not_share_its_day_with_another(two_cases):
    """Withdrawn, the revision before it counts again, and its day may have been given away."""
    enter(two_cases, revised())
    enter(two_cases, revised(effective=D(2026, 6, 1)))
    enter(two_cases, revised("06", START, {"B.2": 20}))
    before = everything(two_cases)
    with pytest.raises(RevisionRefused, match=r"Revisi 06 juga berlaku mulai 2 Maret 2026"):
        revisions.withdraw(two_cases, "05", "x")
    assert everything(two_cases) == before
    revisions.withdraw(two_cases, "06", "x")
    revisions.withdraw(two_cases, "05", "x")
    # The same with what was shipped.
    enter(two_cases, revised("04", D(2022, 5, 2)))
    enter(two_cases, revised("06", REV04.effective, {"B.2": 20}))
    with pytest.raises(RevisionRefused, match=r"Revisi 06 juga berlaku mulai 7 April 2022"):
        revisions.withdraw(two_cases, "04", "x")


def test_an_entered_revision_outlives_a_restart_and_wins_over_a_shipped_one(tmp_path):
    entered = revised(norms={"B.2": 20})
    with Store(tmp_path / "a.duckdb") as store:
        enter(store, entered)
    with Store(tmp_path / "a.duckdb") as store:
        assert [r.revision for r in store.revisions] == ["04", "05"]
        # A deployment brings its own 05, and another data file makes the store sync.
        store.database.shipped_revisions = [REV04, revised(effective=D(2027, 1, 4))]
        assert store.revision("05") == entered
        with store.write(Trace("sop", "uji")) as cursor:
            cursor.execute("DELETE FROM meta WHERE key = 'reference'")
        with store.database.transaction() as cursor:
            schema.prepare(cursor, store.path, store.shipped_revisions)
        norms = store.rows(
            "SELECT revision, sla_days FROM sop_step WHERE flow = 'B' AND step_no = 2"
        )
    assert {r["revision"]: r["sla_days"] for r in norms} == {"04": 40, "05": 20}


def test_a_revision_that_a_later_version_cannot_read_is_said(tmp_path):
    with Store(tmp_path / "a.duckdb") as store:
        enter(store, revised())
        with store.write(Trace("sop", "uji")) as cursor:
            cursor.execute(
                "UPDATE sop_document SET document = replace(document, '\"held\"', '\"baru\"')"
            )
        with pytest.raises(
            StoreDamaged, match=r"revisi SOP 05 .* tidak sah bagi versi ini: steps\.2\.milestone"
        ):
            _ = store.revisions
        revisions.withdraw(store, "05", "x")
        assert [r.revision for r in store.revisions] == ["04"]


def test_shipped_files_give_way_by_number_and_by_day():
    five, six = revised(), revised("06", D(2027, 1, 4))
    assert merged([REV04, five], [revised(norms={"A.1": 5})])[1].step("A", 1).sla_days == 5
    assert [r.revision for r in merged([REV04, six], [revised("05", six.effective)])] == [
        "04",
        "05",
    ]
    assert [r.revision for r in merged([six, REV04], [five])] == ["04", "05", "06"]
    assert in_force(merged([REV04], [five]), D(2026, 3, 1)).revision == "04"


def test_a_report_over_two_revisions_says_so(two_cases):
    asked = reports.Request("tahunan", TODAY, 2026, unit="BBPOM-PDG")
    told = "revisi SOP yang berlaku ketika mulai: revisi 04 dan 05"
    assert not any(told in note for note in reports.build(two_cases, asked).notes)
    enter(two_cases, revised(norms={"B.2": 20}))
    assert any(told in note for note in reports.build(two_cases, asked).notes)


def test_a_correction_of_revision_04_itself_counts_for_every_case(two_cases):
    enter(two_cases, revised("04", REV04.effective, {"B.2": 30}))
    assert {steps_of(two_cases, c, TODAY)[2]["sla_days"] for c in ("BIN-1", "BIN-2")} == {30}
    revisions.withdraw(two_cases, "04", "x")
    assert steps_of(two_cases, "BIN-1", TODAY)[2]["sla_days"] == 40


LONGER = with_step(revised(), "A", 7, activity="Menelaah hasil tindak lanjut.")
"""Flow A with a seventh step of the activity: the annual report is A.8."""


def test_a_step_is_taken_only_where_the_cases_own_revision_has_it(store):
    enter(store, LONGER)
    result = load(
        store,
        Kegiatan=[
            ["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi lama"],
            ["ADV-2", "A", 2026, "BBPOM-PDG", "Advokasi baru"],
        ],
        Langkah=[
            ["ADV-1", 1, D(2026, 2, 27), D(2026, 3, 9)],
            ["ADV-1", 7, D(2026, 5, 4), D(2026, 5, 5)],
            ["ADV-2", 1, START, D(2026, 3, 9)],
            ["ADV-2", 7, D(2026, 5, 4), D(2026, 5, 5)],
            ["A-2024-BBPOM-PDG", 7, D(2025, 1, 6)],
            ["A-2024-BBPOM-PDG", 8, D(2025, 1, 6)],
            ["A-2024-BBPOM-KPG", 11, D(2025, 1, 6)],
        ],
    )
    assert [(p.row, p.column, p.message) for p in result.problems] == [
        (3, "No Langkah", "langkah A.7 bukan bagian dari kegiatan (langkah 1–6) pada SOP revisi 04"),
        (7, "No Langkah", "langkah A.8 bukan bagian dari laporan tahunan unit (langkah 7–7) pada SOP revisi 04"),
        (8, "No Langkah", "alur A hanya sampai langkah 10 pada SOP revisi 04"),
    ]  # fmt: skip
    assert steps_of(store, "ADV-2", TODAY)[7]["status"] == "selesai"
    assert max(steps_of(store, "ADV-1", TODAY)) == 6


def test_an_annual_report_goes_by_the_revision_of_its_opening(store):
    """Year 2026 opens on 4 January 2027: the first working day after it."""
    enter(store, with_step(revised(effective=D(2027, 1, 4)), "A", 7))
    today = D(2027, 3, 1)
    file = load_on(store, today, ["A-2026-BBPOM-PDG", 8, None, D(2027, 1, 29)])
    assert file.problems == []
    refused = load_on(store, today, ["A-2025-BBPOM-PDG", 8, None, D(2026, 1, 30)])
    assert len(refused.problems) == 1
    assert store.one("SELECT revision FROM sop_case WHERE case_id = 'A-2026-BBPOM-PDG'") == "05"


def load_on(store: Store, today: dt.date, row: list) -> importing.Preview:
    content = workbook(Langkah=[row])
    return importing.import_files(store, [SourceFile("a.xlsx", content)], "uji", today=today)


def test_a_national_cycle_goes_by_the_revision_of_its_opening(store):
    open_years(store, ("A", 2025))
    enter(store, revised(norms={"A.8": 30}))
    case = "A-2025-NASIONAL"
    assert steps_of(store, case, TODAY)[8]["sla_days"] == 30, "opens on 31 March 2026"
    load(store, Langkah=[[case, 8, D(2026, 2, 2)]])
    assert steps_of(store, case, TODAY)[8]["sla_days"] == 40, "begun before revision 05"


def test_new_dates_may_not_take_a_recorded_step_its_place(store):
    enter(store, LONGER)
    load(
        store,
        Kegiatan=[["ADV-2", "A", 2026, "BBPOM-PDG", "Advokasi baru"]],
        Langkah=[["ADV-2", 7, D(2026, 5, 4), D(2026, 5, 5)]],
    )
    result = load(store, Langkah=[["ADV-2", 1, D(2026, 2, 2), D(2026, 2, 9)]])
    assert [(p.row, p.column, p.value, p.message) for p in result.problems] == [
        (2, "Tanggal Mulai", "2026-02-02",
         "dengan tanggal ini kegiatan dinilai menurut SOP revisi 04; di situ A.7, yang sudah"
         " tercatat, bukan langkah yang sama"),
    ]  # fmt: skip
    assert load(store, Langkah=[["ADV-2", 1, START, D(2026, 3, 9)]]).problems == []


def test_nor_may_a_revision_come_or_go_over_recorded_steps(store):
    enter(store, LONGER)
    load(
        store,
        Kegiatan=[["ADV-2", "A", 2026, "BBPOM-PDG", "Advokasi baru"]],
        Langkah=[["ADV-2", 7, D(2026, 5, 4), D(2026, 5, 5)]],
    )
    before = everything(store)
    with pytest.raises(RevisionRefused, match=r"1 langkah .* kehilangan tempat: A\.7 pada ADV-2"):
        revisions.withdraw(store, "05", "x")
    shorter = revised("06", D(2026, 5, 1))
    found = revisions.preview(store, form_of(shorter), shorter, TODAY)
    assert found.obstacles == [
        "1 langkah yang sudah tercatat akan terbaca sebagai langkah lain atau kehilangan tempat:"
        " A.7 pada ADV-2. Pilih tanggal berlaku sesudah kegiatan itu mulai, atau batalkan"
        " unggahannya lebih dahulu dan unggah lagi dengan nomor yang baru."
    ]
    with pytest.raises(RevisionRefused):
        enter(store, shorter)
    assert everything(store) == before
    with store.cursor() as cursor:
        assert facts.lost_records(cursor) == []


def test_a_record_is_never_read_as_another_step(store):
    """Numbers are all a record has: a revision that gives them to other steps waits for new cases."""
    load(
        store,
        Kegiatan=[["PBM-1", "C", 2026, "BBPOM-PDG", "Kader keamanan pangan"]],
        Langkah=[["PBM-1", n, D(2026, 3, 2 + n), D(2026, 3, 3 + n)] for n in (1, 2)],
    )
    before = everything(store)
    renumbered = with_step(revised(), "C", 2)
    with pytest.raises(
        RevisionRefused, match=r"^1 langkah .*: C\.2 pada PBM-1\. Pilih tanggal berlaku"
    ):
        enter(store, renumbered)
    assert everything(store) == before
    enter(store, with_step(revised(), "C", 3))
    assert steps_of(store, "PBM-1", TODAY)[2]["status"] == "selesai_tepat"
    revisions.withdraw(store, "05", "x")
    enter(store, with_step(revised(effective=D(2026, 4, 1)), "C", 2))
    load(
        store,
        Kegiatan=[["PBM-2", "C", 2026, "BBPOM-PDG", "Kader kosmetik aman"]],
        Langkah=[["PBM-2", 3, D(2026, 4, 6), D(2026, 4, 7)]],
    )
    with pytest.raises(RevisionRefused, match=r"C\.3 pada PBM-2"):
        revisions.withdraw(store, "05", "x")


def test_sql_and_python_know_a_step_again_alike(store):
    """``facts.continued`` guards the records, ``comparing`` tells the reader."""
    longer = with_step(with_step(revised(norms={"A.1": 3}), "A", 4), "D", 1)
    raw = longer.model_dump()
    raw["steps"][0]["activity"] = "Merencanakan advokasi."
    other = type(REV04).model_validate(raw)
    enter(store, other)
    with store.cursor() as cursor:
        rows = cursor.execute(facts.continued("sop_step", "sop_step")).fetchall()
    by_sql = {(a, b, flow, old): new for a, b, flow, old, new in rows}
    for a, b in ((REV04, other), (other, REV04), (REV04, REV04)):
        for flow in "ABCD":
            pairs = comparing._paired(a.flow_steps(flow), b.flow_steps(flow))
            told = {step.no: no for no, step in pairs.items()}
            for step in a.flow_steps(flow):
                assert by_sql[a.revision, b.revision, flow, step.no] == told.get(step.no), step.code


def test_undoing_an_upload_may_not_displace_a_later_step(store):
    enter(store, LONGER)
    load(store, Kegiatan=[["ADV-2", "A", 2026, "BBPOM-PDG", "Advokasi baru"]])
    load(store, Langkah=[["ADV-2", 1, D(2026, 2, 27), D(2026, 3, 9)]])
    load(store, Langkah=[["ADV-2", 1, START, D(2026, 3, 9)]])
    load(store, Langkah=[["ADV-2", 7, D(2026, 5, 4)]])
    before = everything(store)
    with pytest.raises(UndoRefused, match=r"Tanpa unggahan 3, langkah A\.7 pada ADV-2"):
        importing.undo(store, 3, "x")
    assert everything(store) == before
    importing.undo(store, 4, "x")
    importing.undo(store, 3, "x")
    assert steps_of(store, "ADV-2", TODAY)[1]["started"] == D(2026, 2, 27)


def test_a_stakeholder_kind_that_a_revision_adds_can_be_uploaded(store):
    row = ["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi", "Media massa"]
    headings = {
        "Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Pemangku Kepentingan"]
    }
    file = SourceFile("a.xlsx", workbook(headings, Kegiatan=[row]))
    assert len(importing.import_files(store, [file], "uji", today=TODAY).problems) == 1
    enter(store, revised(stakeholders={**REV04.stakeholders, "h": "Media massa"}))
    assert importing.import_files(store, [file], "uji", today=TODAY).problems == []
    assert store.one("SELECT stakeholder FROM activity") == "h"


def test_a_case_that_stands_at_a_step_of_an_older_revision_is_in_the_pipeline(store):
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
        Langkah=[["ADV-1", n, D(2025, 5, 5), D(2025, 5, 5 + n)] for n in range(1, 6)],
    )
    raw = revised(effective=D(2026, 6, 1)).model_dump()
    raw["steps"] = [s for s in raw["steps"] if (s["flow"], s["no"]) != ("A", 6)]
    for step in raw["steps"]:
        step["no"] -= step["flow"] == "A" and step["no"] > 6
    raw["routing"] = []
    enter(store, type(REV04).model_validate(raw))
    frame = region.pipeline(store, Scope(TODAY, units=("BBPOM-PDG",), flow="A"))
    at = frame[(frame["level"] == "activity") & (frame["cases"] > 0)]
    assert at["step"].tolist() == ["A.6"]
    assert "Melakukan monitoring" in at["activity"].iloc[0]
    assert frame[frame["level"] == "activity"]["step_no"].tolist() == [1, 2, 3, 4, 5, 6]
