"""Finished steps whose output is a document, without it: the figure, the list, the command."""

import datetime as dt
import json

import pytest

from sop_core import evidence
from sop_core.cli import main
from sop_core.evaluation import Scope
from sop_core.evidence import Place
from sop_core.importing.contract import SHEETS
from sop_core.store import Store
from tests.builders import TODAY, enter, load, revised
from tests.evidence.conftest import HEAD, KUPANG, LEADER, PADANG, SIJUNJUNG, fill
from tests.evidence.papers import pdf

pytestmark = pytest.mark.slow

D = dt.date
STEPS = next([c.name for c in s.columns] for s in SHEETS if s.table == "step_record")


def missing(store: Store, scope: Scope | None = None) -> list[tuple[str, str]]:
    frame = evidence.finished_without_document(store, scope or Scope(TODAY))
    return list(frame[["case_id", "step"]].itertuples(index=False, name=None))


def test_a_report_without_number_and_evidence_is_told_until_it_has_one(cases):
    (row,) = evidence.finished_without_document(cases, Scope(TODAY)).to_dict("records")
    assert (row["case_id"], row["step"], row["output"]) == (
        "ADV-1", "A.4", "Laporan pelaksanaan advokasi.",
    )  # fmt: skip
    assert (row["unit"], row["finished"].date()) == ("Balai Besar POM di Padang", D(2025, 4, 15))
    assert missing(cases, Scope(D(2025, 4, 14))) == [], "not finished yet"
    number = evidence.add_document(cases, Place("ADV-1", 4), "a.pdf", pdf())
    assert missing(cases) == []
    evidence.withdraw(cases, number)
    assert missing(cases) == [("ADV-1", "A.4")]
    evidence.add_link(cases, Place("ADV-1", 4), "https://contoh.go.id")
    assert missing(cases) == []


def test_evidence_of_another_step_or_of_a_follow_up_is_not_the_reports(cases):
    evidence.add_link(cases, Place("ADV-1", 3), "https://contoh.go.id/3")
    evidence.add_link(cases, Place("ADV-1", recommendation="2"), "https://contoh.go.id/2")
    assert missing(cases) == [("ADV-1", "A.4")]


def test_a_number_is_enough_and_blanks_are_none(cases):
    for number, expected in (("LAP.04/2025", []), (" ", [("ADV-1", "A.4")])):
        load(cases, {"Langkah": ["ID Kegiatan", "No Langkah", "Nomor Dokumen"]},
             Langkah=[["ADV-1", 4, number]], clears=True)  # fmt: skip
        assert missing(cases) == expected


def test_what_is_skipped_or_open_or_no_document_is_not_asked_for(store):
    load(
        store,
        Kegiatan=[["FAS-1", "D", 2025, "BBPOM-PDG", "Angkatan"]],
        Langkah=[
            ["FAS-1", 1, D(2025, 2, 3), D(2025, 2, 7)],  # a plan
            ["FAS-1", 2, D(2025, 2, 10), None],  # open
        ],
    )  # fmt: skip
    assert missing(store) == []
    headings = {"Langkah": ["ID Kegiatan", "No Langkah", "Selesai", "Dilewati", "Alasan"]}
    load(store, headings, Langkah=[["FAS-1", 2, D(2025, 3, 3), None, None],
                                   ["FAS-1", 3, D(2025, 4, 3), None, None],
                                   ["FAS-1", 4, D(2025, 4, 4), "ya", "tidak perlu"]])  # fmt: skip
    assert missing(store) == [("FAS-1", "D.3"), ("FAS-1", "D.2")]


def test_each_sees_its_own(cases):
    for viewer in (PADANG, HEAD, LEADER):
        assert missing(cases.as_viewer(viewer)) == [("ADV-1", "A.4")], viewer
    for viewer in (KUPANG, SIJUNJUNG):
        assert missing(cases.as_viewer(viewer)) == [], viewer
    assert missing(cases, Scope(TODAY, units=("BBPOM-KPG",))) == []
    assert missing(cases, Scope(TODAY, 2024)) == []


def test_who_sees_no_names_gets_the_same_figure(cases):
    evidence.add_document(cases, Place("ADV-1", 4), "a.pdf", pdf())
    assert missing(cases.as_viewer(LEADER)) == []


def test_a_case_goes_by_the_outputs_of_its_own_revision(store):
    changed = revised("05", D(2026, 3, 2)).model_dump()
    for step in changed["steps"]:
        if (step["flow"], step["no"]) in (("A", 3), ("A", 4)):
            step["output"] = {3: "Notula rapat", 4: "Hasil yang dicatat"}[step["no"]]
    enter(store, type(revised()).model_validate(changed))
    rows = [
        [c, n, D(y, 4, n), D(y, 4, n)]
        for c, y in (("ADV-1", 2025), ("ADV-2", 2026))
        for n in (3, 4)
    ]
    load(
        store,
        Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Lama"], ["ADV-2", "A", 2026, "BBPOM-PDG", "Baru"]],
        Langkah=rows,
    )  # fmt: skip
    assert missing(store) == [("ADV-2", "A.3"), ("ADV-1", "A.4")]


@pytest.fixture
def db(tmp_path, monkeypatch):
    path = tmp_path / "uji.duckdb"
    monkeypatch.setenv("PANTAU_DB", str(path))
    with Store(path) as store:
        fill(store)
    return path


def run(capsys, *words: object) -> tuple[int, str, str]:
    code = main([str(w) for w in words])
    out, err = capsys.readouterr()
    assert err.count("\n") <= 1, "errors are one line"
    return code, out, err


def test_the_command_from_adding_to_taking_back(db, tmp_path, capsys):
    file, out = tmp_path / "Laporan.pdf", tmp_path / "unduhan.pdf"
    file.write_bytes(pdf())
    code, said, _ = run(capsys, "evidence", "--missing", "--unit", "padang", "--as-of", TODAY)
    assert code == 0
    assert (
        said.splitlines()[-1]
        == "1 langkah selesai tanpa dokumen atau nomornya per 24 November 2026"
    )
    assert run(capsys, "evidence", "ADV-1", "A.4", "--add", file, "--note", "scan")[1] == (
        "Bukti 1 disimpan untuk ADV-1 langkah 4.\n"
    )
    code, said, _ = run(capsys, "evidence", "ADV-1", "--recommendation", "1", "--link", "https://contoh.go.id/a", "--json")  # fmt: skip
    assert json.loads(said) == {"evidence": 2, "case": "ADV-1", "step": None, "recommendation": "1"}
    code, said, _ = run(capsys, "evidence", "ADV-1", "--list")
    assert "langkah 4" in said
    assert "https://contoh.go.id/a" in said
    assert said.endswith("2 bukti ADV-1\n")
    assert run(capsys, "evidence", "--get", 1, "--out", out)[0] == 0
    assert out.read_bytes() == pdf()
    assert "sudah ada" in run(capsys, "evidence", "--get", 1, "--out", out)[2]
    assert json.loads(run(capsys, "evidence", "--missing", "--json")[1]) == []
    assert run(capsys, "evidence", "--remove", 1)[0] == 0
    (row,) = json.loads(run(capsys, "evidence", "--missing", "--json")[1])
    assert (row["case_id"], row["step"], row["finished"]) == ("ADV-1", "A.4", "2025-04-15")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["ADV-1", "A.4"], 2, "perlu diisi"),
        (["--list"], 2, "ID kasus"),
        (["ADV-1", "--link", "https://a.id"], 2, "langkahnya"),
        (["ADV-1", "4", "--recommendation", "1", "--link", "https://a.id"], 2, "salah satu"),
        (["ADV-1", "X.4", "--link", "https://a.id"], 2, "tidak dikenal"),
        (["--get", "1"], 2, "--out"),
        (["--get", "1", "--out", "ada/tidak.pdf"], 1, "tidak ada"),
        (["ADV-1", "--missing"], 2, "ID kasus hanya"),
        (["ADV-1", "--list", "--unit", "padang"], 2, "hanya untuk --missing"),
        (["--remove", "1", "--note", "x"], 2, "--note"),
        (["--remove", "9"], 1, "tidak ada atau sudah ditarik"),
        (["ADV-9", "4", "--link", "https://a.id"], 1, "tidak ada"),
        (["ADV-1", "4", "--link", "a.id"], 1, "http://"),
        (["ADV-1", "4", "--add", "tidak-ada.pdf"], 1, "tidak ada"),
        (["ADV-1", "4", "--add", "/dev/zero"], 1, "terlalu besar"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_why_in_one_line(db, capsys, words, code, said):
    found, _, wrong = run(capsys, "evidence", *words)
    assert (found, said in wrong) == (code, True), wrong
