"""Mappings that an office keeps: whose they are, replaced, renamed, taken back, and used again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from sop_core import importing, upkeep
from sop_core.access import OPERATOR, VISITOR, Viewer
from sop_core.cli import main
from sop_core.errors import AccessDenied, ImportRefused
from sop_core.importing import SourceFile
from sop_core.importing.mapping import Mapping, NeedsMapping, kept
from sop_core.store import Store
from tests.builders import TODAY
from tests.importing.books import D, book
from tests.importing.test_mapping import MAPPING, NAMES, ROWS, TITLE, recap

PADANG = Viewer("staf.padang", "Staf contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
HEAD = Viewer("kepala", "Kepala contoh", "kepala_balai", "BBPOM-PDG", ("BBPOM-PDG",))
KUPANG = Viewer("staf.kupang", "Staf lain", "data_staf", "BBPOM-KPG", ("BBPOM-KPG",))
CENTRE = Viewer("pusat", "Pusat contoh", "pusat", "PST-PMPUPO")
LEADER = Viewer("pimpinan", "Pimpinan contoh", "pimpinan")
MAP = Mapping.model_validate(MAPPING)


def names(store: Store, unit: str | None = "BBPOM-PDG") -> list[str]:
    return [k.name for k in kept.in_force(store, unit)]


def test_it_is_the_offices_own_whoever_looks(store: Store):
    padang = store.as_viewer(PADANG)
    assert kept.keep(padang, " Rekap  advokasi ", MAP, NAMES, "Staf contoh") == 1
    assert names(padang) == names(store.as_viewer(HEAD)) == names(store) == ["Rekap advokasi"]
    for other in (KUPANG, CENTRE, LEADER, VISITOR):
        assert names(store.as_viewer(other)) == []
        assert kept.listed(store.as_viewer(other)).empty
    with pytest.raises(AccessDenied):
        kept.keep(padang, "Lain", MAP, NAMES, "Staf contoh", "BBPOM-KPG")
    for other in (HEAD, LEADER, VISITOR):
        with pytest.raises(AccessDenied):
            kept.keep(store.as_viewer(other), "Lain", MAP, NAMES, "x")
    for other in (KUPANG, CENTRE):
        with pytest.raises(ImportRefused, match="tidak ada"):
            kept.withdraw(store.as_viewer(other), 1, "x")
        with pytest.raises(ImportRefused, match="belum ada"):
            kept.fetch(store.as_viewer(other), "Rekap advokasi")
    with pytest.raises(AccessDenied):
        kept.withdraw(store.as_viewer(HEAD), 1, "x")
    assert names(padang) == ["Rekap advokasi"]


def test_what_is_of_one_file_is_not_kept(store: Store):
    one = MAP.model_copy(update={"same": ["REKAP-1"], "new": ["REKAP-2"], "doubts": {"a": "b"}})
    kept.keep(store, "Rekap", one, [*NAMES, "", ""], "uji")
    (found,) = kept.in_force(store, None)
    assert found.mapping == MAP
    assert found.headings == tuple(NAMES)


def test_one_of_the_same_name_is_replaced_and_stays_in_the_history(store: Store):
    first = kept.keep(store, "Rekap", MAP, NAMES, "uji")
    assert kept.keep(store, "Rekap", MAP, NAMES, "lain") == first, "nothing new to keep"
    other = MAP.model_copy(update={"constants": {"flow": "A", "year": "2027"}})
    assert kept.keep(store, "REKAP", other, NAMES, "uji") == 2
    assert [(k.number, k.mapping.constants["year"]) for k in kept.in_force(store, None)] == [
        (2, "2027")
    ]
    frame = kept.listed(store)
    assert frame["withdrawn_by"].notna().tolist() == [False, True]
    assert frame[["sheet", "headings"]].values.tolist() == [["Kegiatan", 7]] * 2
    told = store.rows(
        "SELECT subject, before, after FROM audit WHERE action = 'pemetaan' ORDER BY 1"
    )
    assert [t["subject"] for t in told] == ["pemetaan 1", "pemetaan 2 menggantikan 1"]
    assert json.loads(told[1]["before"])["pemetaan"] != json.loads(told[1]["after"])["pemetaan"]
    assert upkeep.doctor(store) == []


@pytest.mark.slow
def test_it_is_renamed_changed_and_taken_back(store: Store):
    kept.keep(store, "Satu", MAP, NAMES, "uji")
    kept.keep(store, "Dua", MAP, NAMES, "uji")
    with pytest.raises(ImportRefused, match="sudah dipakai"):
        kept.change(store, 1, "uji", "dua")
    assert kept.change(store, 1, "uji", "satu") == 3, "only written otherwise"
    assert kept.change(store, 3, "uji", "Tiga") == 4
    other = MAP.model_copy(update={"key": None})
    assert kept.change(store, 4, "uji", mapping=other) == 5
    assert names(store, None) == ["Tiga", "Dua"]
    assert kept.fetch(store, "tiga").mapping == other
    with pytest.raises(ImportRefused, match="kolom Entah tidak ada"):
        kept.change(store, 5, "uji", mapping=MAP.model_copy(update={"columns": {"Entah": "title"}}))
    kept.withdraw(store, 5, "uji")
    with pytest.raises(ImportRefused, match="sudah dicabut"):
        kept.withdraw(store, 5, "uji")
    with pytest.raises(ImportRefused, match="Pemetaan Tiga tidak ada; yang tersimpan: Dua"):
        kept.fetch(store, "Tiga")
    assert len(kept.listed(store)) == 5
    assert upkeep.doctor(store) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\u202eb", "a\x00"])
def test_a_name_that_will_not_do_is_refused(store: Store, name):
    with pytest.raises(ImportRefused, match="Nama pemetaan"):
        kept.keep(store, name, MAP, NAMES, "uji")


def test_the_operator_finds_those_of_offices_too(store: Store):
    kept.keep(store, "Rekap", MAP, NAMES, "uji", "BBPOM-PDG")
    assert kept.fetch(store, "Rekap").unit == "BBPOM-PDG"
    kept.keep(store, "Rekap", MAP, NAMES, "uji", "BBPOM-KPG")
    with pytest.raises(ImportRefused, match=r"beberapa unit: BBPOM-..., BBPOM-"):
        kept.fetch(store, "Rekap")
    kept.keep(store, "Rekap", MAP, NAMES, "uji")
    assert kept.fetch(store.as_viewer(OPERATOR), "Rekap").unit is None


@pytest.mark.slow
@pytest.mark.parametrize("damage", [
    "mapping = '{'", "mapping = '{\"sheet\": \"Gaji\"}'", "headings = ['x']",
    "name = (SELECT min(name) FROM kept_mapping)", "withdrawn_by = 'x'", "mapping_no = mapping_no + 7",
    "unit_code = 'HILANG'",
])  # fmt: skip
def test_damage_is_named(store: Store, damage):
    kept.keep(store, "Satu", MAP, NAMES, "uji", "BBPOM-PDG")
    kept.keep(store, "Dua", MAP, NAMES, "uji", "BBPOM-PDG")
    assert upkeep.doctor(store) == []
    with store.database.transaction() as cursor:
        cursor.execute(f"UPDATE kept_mapping SET {damage}")
    checks = {f.check for f in upkeep.doctor(store)}
    assert checks & {"pemetaan", "unit"}, checks


@pytest.mark.slow
def test_a_row_put_in_by_hand_has_no_trace(store: Store):
    kept.keep(store, "Satu", MAP, NAMES, "uji")
    with store.database.transaction() as cursor:
        cursor.execute(
            "INSERT INTO kept_mapping SELECT * REPLACE (2 AS mapping_no, 'Dua' AS name, $d AS"
            " kept_at) FROM kept_mapping", {"d": dt.datetime(2030, 1, 1)},
        )  # fmt: skip
    assert {f.check for f in upkeep.doctor(store)} == {"jejak"}


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("PANTAU_DB", str(tmp_path / "uji.duckdb"))
    monkeypatch.chdir(tmp_path)
    Path("rekap.xlsx").write_bytes(recap().content)
    return tmp_path


def run(capsys, *words: object) -> tuple[int, str]:
    code = main([str(w) for w in words])
    said = capsys.readouterr()
    return code, said.out + said.err


@pytest.mark.slow
def test_from_the_command_line_kept_used_and_taken_back(at_home, capsys):
    assert run(capsys, "mapping")[0] == 2
    code, said = run(
        capsys, "mapping", "rekap.xlsx", "--keep", "Rekap advokasi", "--unit", "BBPOM Padang"
    )
    assert (code, "Pemetaan Rekap advokasi disimpan (nomor 1)" in said) == (0, True)
    assert (
        "Rekap advokasi: Kegiatan, 7 judul kolom, BBPOM-PDG" in run(capsys, "mapping", "--list")[1]
    )
    assert run(capsys, "import", "rekap.xlsx")[0] == 1, "an office's is not the operator's unasked"
    code, said = run(capsys, "import", "rekap.xlsx", "--mapping", "Lain")
    assert (code, "yang tersimpan: Rekap advokasi" in said) == (1, True)
    code, said = run(capsys, "import", "rekap.xlsx", "--mapping", "rekap ADVOKASI")
    assert (code, "Langkah: 2 baru" in said) == (0, True)
    assert "Lembar “Rekap” dibaca dengan pemetaan tersimpan “Rekap advokasi”" in said
    assert "sama untuk semua baris: Alur A, Tahun 2026" in said
    Path("lain.csv").write_text("ID Kegiatan,No Langkah,Tanggal Selesai\nREKAP-A-2026-BBPOM-PDG-1,3,2026-03-20\n")  # fmt: skip
    code, said = run(capsys, "import", "lain.csv", "--mapping", "Rekap advokasi")
    assert (code, "tidak cocok dengan lembar mana pun" in said) == (0, True)
    assert run(capsys, "mapping", "--remove", "Rekap advokasi")[0] == 0
    rows = json.loads(run(capsys, "mapping", "--list", "--json")[1])
    assert [(r["name"], bool(r["withdrawn_at"])) for r in rows] == [("Rekap advokasi", True)]


@pytest.mark.slow
def test_the_command_line_names_what_is_in_doubt(at_home, capsys):
    assert run(capsys, "mapping", "rekap.xlsx", "--out", "m.json")[0] == 0
    assert run(capsys, "import", "rekap.xlsx", "--map-json", "m.json")[0] == 0
    renamed = [[1, "Advokasi Pasar Raya", *ROWS[0][2:]], ROWS[1]]
    Path("rekap.xlsx").write_bytes(recap(renamed).content)
    made = "REKAP-A-2026-BBPOM-PDG-1"
    code, said = run(capsys, "mapping", "rekap.xlsx", "--out", "m.json")
    assert (code, f"{made} tersimpan sebagai “Advokasi Pasar”" in said) == (0, True)
    (mapping,) = json.loads(Path("m.json").read_text("utf-8"))
    assert list(mapping["doubts"]) == [made]
    Path("m.json").write_text(json.dumps([{**mapping, "same": [made]}]), "utf-8")
    code, said = run(capsys, "import", "rekap.xlsx", "--map-json", "m.json")
    assert (code, "0 baru, 1 berubah" in said) == (0, True)
    assert run(capsys, "mapping", "rekap.xlsx", "--map-json", "m.json", "--keep", "R")[0] == 0
    with Store(at_home / "uji.duckdb") as opened:
        (found,) = kept.in_force(opened, None)
        assert (found.mapping.same, found.mapping.doubts) == ([], {}), "of one file"


@pytest.mark.slow
def test_next_months_file_is_read_by_what_the_office_kept(store: Store):
    padang = store.as_viewer(PADANG)
    kept.keep(padang, "Rekap", MAP, NAMES, "Staf contoh")
    by_hand = importing.read(padang, [recap()], TODAY, mappings=[MAP], known=False)
    # A row of titles more, and headings written otherwise.
    other = [n.upper().replace(" ", "  ") for n in NAMES]
    later = SourceFile("mei.xlsx", book([["BALAI CONTOH"], *TITLE, other, *ROWS], "Mei 2026"))
    for file in (recap(), later):
        parsed = importing.read(padang, [file], TODAY)
        for ours, theirs in zip(by_hand.sheets, parsed.sheets, strict=True):
            assert ours.table.drop(["row_no"]) == theirs.table.drop(["row_no"])
        assert "pemetaan tersimpan “Rekap” (Staf contoh, " in parsed.notes[0]
        assert [h.kept.name for h in parsed.book.how] == ["Rekap"]
    for stranger in (KUPANG, OPERATOR):
        with pytest.raises(NeedsMapping):
            importing.read(store.as_viewer(stranger), [recap()], TODAY)


@pytest.mark.slow
@pytest.mark.parametrize("title", ["REKAP ADVOKASI TAHUN 2027", "REKAP ADVOKASI"])
def test_next_years_file_is_not_read_as_last_years(store: Store, title):
    kept.keep(store, "Rekap", MAP, NAMES, "uji")
    rows = [[1, "Advokasi Pasar", "BBPOM Padang", D(2027, 2, 5), "", "", ""]]
    file = SourceFile("rekap.xlsx", book([[title], [], NAMES, *rows], "Rekap"))
    for given in ([], [kept.fetch(store, "Rekap")]):
        with pytest.raises(
            NeedsMapping, match="Tahun 2026 menurut pemetaan tersimpan “Rekap”"
        ) as q:
            importing.read(store, [file], TODAY, mappings=given)
    (table,) = q.value.tables
    assert table.proposal.mapping.constants == {"flow": "A", "year": "2027"}
    # Kept for both years under two names, the one that agrees is taken.
    kept.keep(store, "Rekap 2027", table.proposal.mapping, NAMES, "uji")
    kept.keep(store, "Rekap lagi", MAP, NAMES, "uji")
    parsed = importing.read(store, [file], TODAY)
    assert parsed.book.how[0].kept.name == "Rekap 2027"


@pytest.mark.slow
def test_a_title_that_names_another_office_is_asked_about(store: Store):
    names = ["No", "Nama Kegiatan", "A.1"]
    mapping = Mapping.model_validate({
        "sheet": "Kegiatan", "headings": [2, 2], "key": "No",
        "columns": {"Nama Kegiatan": "title", "A.1": "A.1 selesai"},
        "constants": {"flow": "A", "year": "2026", "unit_code": "BBPOM-PDG"},
    })  # fmt: skip
    kept.keep(store, "Rekap", mapping, names, "uji")

    def of(title: str) -> SourceFile:
        return SourceFile("r.xlsx", book([[title], names, [1, "Acara", D(2026, 2, 6)]], "Rekap"))

    assert importing.read(store, [of("Balai Besar POM di Padang")], TODAY).sheets[0].table["unit_code"].to_pylist() == ["BBPOM-PDG"]  # fmt: skip
    with pytest.raises(NeedsMapping, match="POM-KPG menurut berkas ini"):
        importing.read(store, [of("Balai Besar POM di Kupang")], TODAY)
