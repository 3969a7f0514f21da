"""Where the headings are and what each column is: two rows, twins, plan and fact, hints."""

from __future__ import annotations

import pytest

from sop_core.errors import ImportRefused
from tests.importing.books import ACTIVITIES, STEPS, D, book, cells, raw

PLAN, FACT = (D(2026, 3, 2), D(2026, 3, 6)), (D(2026, 3, 9), D(2026, 4, 2))


def by_field(content: bytes) -> dict[str, object]:
    found = raw(content)
    sheet = found.sheets[0]
    return {c.field: cells(found)[0][p] for p, c in sheet.columns.items()}


def refused(content: bytes) -> str:
    with pytest.raises(ImportRefused) as refusal:
        raw(content)
    return str(refusal.value)


def test_two_filled_columns_of_one_name_are_asked_about():
    names = ["ID Kegiatan", "No Langkah", *["Tanggal Mulai", "Tanggal Selesai"] * 2]
    said = refused(book([names, ["ADV-1", 2, *PLAN, *FACT]]))
    assert "dua kolom bernama Tanggal Mulai: C dan E" in said
    read = by_field(book([names, ["ADV-1", 2, "", "", *FACT]]))
    assert (
        (read["started"].date(), read["finished"].date()) == FACT
        if hasattr(read["started"], "date")
        else (read["started"], read["finished"]) == FACT
    )


@pytest.mark.parametrize("names", [
    ["Rencana Mulai", "Rencana Selesai", "Realisasi Mulai", "Realisasi Selesai"],
    ["Target Mulai", "Target Selesai", "Tanggal Mulai", "Realisasi Tanggal Selesai"],
    ["Tgl Mulai Rencana", "Tgl Selesai Rencana", "Tgl Mulai Realisasi", "Tgl Selesai Realisasi"],
])  # fmt: skip
def test_of_a_plan_and_what_came_of_it_the_fact_is_read(names):
    found = raw(book([["ID Kegiatan", "No Langkah", *names], ["ADV-1", 2, *PLAN, *FACT]]))
    sheet = found.sheets[0]
    assert {p: c.field for p, c in sheet.columns.items()}.items() >= {
        4: "started",
        5: "finished",
    }.items()
    left_out = [r.written for r in found.readings if not r.read_as]
    assert left_out == names[:2], "the plan is told"


def test_headings_in_two_rows_are_joined():
    upper = ["ID Kegiatan", "No Langkah", "Rencana", "", "Realisasi", ""]
    lower = ["", "", "Mulai", "Selesai", "Mulai", "Selesai"]
    content = book([["REKAP LANGKAH"], upper, lower, ["ADV-1", 2, *PLAN, *FACT]],
                   merged=["A2:A3", "B2:B3", "C2:D2", "E2:F2"])  # fmt: skip
    found = raw(content)
    assert found.sheets[0].row_numbers.tolist() == [4]
    assert {c.field: p for p, c in found.sheets[0].columns.items()} == {
        "case_id": 0, "step_no": 1, "started": 4, "finished": 5,
    }  # fmt: skip
    assert {r.written for r in found.readings if not r.read_as} == {
        "Rencana Mulai",
        "Rencana Selesai",
    }


def test_a_group_over_its_columns_makes_their_names():
    upper = ["ID Kegiatan", "No Langkah", "Tanggal", "", "Ket"]
    rows = [upper, ["", "", "Mulai", "Selesai", ""], ["ADV-1", 2, *FACT, "x"]]
    columns = raw(book(rows)).sheets[0].columns
    assert sorted(c.field for c in columns.values()) == [
        "case_id", "finished", "remarks", "started", "step_no",
    ]  # fmt: skip


def test_one_row_of_headings_stays_one():
    found = raw(book([STEPS, ["ADV-1", 2, *FACT, "Tanggal"]]))
    assert found.sheets[0].row_numbers.tolist() == [2]


def test_a_filled_column_without_a_heading_is_named():
    found = raw(book([[*STEPS, "", ""], ["ADV-1", 1, *FACT, "", "rahasia", ""]]))
    assert [r.written for r in found.readings] == ["F (tanpa judul)"]


@pytest.mark.parametrize(("heading", "field"), [
    ("Tahun Kegiatan", "year"), ("Thn", "year"), ("Unit Kerja", "unit_code"), ("UPT", "unit_code"),
    ("Komoditi", "commodity"), ("Nama Kegiatan", "title"), ("Kode Kegiatan", "case_id"),
])  # fmt: skip
def test_usual_names_of_a_column_are_known(heading, field):
    names = {"case_id": "ID Kegiatan", "flow": "Alur", "year": "Tahun", "unit_code": "Kode Unit",
             "title": "Judul", "commodity": "Komoditas"} | {field: heading}  # fmt: skip
    found = raw(
        book(
            [list(names.values()), ["ADV-1", "A", 2026, "BBPOM-PDG", "Satu", "Kosmetik"]],
            "Kegiatan",
        )
    )
    assert {c.field for c in found.sheets[0].columns.values()} == set(names)


def test_a_missing_column_is_proposed_only_what_is_like_it():
    said = refused(
        book([["ID Kegiatan", "Alur", "Tahun", "Judul", "Komoditi"], ["a"] * 5], "Kegiatan")
    )
    assert "“Kode Unit”" in said
    assert "maksud Anda" not in said
    said = refused(book([[*ACTIVITIES[:3], "Kode Unti", "Judul"], ["a"] * 5], "Kegiatan"))
    assert "“Kode Unit” (mungkin maksud Anda kolom “Kode Unti”?)" in said
