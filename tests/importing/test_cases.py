"""Workbooks as offices keep them (cases/), each with its whole outcome: rows, values, what is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sop_core import importing
from sop_core.errors import ImportRefused
from sop_core.importing import Preview, SourceFile
from sop_core.importing.mapping import Mapping, NeedsMapping
from sop_core.store import Store
from tests.builders import TODAY

pytestmark = pytest.mark.slow

CASES = Path(__file__).parent / "cases"
D = dt.date


def files(*names: str) -> list[SourceFile]:
    return [SourceFile(name, (CASES / name).read_bytes()) for name in names]


@pytest.fixture
def kept(store: Store) -> Store:
    """A store with what the office kept before."""
    result = importing.import_files(
        store, files("00-tersimpan-sebelumnya.xlsx"), "uji", today=TODAY
    )
    assert (result.rows.new, result.rows.rejected) == (8, 0)
    return store


def go(store: Store, *names: str, mappings: tuple[Mapping, ...] = ()) -> Preview:
    return importing.import_files(store, files(*names), "uji", today=TODAY, mappings=mappings)


def rows(result: Preview) -> tuple[int, int, int]:
    """New, changed, refused."""
    return result.rows.new, result.rows.changed, result.rows.rejected


def reasons(result: Preview) -> list[tuple[str, int, str, str]]:
    return [(p.sheet, p.row, p.column, p.value) for p in result.problems]


def step(store: Store, case_id: str, number: int) -> dict[str, Any]:
    return store.rows(
        "SELECT started, finished, document_no, remarks FROM step_record"
        " WHERE case_id = $c AND step_no = $n", c=case_id, n=number,
    )[0]  # fmt: skip


def days(store: Store, case_id: str, number: int) -> tuple[D | None, D | None]:
    found = step(store, case_id, number)
    return found["started"], found["finished"]


BIN, ADV = "BIN-PDG-2026-001", "ADV-PDG-2026-001"


def test_01_formulas_that_failed(kept):
    before = kept.rows("SELECT * FROM step_record ORDER BY ALL")
    result = go(kept, "01-error-cells.xlsx")
    assert rows(result) == (0, 0, 4)
    assert [r for r in reasons(result) if r[0] == "Langkah"] == [
        ("Langkah", 2, "Tanggal Selesai", "#REF!"), ("Langkah", 3, "Tanggal Selesai", "#N/A"),
        ("Langkah", 4, "Tanggal Selesai", "#VALUE!"),
    ]  # fmt: skip
    assert kept.rows("SELECT * FROM step_record ORDER BY ALL") == before


@pytest.mark.parametrize(("names", "new", "told"), [
    (["02a-contoh-pengisian.xlsx"], 1, "Lembar “Contoh Pengisian” bernama contoh"),
    (["02b-satu-tab-per-bulan.xlsx"], 3, "“Maret” dibaca sebagai Langkah"),
    (["02c-BBPOM-PDG.xlsx", "02c-BPOM-PYK.xlsx"], 2, ""),
    (["02d-tab-lama-tersembunyi.xlsx"], 1, "Lembar “Langkah lama” tersembunyi dan tidak dibaca"),
    (["03-jumlah-dan-tanda-tangan.xlsx"], 2, "6 baris (7, 9, 10, 13, 14, 15) di bawah tabel bukan data"),
    (["03b-baris-nomor-kolom.xlsx"], 2, "1 baris (2) berisi nomor kolom"),
    (["03c-baris-nomor-kolom-angka.xlsx"], 1, "1 baris (2) berisi nomor kolom"),
    (["03d-tabel-excel-baris-total.xlsx"], 2, "1 baris (4) di bawah tabel bukan data"),
    (["04-baris-tersembunyi.xlsx"], 3, "2 baris tersembunyi (3, 4) ikut dibaca"),
    (["05-sel-digabung-ke-bawah.xlsx"], 5, "ID Kegiatan dari sel gabungan (A2:A4)"),
    (["05b-sda.xlsx"], 3, "Kode Unit 2 sel berisi “sda”"),
])  # fmt: skip
def test_02_to_05_tabs_sums_hidden_rows_merges_and_ditto(kept, names, new, told):
    result = go(kept, *names)
    assert rows(result) == (new, 0, 0)
    assert told in " ".join(result.notes)


def test_02_a_key_in_two_tabs_with_other_content_is_refused_naming_them(kept, tmp_path):
    import openpyxl

    book = openpyxl.load_workbook(CASES / "02b-satu-tab-per-bulan.xlsx")
    book["April"]["B2"] = 2  # the step of the tab Maret, with other days
    book.save(tmp_path / "dua.xlsx")
    content = (tmp_path / "dua.xlsx").read_bytes()
    result = importing.import_files(kept, [SourceFile("dua.xlsx", content)], "uji", today=TODAY)
    assert rows(result) == (1, 0, 2)
    assert {(p.sheet, p.row) for p in result.problems} == {
        ("Langkah (Maret)", 2),
        ("Langkah (April)", 2),
    }
    assert "baris Maret 2, April 2 memuat langkah yang sama" in result.problems[0].message


def test_05_each_row_has_what_the_merged_cell_says(kept):
    go(kept, "05-sel-digabung-ke-bawah.xlsx")
    assert days(kept, BIN, 3) == (D(2026, 3, 16), D(2026, 3, 17))
    assert (
        kept.one("SELECT unit_code FROM activity WHERE case_id = 'ADV-PDG-2026-022'") == "BBPOM-PDG"
    )


def test_07_dates_as_they_are_written(kept):
    result = go(kept, "07-tanggal-tertulis.xlsx")
    assert rows(result) == (5, 0, 0)
    assert [days(kept, BIN, n) for n in (2, 3, 4)] == [
        (D(2026, 3, 12), D(2026, 3, 14)), (D(2026, 3, 16), D(2026, 3, 27)), (D(2026, 3, 30), D(2026, 4, 2)),
    ]  # fmt: skip
    assert [days(kept, ADV, n) for n in (4, 5)] == [
        (D(2026, 3, 4), D(2026, 3, 5)), (D(2026, 3, 2), D(2026, 3, 20)),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [
    "09-unicode-text.txt", "09b-utf16.csv", "09c-tab.txt", "09d-tab.tsv", "10b-judul-di-atas.csv",
    "10c-judul-tanpa-koma.csv", "10e-judul-berkoma.csv",
])  # fmt: skip
def test_09_and_10_text_in_every_encoding_and_under_a_title(kept, name):
    assert rows(go(kept, name)) == (1, 0, 0)
    assert step(kept, BIN, 2) == {
        "started": D(2026, 3, 9), "finished": D(2026, 3, 13), "document_no": None,
        "remarks": "sesuai – lengkap",
    }  # fmt: skip


def asked(store: Store, name: str) -> NeedsMapping:
    with pytest.raises(NeedsMapping) as question:
        importing.read(store, files(name), TODAY)
    return question.value


RECAP = {
    "started": {3: [None, D(2026, 4, 7), None]},
    "finished": {
        1: [D(2026, 2, 6), D(2026, 3, 6), D(2026, 5, 4)],
        2: [D(2026, 2, 20), D(2026, 3, 27), D(2026, 5, 22)],
        3: [D(2026, 3, 3), D(2026, 4, 8), D(2026, 6, 9)],
        4: [D(2026, 3, 17), D(2026, 4, 21), None], 5: [None] * 3, 6: [None] * 3,
    },
}  # fmt: skip
TITLES = [
    "Advokasi Desa Pangan Aman Nagari Contoh",
    "Advokasi Pasar Contoh",
    "Audiensi Sekolah Contoh",
]


def recap_is_whole(store: Store, made: str) -> None:
    found = store.rows(
        "SELECT case_id, title, stakeholder, unit_code, year, flow, participants FROM activity"
        " WHERE starts_with(case_id, $m) ORDER BY case_id", m=made,
    )  # fmt: skip
    assert [(r["title"], r["stakeholder"], r["unit_code"], r["year"], r["flow"], r["participants"])
            for r in found] == [
        (TITLES[0], "d", "BBPOM-PDG", 2026, "A", 40), (TITLES[1], "a", "BBPOM-PDG", 2026, "A", 35),
        (TITLES[2], "g", "BBPOM-PDG", 2026, "A", 60),
    ]  # fmt: skip
    for number, finishes in RECAP["finished"].items():
        for case, finish in zip(found, finishes, strict=True):
            held = store.rows(
                "SELECT started, finished FROM step_record WHERE case_id = $c AND step_no = $n",
                c=case["case_id"], n=number,
            )  # fmt: skip
            start = RECAP["started"].get(number, [None] * 3)[found.index(case)]
            if finish is None:
                assert held == [] or held == [{"started": None, "finished": None}]
            else:
                assert held == [{"started": start, "finished": finish}], (case, number)


@pytest.mark.parametrize("name", ["11a-rekap-lebar.xlsx", "11b-rekap-lebar-tab-kegiatan.xlsx"])
def test_11_a_wide_recap_asks_only_for_the_year_and_loses_nothing(kept, name):
    question = asked(kept, name).tables[0].proposal
    assert question.open == ["Tahun 2026 dibaca dari judul berkas: periksa di bawah."]
    assert question.mapping.constants == {"flow": "A", "year": "2026"}
    result = go(kept, name, mappings=(question.mapping,))
    assert rows(result)[2] == 0
    assert (
        "6 kolom langkah dari 3 baris menjadi 18 catatan langkah; 4 di antaranya sel kosong"
        in " ".join(result.notes)
    )
    recap_is_whole(kept, "REKAP-A-2026-BBPOM-PDG")
    again = go(kept, name, mappings=(question.mapping,))
    assert rows(again) == (0, 0, 0), "next month's file updates instead of doubling"


def test_11c_a_recap_with_ids_needs_no_question(kept):
    result = go(kept, "11c-rekap-dengan-id.xlsx")
    assert result.rows.rejected == 0
    recap_is_whole(kept, "ADV-PDG-2026-3")


def test_11e_two_columns_of_one_name_are_asked_about_and_the_answer_is_read(kept):
    question = asked(kept, "11e-rencana-realisasi-satu-baris.xlsx").tables[0].proposal
    assert "dua kolom bernama Tanggal Selesai: D dan F" in " ".join(question.open)
    columns = {
        **question.mapping.columns,
        "Tanggal Mulai (E)": "started",
        "Tanggal Selesai (F)": "finished",
    }
    answer = question.mapping.model_copy(update={"columns": columns})
    assert rows(go(kept, "11e-rencana-realisasi-satu-baris.xlsx", mappings=(answer,))) == (1, 0, 0)
    assert days(kept, BIN, 2) == (D(2026, 3, 9), D(2026, 4, 2))


def test_11f_what_came_of_the_plan_is_the_fact(kept):
    result = go(kept, "11f-target-realisasi-nama-beda.xlsx")
    assert rows(result) == (1, 0, 0)
    assert days(kept, BIN, 2) == (D(2026, 3, 9), D(2026, 4, 2))
    assert "“Target Mulai” (1 sel terisi), “Target Selesai” (1 sel terisi)" in " ".join(
        result.notes
    )


@pytest.mark.parametrize(("name", "sheet"), [
    ("12a-agenda.xlsx", "Kegiatan"), ("12b-pembinaan.xlsx", "Kegiatan"),
    ("12c-daftar-sertifikat.xlsx", "Fasilitator"),
])  # fmt: skip
def test_12_lists_of_another_kind_are_asked_about_not_refused(kept, name, sheet):
    question = asked(kept, name).tables[0]
    assert question.proposal.mapping.sheet == sheet
    assert question.proposal.open, "what is lacking is named"


def test_12c_a_list_of_certificates_is_read_once_its_kind_is_said(kept):
    question = asked(kept, "12c-daftar-sertifikat.xlsx").tables[0].proposal
    columns = {**question.mapping.columns, "No. Sertifikat": "competence_no",
               "Masa Berlaku s.d.": "valid_until", "Angkatan": ""}  # fmt: skip
    answer = question.mapping.model_copy(
        update={"columns": columns, "constants": {"kind": "Keamanan Pangan"}}
    )
    result = go(kept, "12c-daftar-sertifikat.xlsx", mappings=(answer,))
    found = kept.rows("SELECT name, unit_code, trained_on, competence_no FROM facilitator"
                      " WHERE facilitator_id <> 'FAS-001' ORDER BY name")  # fmt: skip
    assert [(r["name"], r["unit_code"], r["trained_on"]) for r in found] == [
        ("Orang Contoh B", "BBPOM-PDG", D(2026, 4, 7)),
    ], "the other has a validity without the day of the certificate"
    assert [(p.row, p.column) for p in result.problems] == [(3, "Berlaku Sampai")]


def test_13_numbers_that_excel_spoiled_are_nobodys_id(kept):
    for name, refused in (("13a-nip-sebagai-angka.xlsx", 3), ("13b-nip-orang-lain.xlsx", 1)):
        result = go(kept, name)
        assert rows(result) == (0, 0, refused)
        assert all("format kolom sebagai Teks" in p.message for p in result.problems)
    assert kept.one("SELECT count(*) FROM facilitator") == 1


def test_13c_an_id_is_another_where_its_text_is_another(kept):
    result = go(kept, "13c-nol-di-depan.xlsx")
    assert (rows(result), reasons(result)) == ((1, 0, 1), [("Langkah", 2, "ID Kegiatan", "1")])
    assert "mungkin maksud Anda 001" in result.problems[0].message


def test_13d_and_e_steps_and_numbers_as_people_write_them(kept):
    assert rows(go(kept, "13d-no-langkah-A.1.xlsx")) == (3, 0, 0)
    assert days(kept, BIN, 2)[1] == D(2026, 3, 13)
    result = go(kept, "13e-angka-beralasan.xlsx")
    assert (rows(result), [r[1] for r in reasons(result)]) == ((4, 0, 3), [5, 6, 8])
    assert [r["participants"] for r in kept.rows(
        "SELECT participants FROM activity WHERE case_id LIKE 'ADV-PDG-2026-05%' ORDER BY case_id"
    )] == [40, 1250, 1250, 1250]  # fmt: skip


def test_14_what_is_not_known_yet_is_blank_and_counted(kept):
    result = go(kept, "14-pengganti-kosong.xlsx")
    assert rows(result) == (13, 0, 0)
    assert kept.one("SELECT count(*) FROM facilitator WHERE competence_on IS NOT NULL") == 1
    assert kept.one("SELECT count(competence_no) FROM facilitator") == 1, "- is no certificate"
    assert "Tanggal Sertifikat Kompetensi: 13 sel berisi “-”, “–”, “N/A”" in " ".join(result.notes)
    assert rows(go(kept, "14b-strip-di-semua-kolom.xlsx"))[2] == 0
    assert rows(go(kept, "14c-strip-sebagai-nomor.xlsx")) == (1, 0, 0)
    assert go(kept, "14d-nol-1900.xlsx").rows.rejected == 0


def test_17c_serial_numbers_are_refused_with_the_reason(kept):
    result = go(kept, "17c-nomor-seri.xlsx")
    assert rows(result) == (0, 0, 1)
    assert "ubah format sel menjadi Tanggal" in result.problems[0].message


def test_18_a_workbook_with_macros_is_read_as_any_other(kept):
    assert rows(go(kept, "18-makro.xlsm")) == (0, 0, 0)


def test_21_cells_far_apart_are_refused_in_words(kept):
    with pytest.raises(
        ImportRefused, match="sel XFD1048576 pada lembar Langkah jauh di luar tabel"
    ):
        go(kept, "21-sel-terjauh.xlsx")
