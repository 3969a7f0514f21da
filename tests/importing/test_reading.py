"""Files in: formats, encodings, headings, and what is refused as a whole."""

import datetime as dt
import subprocess
from pathlib import Path

import pytest

from sop_core import importing
from sop_core.errors import ImportRefused
from sop_core.importing import SourceFile
from sop_core.importing.reading import read_book
from sop_core.store import Store
from tests.builders import HEADINGS, TODAY, load, workbook
from tests.conftest import need

D = dt.date
ACTIVITY = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Desa Pangan Aman Padang"]
STEP = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]


def csv(name: str, text: str, encoding: str = "utf-8") -> SourceFile:
    return SourceFile(name, text.encode(encoding))


def records(store: Store) -> list[tuple[object, ...]]:
    """Everything the five tables hold, but for where it came from."""
    found = []
    for table in ("activity", "step_record", "facilitator", "follow_up", "target"):
        rows = store.rows(f"SELECT * EXCLUDE (batch_id, source_row) FROM {table} ORDER BY ALL")
        found += [(table, *row.values()) for row in rows]
    return found


def refused(*files: SourceFile) -> str:
    with pytest.raises(ImportRefused) as refusal:
        read_book(list(files))
    return str(refusal.value)


def test_not_a_spreadsheet():
    assert "bukan lembar kerja" in refused(SourceFile("foto.jpg", b"\xff\xd8\xff\xe0 JFIF"))
    assert "rusak" in refused(SourceFile("rusak.xlsx", b"PK\x03\x04 bukan zip"))
    assert "kosong" in refused(SourceFile("kosong.xlsx", b""))


def test_an_empty_sheet():
    book = workbook({"Langkah": []}, Kegiatan=[ACTIVITY], Langkah=[])
    assert "Lembar Langkah kosong" in refused(SourceFile("a.xlsx", book))


def test_headings_and_nothing_below():
    assert "Tidak ada baris data" in refused(SourceFile("a.xlsx", workbook(Kegiatan=[])))


def test_a_workbook_without_a_sheet_of_ours():
    book = workbook({"Gaji": ["Nama", "Golongan"]}, Gaji=[["Invented", "III/a"]])
    assert "Tidak ada lembar yang dikenal" in refused(SourceFile("a.xlsx", book))


def test_a_missing_required_column_suggests_the_nearest_name():
    names = ["ID Kegiatan", "Nmr Langkah", "Tanggal Mulai"]
    message = refused(SourceFile("a.xlsx", workbook({"Langkah": names}, Langkah=[["ADV-1", 1]])))
    assert "kolom wajib tidak ada: “No Langkah”" in message
    assert "mungkin maksud Anda kolom “Nmr Langkah”" in message


def test_headings_match_whatever_their_case_blanks_and_underscores(store: Store):
    names = ["id_kegiatan", "ALUR ", "Tahun\u00a0Anggaran", "UPT", "nama kegiatan"]
    book = workbook({"Kegiatan": names}, Kegiatan=[ACTIVITY])
    result = importing.import_files(store, [SourceFile("a.xlsx", book)], "uji", today=TODAY)
    assert result.rows.new == 1
    assert "“UPT” dibaca sebagai Kode Unit" in result.notes[0]


def test_unknown_columns_and_sheets_are_reported_not_lost_in_silence(store: Store):
    names = [*HEADINGS["Kegiatan"], "Anggaran"]
    book = workbook(
        {"Kegiatan": names, "Catatan": ["Isi"]}, Kegiatan=[[*ACTIVITY, 5_000_000]], Catatan=[["x"]]
    )
    parsed = importing.read(store, [SourceFile("a.xlsx", book)], TODAY)
    assert (
        "Kegiatan: kolom “Anggaran” (1 sel terisi) tidak dikenal dan tidak diimpor." in parsed.notes
    )
    assert "Lembar “Catatan” tidak dikenal dan tidak dibaca." in parsed.notes


def test_title_rows_above_the_headings_keep_the_row_numbers(store: Store):
    rows = [["Rekap Balai Besar POM di Padang"], [None], HEADINGS["Langkah"], ["TIDAK-ADA", 1]]
    book = workbook({"Langkah": ["Laporan 2025"]}, Langkah=rows)
    result = importing.import_files(store, [SourceFile("a.xlsx", book)], "uji", today=TODAY)
    assert [(p.row, p.column) for p in result.problems] == [(5, "ID Kegiatan")]


@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_in_either_dialect_and_encoding(store: Store, delimiter, encoding):
    activity = "ID Kegiatan,Alur,Tahun,Kode Unit,Judul\nADV-1,A,2025,BB PADANG,Advokasi ‘Pasar Aman’ – Café\n"
    step = (
        "ID Kegiatan,No Langkah,Tanggal Mulai,Tanggal Selesai\nADV-1,1,03/03/2025,14 Maret 2025\n"
    )
    files = [
        csv("Kegiatan.csv", activity.replace(",", delimiter), encoding),
        csv("Langkah.csv", step.replace(",", delimiter), encoding),
    ]
    result = importing.import_files(store, files, "uji", today=TODAY)
    assert (result.rows.new, result.rows.rejected) == (2, 0)
    assert store.one("SELECT title FROM activity") == "Advokasi ‘Pasar Aman’ – Café"
    assert store.one("SELECT finished FROM step_record") == D(2025, 3, 14)


def test_a_csv_of_another_name_is_known_by_its_headings(store: Store):
    load(store, Kegiatan=[ACTIVITY])
    file = csv("export_2025.csv", "ID Kegiatan;No Langkah;Tgl Mulai\nADV-1;1;2025-03-03\n")
    result = importing.import_files(store, [file], "uji", today=TODAY)
    assert result.rows.new == 1
    assert "Lembar “export_2025” dibaca sebagai Langkah dari judul kolomnya." in result.notes


@pytest.mark.office
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_a_workbook_saved_by_libreoffice_imports_the_same(tmp_path: Path, kind):
    from sop_core.demo import demo_workbook

    original = demo_workbook(cases=300, seed=5, until=TODAY)
    (tmp_path / "demo.xlsx").write_bytes(original)
    out = tmp_path / "saved"
    subprocess.run(
        [need("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", kind, "--outdir", str(out), str(tmp_path / "demo.xlsx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    answers = []
    for content in (original, (out / f"demo.{kind}").read_bytes()):
        with Store() as store:
            file = SourceFile(f"demo.{kind}", content)
            result = importing.import_files(store, [file], "uji", today=TODAY)
            answers.append((vars(result.rows), result.problems, records(store)))
    assert answers[0] == answers[1]
    assert answers[0][0]["new"] > 1000
