"""A rekap waits for the PPTM's disposisi; giving it writes the step's record (A.9, B.9, C.7)."""

import contextlib
import datetime as dt
import json

import pytest

from sop_core import directions, disposition, reports
from sop_core.access import OPERATOR, Viewer
from sop_core.cli import common, main
from sop_core.errors import AccessDenied, DecisionRefused, Refused
from sop_core.importing import recording
from sop_core.importing.contract import LANGKAH
from sop_core.recommendations import Recommendation
from sop_core.store import Store
from sop_core.upkeep import doctor
from tests.builders import TODAY, load, steps_of

D = dt.date
LEADER = Viewer("deputi", "Deputi contoh", "pimpinan")
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
STAFF = Viewer("staf", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
# The rekap of 2025 is in on Tuesday 17 March 2026. Nyepi is on the 19th with joint leave on the
# 18th, Idulfitri on the 20th to the 24th: five working days later is 31 March, one is the 25th.
REKAP = D(2026, 3, 17)
DUE = {"A": D(2026, 3, 31), "B": D(2026, 3, 25), "C": D(2026, 3, 31)}
STEP = {"A": 9, "B": 9, "C": 7}
DAY = D(2026, 3, 27)


@pytest.fixture
def nation(store: Store) -> Store:
    """One office's annual report of 2025 in each flow, and each rekap made of it."""
    load(
        store,
        Kegiatan=[[f"K-{f}", f, 2025, "BBPOM-PDG", f"Kegiatan {f}"] for f in "ABC"],
        Langkah=[[f"K-{f}", 1, D(2025, 3, 3), D(2025, 3, 10)] for f in "ABC"]
        + [
            [f"{f}-2025-NASIONAL", n - 1, D(2026, 2, 2), REKAP, f"REKAP-{f}"]
            for f, n in STEP.items()
        ],
    )  # fmt: skip
    return store.as_viewer(LEADER)


def proposal(flow: str = "A") -> Recommendation:
    return Recommendation(
        id=f"2025-uji-BBPOM-PDG-{flow}", rank=1, unit="BBPOM-PDG", flow=flow, step=None, topic=None,
        rule="target_kegiatan", title="Penuhi sasaran kegiatan", reason="uji", proposal="10 kegiatan",
        target=10.0, score=50.0, sop_ref="A.10", evidence={},
    )  # fmt: skip


def step(store: Store, flow: str) -> dict:
    return steps_of(store, f"{flow}-2025-NASIONAL", TODAY)[STEP[flow]]


def test_each_rekap_waits_for_its_own_norm(nation):
    found = directions.waiting(nation, DAY).set_index("flow")
    assert {f: r.date() for f, r in found["due"].items()} == DUE
    assert found["sla_days"].to_dict() == {"A": 5, "B": 1, "C": 5}
    assert found["days_late"].to_dict() == {"A": 0, "B": 2, "C": 0}
    assert {r.date() for r in found["summarised_on"]} == {REKAP}
    assert found["summary_no"].to_dict() == {f: f"REKAP-{f}" for f in "ABC"}
    assert found.index[0] == "B", "the latest first"
    assert directions.said({"flow": "B"} | found.loc["B"].to_dict()) == (
        "rekap alur B tahun 2025 masuk 17 Maret 2026, disposisi B.9 paling lambat 25 Maret 2026"
        " (1 HK), terlambat 2 HK"
    )
    assert directions.waiting(nation, D(2026, 3, 16)).empty, "no rekap was in on that day"


@pytest.mark.parametrize("flow", "ABC")
def test_an_arahan_closes_the_step_with_its_document(nation, flow):
    case = f"{flow}-2025-NASIONAL"
    directions.direct(nation, case, "Kawal unit yang terlambat.", "DSP.01/2026", DAY, DAY)
    done = step(nation, flow)
    assert (done["finished"], done["days_used"]) == (DAY, 3)
    assert done["status"] == ("selesai_terlambat" if flow == "B" else "selesai_tepat")
    row = directions.cycles(nation, DAY).set_index("flow").loc[flow]
    assert (row["document_no"], row["direction"]) == ("DSP.01/2026", "Kawal unit yang terlambat.")
    assert flow not in set(directions.waiting(nation, DAY)["flow"])
    assert flow in set(directions.waiting(nation, D(2026, 3, 26))["flow"]), "the past is as it was"


def test_a_decision_on_a_recommendation_is_the_disposisi_on_its_rekap(nation):
    closed = disposition.decide(nation, proposal(), 2025, "terima", "Setuju", "Deputi", today=DAY)
    assert closed == "A.9"
    row = directions.cycles(nation, DAY).set_index("flow").loc["A"]
    assert row["document_no"] == "Disposisi 2025-uji-BBPOM-PDG-A", "where no number is given"
    assert row["direction"] == "Penuhi sasaran kegiatan: Diterima. Setuju"
    assert row["directed_on"].date() == DAY
    again = disposition.decide(nation, proposal(), 2025, "tolak", "Batal", "Deputi", today=TODAY)
    assert again is None, "the disposisi was given; the day stays"
    assert step(nation, "A")["finished"] == DAY
    assert set(directions.waiting(nation, DAY)["flow"]) == {"B", "C"}


def test_before_the_rekap_is_in_a_decision_closes_nothing(nation):
    early = D(2026, 3, 16)
    assert (
        disposition.decide(nation, proposal(), 2025, "terima", "Ya", "Deputi", today=early) is None
    )
    with pytest.raises(DecisionRefused, match="belum masuk"):
        directions.direct(nation, "A-2025-NASIONAL", "Ya", "1", early, early)
    with pytest.raises(DecisionRefused, match=r"sebelum rekapnya masuk \(17 Maret 2026\)"):
        directions.direct(nation, "A-2025-NASIONAL", "Ya", "1", early, DAY)
    assert disposition.decide(nation, proposal(), 2025, "terima", "Ya", "Deputi",
                              document_no="DSP.9", today=DAY) == "A.9"  # fmt: skip
    assert directions.cycles(nation, DAY).set_index("flow").loc["A", "document_no"] == "DSP.9"


@pytest.mark.parametrize(
    ("text", "number", "on", "why"),
    [
        ("", "1", DAY, "wajib diisi"), ("Ya", " ", DAY, "wajib diisi"),
        ("-", "1", DAY, "wajib diisi"), ("Ya", "nihil", DAY, "wajib diisi"),
        ("a" * 2001, "1", DAY, r"paling panjang 2\.000"),
        ("Ya", "1", D(2026, 3, 28), "Tanggal Selesai: "),
    ],
)  # fmt: skip
def test_what_is_no_disposisi_is_refused(nation, text, number, on, why):
    with pytest.raises(DecisionRefused, match=why):
        directions.direct(nation, "A-2025-NASIONAL", text, number, on, DAY)
    assert step(nation, "A")["finished"] is None


@pytest.mark.slow
def test_said_again_it_is_corrected_and_taken_back_it_waits_again(nation):
    case = "C-2025-NASIONAL"
    directions.direct(nation, case, "Lanjutkan.", "DSP.1", DAY, DAY)
    directions.direct(nation, case, "Lanjutkan dan kawal.", "DSP.1", DAY, DAY)
    assert directions.cycles(nation, DAY).set_index("flow").loc["C", "direction"] == "Lanjutkan dan kawal."  # fmt: skip
    directions.take_back(nation, case, DAY)
    assert directions.cycles(nation, DAY).set_index("flow").loc["C", "direction"] == "Lanjutkan."
    directions.take_back(nation, case, DAY)
    assert "C" in set(directions.waiting(nation, DAY)["flow"])
    with pytest.raises(DecisionRefused, match="Tidak ada disposisi Anda"):
        directions.take_back(nation, case, DAY)


def test_what_the_centre_uploaded_is_not_the_leaders_to_take_back(nation):
    load(nation.as_viewer(CENTRE), Langkah=[["A-2025-NASIONAL", 9, None, DAY, "DSP.7"]])
    assert directions.own_batch(nation, "A-2025-NASIONAL", DAY) is None
    assert directions.cycles(nation, DAY).set_index("flow").loc["A", "document_no"] == "DSP.7"


@pytest.mark.parametrize("viewer", [CENTRE, STAFF])
def test_nobody_else_gives_a_disposisi(nation, viewer):
    with pytest.raises(AccessDenied):
        directions.direct(nation.as_viewer(viewer), "A-2025-NASIONAL", "Ya", "1", DAY, DAY)
    with pytest.raises(AccessDenied):
        directions.take_back(nation.as_viewer(viewer), "A-2025-NASIONAL", DAY)


def test_the_leader_writes_no_other_row(nation):
    """Their role uploads for the national cycle alone, and has no leave to upload files."""
    with pytest.raises(AccessDenied):
        load(nation, Langkah=[["A-2025-NASIONAL", 10, DAY, DAY]])
    for case, number in (("K-A", 2), ("A-2025-NASIONAL", 10), ("A-2025-NASIONAL", 8)):
        other = {"case_id": case, "step_no": number}
        typed = recording.Typed(LANGKAH, other, {**other, "finished": DAY})
        with pytest.raises(AccessDenied):
            recording.record(nation, [typed], today=DAY, action=directions.ACTION)


def test_two_at_once_the_second_is_told_and_overwrites_nothing(nation):
    shown = {"finished": None, "document_no": "", "remarks": ""}
    other = nation.as_viewer(Viewer("deputi2", "Deputi dua", "pimpinan"))
    directions.direct(nation, "A-2025-NASIONAL", "Satu", "DSP.1", DAY, DAY, shown)
    with pytest.raises(Refused, match="berubah sementara formulir ini"):
        directions.direct(other, "A-2025-NASIONAL", "Dua", "DSP.2", DAY, DAY, shown)
    assert directions.cycles(nation, DAY).set_index("flow").loc["A", "direction"] == "Satu"


@pytest.mark.parametrize("number", ["1E+15", "9" * 40_000])
def test_where_the_step_is_refused_the_decision_is_not_kept_either(nation, number):
    with pytest.raises(Refused):
        disposition.decide(nation, proposal(), 2025, "terima", "Ya", "D", document_no=number, today=DAY)  # fmt: skip
    assert disposition.history(nation, proposal().id) == []
    assert step(nation, "A")["finished"] is None


def test_a_decision_that_is_not_meant_for_the_year_closes_nothing(nation):
    decided = disposition.decide(nation, proposal(), 2025, "tolak", "Tidak", "D", today=DAY, closing=False)  # fmt: skip
    assert decided is None
    assert "A" in set(directions.waiting(nation, DAY)["flow"])
    assert len(disposition.history(nation, proposal().id)) == 1


def test_a_file_with_other_rows_is_not_taken_back_for_the_sake_of_one(nation):
    centre = nation.as_viewer(OPERATOR)
    load(centre, Langkah=[["A-2025-NASIONAL", 8, D(2026, 2, 2), REKAP, "REKAP-A"],
                          ["A-2025-NASIONAL", 9, None, DAY, "DSP.7"]])  # fmt: skip
    assert directions.own_batch(centre, "A-2025-NASIONAL", DAY) is None


def test_what_is_no_cycle_is_said(nation):
    with pytest.raises(DecisionRefused, match="TIDAK-ADA tidak ada"):
        directions.direct(nation, "TIDAK-ADA", "Ya", "1", DAY, DAY)


@pytest.mark.slow
def test_it_is_traced_and_the_doctor_finds_no_fault(nation):
    directions.direct(nation, "A-2025-NASIONAL", "Ya", "DSP.1", DAY, DAY)
    disposition.decide(nation, proposal("B"), 2025, "terima", "Ya", "Deputi", today=DAY)
    directions.take_back(nation, "A-2025-NASIONAL", DAY)
    whole = nation.as_viewer(OPERATOR)
    subjects = [r["subject"] for r in whole.rows("SELECT subject FROM audit WHERE action = 'arahan' AND outcome = 'ok' ORDER BY entry_no")]  # fmt: skip
    assert len(subjects) == 3
    assert subjects[0].startswith("unggahan 2: catat-langkah A-2025-NASIONAL-9")
    assert subjects[2] == "unggahan 2"
    assert doctor(whole) == []


def test_a_cycle_of_before_the_sop_is_not_asked_for(store: Store):
    load(store, Langkah=[["A-2020-NASIONAL", 8, D(2021, 2, 1), D(2021, 3, 1)]],
         Kegiatan=[["K", "A", 2020, "BBPOM-PDG", "Lama"]])  # fmt: skip
    assert directions.waiting(store, TODAY).empty


@pytest.mark.slow
def test_the_national_report_and_the_command_say_the_same(nation, monkeypatch, capsys):
    directions.direct(nation, "A-2025-NASIONAL", "Kawal.", "DSP.1", DAY, DAY)
    report = reports.build(nation, reports.Request("tahunan", DAY, 2025))
    (section,) = (s for s in report.sections if s.heading == "Disposisi atas rekap")
    assert section.paragraphs == ["2 dari 3 rekap menunggu disposisi."]
    rows = {
        r[0]: [v.date() if isinstance(v, dt.datetime) else v for v in r[1:]]
        for r in section.table.rows
    }
    assert rows["A"] == [REKAP, DUE["A"], "Selesai tepat waktu", DAY, "DSP.1", "Kawal."]
    assert rows["B"][2] == "Terlambat (berjalan)"
    office = reports.build(nation, reports.Request("tahunan", DAY, 2025, unit="BBPOM-PDG"))
    assert "Disposisi atas rekap" not in [s.heading for s in office.sections], "the nation's affair"
    monkeypatch.setattr(common, "Store", lambda _: contextlib.nullcontext(nation))
    assert main(["direction", "--as-of", str(DAY), "--json"]) == 0
    waits = json.loads(capsys.readouterr().out)
    assert [(r["case_id"], r["due"], r["days_late"]) for r in waits] == [
        ("B-2025-NASIONAL", str(DUE["B"]), 2), ("C-2025-NASIONAL", str(DUE["C"]), 0),
    ]  # fmt: skip
    assert main(["direction", "B-2025-NASIONAL", "--text", "Ya"]) == 2
    assert "--document" in capsys.readouterr().err
    given = [
        "direction",
        "B-2025-NASIONAL",
        "--text",
        "Ya",
        "--document",
        "DSP.2",
        "--on",
        "2026-03-25",
    ]
    assert main(given) == 0
    assert "tersimpan sebagai unggahan" in capsys.readouterr().out
    assert step(nation, "B")["status"] == "selesai_tepat"
    assert main(["direction", "B-2025-NASIONAL", "--take-back"]) == 0
    assert step(nation, "B")["finished"] is None
