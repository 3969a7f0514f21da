"""How a file was read is told in one line a kind, on the page and the command line alike."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sop_core import importing
from sop_core.cli import main
from sop_core.importing import SourceFile
from sop_core.importing.limits import NOTED
from sop_core.importing.notes import EXAMPLES, LENGTH, Reading, lines, listed
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

pytestmark = pytest.mark.slow

SPELLINGS = ["BB PADANG", "bbpom padang", "Padang", "Balai Besar POM Padang", "BBPOM  DI PADANG"]
HEADINGS = {"Kegiatan": ["ID", "Alur", "Tahun", "UPT", "Judul", "Anggaran", "Mitra"]}


def file() -> SourceFile:
    rows = [[f"ADV-{i}", "A", 2025, name, "x", 1, "y"] for i, name in enumerate(SPELLINGS)]
    return SourceFile("a.xlsx", workbook(HEADINGS, Kegiatan=rows))


def test_one_line_a_kind(store: Store):
    result = importing.preview(store, importing.read(store, [file()], TODAY), TODAY)
    assert result.notes == [
        "Kegiatan: kolom “ID” dibaca sebagai ID Kegiatan; “UPT” dibaca sebagai Kode Unit.",
        "Kegiatan: kolom “Anggaran” (5 sel terisi), “Mitra” (5 sel terisi) tidak dikenal dan tidak diimpor.",
        "Kegiatan: unit “BB PADANG” dibaca sebagai Balai Besar POM di Padang (BBPOM-PDG);"
        " “BBPOM DI PADANG” dibaca sebagai Balai Besar POM di Padang (BBPOM-PDG);"
        " “Balai Besar POM Padang” dibaca sebagai Balai Besar POM di Padang (BBPOM-PDG);"
        " dan 2 lainnya.",
    ]
    assert len(result.readings) == 4 + len(SPELLINGS), "name by name beside it"


def test_the_command_line_prints_them_and_json_names_each(tmp_path: Path, capsys):
    path = tmp_path / "a.xlsx"
    path.write_bytes(file().content)
    db = ["--db", str(tmp_path / "a.duckdb")]
    assert main(["import", str(path), "--dry-run", *db]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len([line for line in said if "dibaca sebagai" in line]) == 2
    assert main(["import", str(path), "--dry-run", "--json", *db]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["dry_run"], answer["kept"]) == (True, False)
    assert answer["notes"] == said[:3]
    assert answer["sheets"] == {"Kegiatan": {"new": 5, "changed": 0, "unchanged": 0, "rejected": 0}}
    assert answer["readings"][4]["written"] == "BB PADANG"
    assert answer["changes"] == []


def test_replaced_values_are_told_and_counted(tmp_path: Path, capsys):
    path, many = tmp_path / "a.xlsx", 250
    db = tmp_path / "a.duckdb"
    with Store(db) as store:
        load(store, Kegiatan=[[f"ADV-{i}", "A", 2025, "BBPOM-PDG", "x"] for i in range(many)])
    path.write_bytes(workbook(Kegiatan=[[f"ADV-{i}", "A", 2025, "BBPOM-PDG", "y"] for i in range(many)]))  # fmt: skip
    assert main(["import", str(path), "--dry-run", "--json", "--db", str(db)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["changes_total"], len(answer["changes"])) == (many, 200)
    first = {"sheet": "Kegiatan", "row": 2, "key": "ADV-0", "column": "Judul", "before": "x", "after": "y"}  # fmt: skip
    assert answer["changes"][0] == first | {"batch_id": None, "by": "", "since": None}
    assert main(["import", str(path), "--dry-run", "--db", str(db)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Diganti: Kegiatan baris 2, ADV-0, Judul: “x” menjadi “y”"
    assert "Hanya 200 isian yang diganti yang dirinci; seluruhnya 250." in said


KINDS = st.sampled_from(["lembar", "kolom", "unit"])
READINGS = st.lists(
    st.builds(
        lambda kind, sheet, written, read: Reading(
            kind, "" if kind == "lembar" else sheet, written, read or ("X" if kind == "unit" else "")
        ),
        KINDS, st.sampled_from(["Kegiatan", "Langkah"]), st.text(max_size=200), st.sampled_from(["", "A", "B"]),
    ),
    max_size=300,
)  # fmt: skip


@given(READINGS)
def test_lines_are_few_short_and_miss_no_kind(readings):
    kinds = {(r.kind, r.sheet, bool(r.read_as)) for r in readings}
    told = lines(readings)
    assert len(told) == len(kinds)
    assert all(len(line) < (EXAMPLES + 1) * (LENGTH + 80) for line in told)
    assert set(listed(readings)) <= set(readings)
    assert len(listed(readings)) <= NOTED * len(kinds)
    if len(set(readings)) <= NOTED:
        assert set(listed(readings)) == set(readings)


def test_cells_of_a_column_are_counted_over_all_tabs_and_kinds_stay_apart():
    tab = [
        Reading("kosong", "Langkah", "-", "kosong", "Tanggal Selesai", 3),
        Reading("kosong", "Langkah", "belum", "kosong", "Tanggal Selesai", 2),
        Reading("jam", "Langkah", "2/3/2026 09.30", "2 Maret 2026", "Tanggal Selesai", 1),
        Reading("kosong", "Langkah", "-", "kosong", "Alasan", 1),
    ]
    assert lines(tab * 2) == [
        "Langkah: kolom Tanggal Selesai: 10 sel berisi “-”, “belum” dibaca kosong.",
        "Langkah: kolom Tanggal Selesai: 2 sel berisi jam, yang tidak disimpan:"
        " “2/3/2026 09.30” dibaca sebagai 2 Maret 2026.",
        "Langkah: kolom Alasan: 2 sel berisi “-” dibaca kosong.",
    ]
    assert [r.count for r in listed(tab * 2)] == [6, 4, 2, 2]
