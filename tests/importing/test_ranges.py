"""A range written as the start of a step is its start and finish, where no finish is written."""

import datetime as dt

from sop_core import importing
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY, load, workbook

D = dt.date
REASON = "rentang tanggal; pisahkan mulai dan selesai"


def test_with_an_empty_finish(store: Store):
    rows = [
        ["BIN-1", 1, "12-14 Maret 2025"],
        ["BIN-1", 2, "30 Maret - 2 April 2025", "3 April 2025"],
        ["BIN-1", 3, "5 Mei 2025", "7-8 Mei 2025"],
        ["BIN-1", 4, "12-14 Maret 2025", "belum"],
        ["BIN-1", 5, "30/03/2025 s.d. 02/04/2025", " "],
        ["BIN-1", 6, "12-14 Maret 2025"],
    ]
    result = load(store, Kegiatan=[["BIN-1", "B", 2025, "BBPOM-PDG", "Pendampingan"]], Langkah=rows)
    assert [(p.row, p.column, p.message) for p in result.problems] == [
        (3, "Tanggal Mulai", REASON),
        (4, "Tanggal Selesai", REASON),
        (5, "Tanggal Mulai", REASON),
    ]
    kept = store.rows("SELECT step_no, started, finished FROM step_record ORDER BY ALL")
    assert [tuple(row.values()) for row in kept] == [
        (1, D(2025, 3, 12), D(2025, 3, 14)),
        (5, D(2025, 3, 30), D(2025, 4, 2)),
        (6, D(2025, 3, 12), D(2025, 3, 14)),
    ]
    assert (
        "Langkah: kolom Tanggal Mulai: 3 rentang dibaca sebagai mulai dan selesai:"
        " “12-14 Maret 2025” dibaca sebagai mulai 12 Maret 2025 dan selesai 14 Maret 2025;"
        " “30/03/2025 s.d. 02/04/2025” dibaca sebagai mulai 30 Maret 2025 dan selesai 2 April 2025."
    ) in result.notes


def test_without_the_column_of_the_finish_nothing_is_made_up(store: Store):
    names = {"Langkah": ["ID Kegiatan", "No Langkah", "Tanggal Mulai"]}
    book = workbook(names, Langkah=[["BIN-1", 1, "12-14 Maret 2025"]])
    parsed = importing.read(store, [SourceFile("a.xlsx", book)], TODAY)
    assert [p.message for p in parsed.problems] == [REASON]


def test_in_another_column_it_is_refused(store: Store):
    names = {"Fasilitator": ["ID Fasilitator", "Nama", "Kode Unit", "Jenis", "Tanggal Pelatihan"]}
    rows = [["F-1", "Orang Contoh", "BBPOM-PDG", "Keamanan Pangan", "7-8 April 2025"]]
    parsed = importing.read(store, [SourceFile("a.xlsx", workbook(names, Fasilitator=rows))], TODAY)
    assert [p.message for p in parsed.problems] == [REASON]
