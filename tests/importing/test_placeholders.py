"""What is written where nothing is known yet is blank, told and counted; never a number."""

import datetime as dt

import pytest

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.importing.blanks import is_placeholder
from sop_core.importing.contract import FASILITATOR, KEGIATAN, LANGKAH, TINDAK_LANJUT
from sop_core.store import Store
from tests.builders import HEADINGS, TODAY, load, workbook

NOTHING = [
    "-", "–", "—", "--", "N/A", "n.a.", "na", "belum", "Belum ada", "belum selesai", "proses",
    "dalam proses", "menyusul", "TBD", "?", "…", "...", "nihil", " - ",
]  # fmt: skip
FINISHED, NUMBER = LANGKAH.column("finished"), FASILITATOR.column("recognition_no")
DAY = dt.date(2025, 3, 3)


@pytest.mark.parametrize("written", NOTHING)
def test_nothing_known_yet(written):
    assert is_placeholder(FINISHED, written)
    assert is_placeholder(NUMBER, written)


@pytest.mark.parametrize(
    "zero", ["00-Jan-00", "1/0/1900", "0000-00-00", "12:00:00 AM", "0", 0, 0.0, dt.time(0, 0), "00/01/1900", "00:00:00", dt.date(1899, 12, 30), dt.datetime(1899, 12, 31)]
)  # fmt: skip
def test_zero_is_no_day(zero):
    assert is_placeholder(FINISHED, zero)
    assert not is_placeholder(KEGIATAN.column("participants"), zero)


def test_zero_is_no_certificate_but_a_count():
    assert is_placeholder(NUMBER, "0")
    assert is_placeholder(NUMBER, 0.0)
    assert not is_placeholder(NUMBER, False)
    assert not is_placeholder(NUMBER, "001")


@pytest.mark.parametrize(
    "day", [dt.time(9, 30), "02/03/2026", "0/3/2026", DAY, dt.datetime(2026, 3, 2, 1), 46083.0]
)
def test_a_day_is_no_placeholder(day):  # fmt: skip
    assert not is_placeholder(FINISHED, day)


@pytest.mark.parametrize("remark", ["belum", "proses", "N/A", "menyusul", "nihil", "0"])
def test_a_remark_stays(remark):
    for column in (LANGKAH.column("remarks"), KEGIATAN.column("title"), LANGKAH.column("reason")):
        assert not is_placeholder(column, remark)
        assert is_placeholder(column, "-")


def test_what_may_be_an_answer_is_no_placeholder():
    outcome = TINDAK_LANJUT.column("outcome")
    assert not is_placeholder(outcome, "belum"), "or belum optimal?"
    assert is_placeholder(outcome, "proses")
    assert not is_placeholder(KEGIATAN.column("participants"), "nihil"), "or 0?"
    assert not is_placeholder(KEGIATAN.column("certification"), "tidak ada")
    assert is_placeholder(KEGIATAN.column("certification"), "-"), "no answer, where it was a no"


def people(*rows: list) -> list[list]:
    lead = ["Orang Contoh", "BBPOM-PDG", "ANG-1", "Keamanan Pangan", DAY]
    return [[f"FAS-{n}", *lead, *row] for n, row in enumerate(rows)]


def test_they_are_stored_blank_and_told_counted(store: Store):
    written = ["-", "–", "N/A", "belum", "Belum selesai", "-"]
    rows = people(*(["-", w, w, w, w, w, w, "-"] for w in written))
    result = load(
        store, Kegiatan=[["ANG-1", "D", 2025, "BBPOM-PDG", "Angkatan I"]], Fasilitator=rows
    )
    assert (result.problems, result.rows.new) == ([], 7)
    assert "Fasilitator: kolom Lembaga: 6 sel berisi “-” dibaca kosong." in result.notes
    assert (
        "Fasilitator: kolom Tanggal Pengesahan: 6 sel berisi “-”, “–”, “N/A”, dan 2 lainnya"
        " dibaca kosong."
    ) in result.notes
    fields = "competence_no, competence_on, recognition_no, endorsed_on, institution, active"
    assert {tuple(r.values()) for r in store.rows(f"SELECT {fields} FROM facilitator")} == {
        (None,) * 6
    }


def test_a_required_cell_refuses(store: Store):
    result = load(
        store, Kegiatan=[["ADV-1", "A", 2025, "-", "–"], ["-", "belum", "?", "BBPOM-PDG", "x"]]
    )
    found = {(p.row, p.column): p.message for p in result.problems}
    assert found == {
        (2, "Kode Unit"): "wajib diisi; berisi “-”",
        (2, "Judul"): "wajib diisi; berisi “–”",
        (3, "ID Kegiatan"): "wajib diisi; berisi “-”",
        (3, "Alur"): "wajib diisi; berisi “belum”",
        (3, "Tahun"): "wajib diisi; berisi “?”",
    }


def test_one_value_in_two_columns_is_counted_apart(store: Store):
    names = {"Langkah": HEADINGS["Langkah"]}
    rows = [["ADV-1", 1, DAY, "belum"], ["ADV-1", 2, "-", "proses", "0", "-", "-", "proses"]]
    book = workbook(names, Langkah=rows)
    notes = importing.read(store, [SourceFile("a.xlsx", book)], TODAY).notes
    assert [n.removeprefix("Langkah: kolom ") for n in notes] == [
        "Tanggal Mulai: 1 sel berisi “-” dibaca kosong.",
        "Tanggal Selesai: 2 sel berisi “belum”, “proses” dibaca kosong.",
        "Nomor Dokumen: 1 sel berisi “0” dibaca kosong.",
        "Dilewati: 1 sel berisi “-” dibaca kosong.",
        "Alasan: 1 sel berisi “-” dibaca kosong.",
    ]
