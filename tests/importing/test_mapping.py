"""The mapping step: what is proposed, what a mapping may say, stable IDs, doubts, both ways in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sop_core import importing
from sop_core.cli import main
from sop_core.errors import ImportRefused
from sop_core.importing import Preview, SourceFile
from sop_core.importing.mapping import Mapping, NeedsMapping, fingerprint, from_json
from sop_core.importing.mapping.model import column_keys
from sop_core.store import Store
from tests.builders import TODAY
from tests.importing.books import D, book

pytestmark = pytest.mark.slow

NAMES = ["No", "Nama Kegiatan", "Balai", "A.1", "A.2 Mulai", "A.2 Selesai", "Ket"]
ROWS = [
    [1, "Advokasi Pasar", "BBPOM Padang", D(2026, 2, 6), D(2026, 2, 9), D(2026, 2, 20), "lancar"],
    [2, "Audiensi Sekolah", "sda", "belum", "", "", ""],
]
TITLE = [["REKAP ADVOKASI TAHUN 2026"], []]
MAPPING = {
    "sheet": "Kegiatan", "headings": [3, 3], "key": "No",
    "columns": {"Nama Kegiatan": "title", "Balai": "unit_code", "A.1": "A.1 selesai",
                "A.2 Mulai": "A.2 mulai", "A.2 Selesai": "A.2 selesai"},
    "constants": {"flow": "A", "year": "2026"},
}  # fmt: skip


def recap(rows=ROWS, names=NAMES) -> SourceFile:
    return SourceFile("rekap.xlsx", book([*TITLE, names, *rows], "Rekap"))


def go(store: Store, file: SourceFile, **more) -> Preview:
    mapping = Mapping.model_validate({**MAPPING, **more})
    return importing.import_files(store, [file], "uji", today=TODAY, mappings=[mapping])


def ids(store: Store) -> dict[str, str]:
    return {r["title"]: r["case_id"] for r in store.rows("SELECT title, case_id FROM activity")}


def test_what_is_proposed_and_what_is_asked(store: Store):
    with pytest.raises(NeedsMapping) as question:
        importing.read(store, [recap()], TODAY)
    (table,) = question.value.tables
    assert table.proposal.mapping.model_dump(exclude_defaults=True) | {"headings": [3, 3]} == {
        **MAPPING, "columns": {**dict.fromkeys(NAMES, ""), **MAPPING["columns"]},
    }  # fmt: skip
    assert table.proposal.open == ["Tahun 2026 dibaca dari judul berkas: periksa di bawah."]
    assert "petakan kolomnya dahulu" in str(question.value)


def test_a_column_a_step_becomes_a_row_a_step(store: Store):
    result = go(store, recap())
    assert (result.sheets["Kegiatan"].new, result.sheets["Langkah"].new) == (2, 2)
    assert store.rows("SELECT step_no, started, finished FROM step_record ORDER BY 1") == [
        {"step_no": 1, "started": None, "finished": D(2026, 2, 6)},
        {"step_no": 2, "started": D(2026, 2, 9), "finished": D(2026, 2, 20)},
    ]
    told = " ".join(result.notes)
    assert "kolom “Ket” (1 sel terisi) tidak diimpor" in told
    assert "ID dibuat dari unit, alur, tahun, dan kolom “No”" in told
    assert "1 sel berisi “belum” dibaca kosong" in told


def test_next_month_updates_whatever_was_put_between(store: Store):
    go(store, recap())
    before = ids(store)
    moved = [[1, "Advokasi Baru", "BBPOM Padang", D(2026, 1, 9), "", "", ""],
             [2, *ROWS[0][1:]], [3, "AUDIENSI  sekolah.", *ROWS[1][2:]]]  # fmt: skip
    moved[2][3] = D(2026, 3, 6)
    result = go(store, recap(moved))
    assert (result.sheets["Kegiatan"].new, result.rows.rejected) == (1, 0)
    after = ids(store)
    assert after["Advokasi Pasar"] == before["Advokasi Pasar"] == "REKAP-A-2026-BBPOM-PDG-1"
    assert after["AUDIENSI sekolah."] == before["Audiensi Sekolah"], "however it is written"
    assert len(set(after.values())) == 3


def test_a_title_that_is_gone_is_a_doubt_until_somebody_says(store: Store):
    go(store, recap())
    renamed, first = [[1, "Advokasi Pasar Raya", *ROWS[0][2:]], ROWS[1]], "REKAP-A-2026-BBPOM-PDG-1"
    result = go(store, recap(renamed))
    assert result.rows.rejected == 3, "the activity and its two steps"
    assert f"{first}, yang tersimpan sebagai “Advokasi Pasar”" in result.problems[0].message
    assert ids(store)["Advokasi Pasar"] == first, "nothing of it is touched"
    assert go(store, recap(renamed), same=[first]).rows.rejected == 0
    assert ids(store) == {"Advokasi Pasar Raya": first, "Audiensi Sekolah": first[:-1] + "2"}
    another = [[1, "Bimtek Lain", *ROWS[0][2:]], ROWS[1]]
    assert go(store, recap(another), new=[first]).rows.rejected == 0
    assert len(ids(store)) == 3


def test_a_reason_names_the_column_of_the_step(store: Store):
    wrong = [[*ROWS[0][:3], "31/02/2026", *ROWS[0][4:]]]
    (problem,) = go(store, recap(wrong)).problems
    assert (problem.sheet, problem.row, problem.column) == (
        "Langkah (Rekap, A.1)",
        4,
        "Tanggal Selesai",
    )


@pytest.mark.parametrize(("change", "said"), [
    ({"columns": {"Nama Kegiatan": "judul"}}, "judul bukan kolom lembar Kegiatan"),
    ({"columns": {"A.1": "A.1 selesai", "A.2 Mulai": "A.1 selesai"}}, "A.1 selesai dipakai dua kali"),
    ({"constants": {"title": "x"}}, "title dipakai dua kali"),
    ({"sheet": "Gaji"}, "lembar Gaji tidak ada"), ({"headings": [3, 9]}, "dua baris berurutan"),
    ({"apa": 1}, "isinya tidak sesuai"),
])  # fmt: skip
def test_a_mapping_that_cannot_be_is_refused_in_words(change, said):
    with pytest.raises(ImportRefused, match=said):
        from_json(json.dumps({**MAPPING, **change}))
    with pytest.raises(ImportRefused, match="bukan JSON"):
        from_json("{")


@pytest.mark.parametrize(("tab", "state"), [("Contoh", "visible"), ("Rekap lama", "hidden")])
def test_a_tab_of_examples_or_a_hidden_one_is_not_mapped_either(store: Store, tab, state):
    more = [[*TITLE, NAMES, [9, "Contoh pengisian", *ROWS[0][2:]]]]
    content = book(
        [*TITLE, NAMES, *ROWS], "Rekap", also=[(tab, state, [r for m in more for r in m])]
    )
    file = SourceFile("rekap.xlsx", content)
    with pytest.raises(NeedsMapping) as question:
        importing.read(store, [file], TODAY)
    assert [t.tab.name for t in question.value.tables] == ["Rekap"]
    result = go(store, file)
    assert ids(store).keys() == {"Advokasi Pasar", "Audiensi Sekolah"}
    assert f"Lembar “{tab}”" in " ".join(result.notes)


def test_a_mapping_of_other_columns_does_not_fit(store: Store):
    names = [*NAMES[:3], "A.1 (baru)", *NAMES[4:]]
    with pytest.raises(NeedsMapping):
        go(store, recap(names=names))


def test_columns_are_told_apart_and_tables_known_again():
    assert column_keys(["No", "Tgl", "Tgl", ""]) == ["No", "Tgl (B)", "Tgl (C)", "(D)"]
    assert fingerprint(["No.", "Nama Kegiatan"]) == fingerprint(["no", "NAMA_KEGIATAN"])
    assert fingerprint(["No", "Nama"]) != fingerprint(["Nama", "No"])


def test_from_the_command_line(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setenv("PANTAU_DB", str(tmp_path / "uji.duckdb"))
    file, mapping = tmp_path / "rekap.xlsx", tmp_path / "pemetaan.json"
    file.write_bytes(recap().content)
    assert main(["import", str(file)]) == 1
    assert "petakan kolomnya dahulu" in capsys.readouterr().err
    assert main(["mapping", str(file), "--out", str(mapping)]) == 0
    assert "Tahun 2026 dibaca dari judul berkas: periksa di bawah." in capsys.readouterr().out
    assert main(["import", str(file), "--map-json", str(mapping)]) == 0
    assert "Langkah: 2 baru" in capsys.readouterr().out
