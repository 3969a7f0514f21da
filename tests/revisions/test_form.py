"""The workbook of a revision: what is written is read back, and what is wrong is named."""

import datetime as dt
import io

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sop_core import revisions
from sop_core.definition import Revision
from sop_core.errors import DefinitionError, ImportRefused
from sop_core.importing import SourceFile
from sop_core.paths import DATA
from tests.builders import REV04, TODAY, form_of, revised, with_step

D = dt.date
TEXT = st.text(
    st.characters(codec="latin-1", categories=["L", "N", "P", "S"]), min_size=1, max_size=40
)


def changed(revision: Revision, sheet: str, cells: dict[str, object], row: int = 2) -> SourceFile:
    """The workbook of a revision with some cells of one row written over."""
    file = form_of(revision)
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    headings = [cell.value for cell in book[sheet][1]]
    for name, value in cells.items():
        book[sheet].cell(row, headings.index(name) + 1).value = value
    out = io.BytesIO()
    book.save(out)
    return SourceFile("rev05.xlsx", out.getvalue())


def row_of(code: str) -> int:
    """Where a step of revision 04 stands in its workbook."""
    return [s.code for s in REV04.steps].index(code) + 2


def problems(file: SourceFile) -> list[tuple[str, int, str, str]]:
    draft = revisions.read(file, TODAY)
    assert draft.revision is None
    return [(p.sheet, p.row, p.column, p.message) for p in draft.problems]


def test_revision_04_comes_back_whole():
    assert revisions.read(form_of(REV04), TODAY).revision == REV04


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    norms=st.dictionaries(
        st.sampled_from([s.code for s in REV04.steps if not s.deadline_day_after_quarter]),
        st.one_of(st.none(), st.integers(1, 250)),
    ),
    effective=st.dates(D(2022, 4, 8), D(2035, 12, 31)),
    texts=st.lists(TEXT, min_size=1, max_size=4),
    latest=st.dates(D(2023, 1, 1), D(2023, 12, 31)),
)
def test_any_revision_comes_back_whole(norms, effective, texts, latest):
    raw = revised(norms=norms, effective=effective).model_dump()
    raw["steps"][0]["remarks"] = texts
    raw["stakeholders"]["h"] = texts[0]
    raw["opening"]["national_year_latest"] = f"{latest:%m-%d}"
    revision = Revision.model_validate(raw)
    assert revisions.read(form_of(revision), TODAY).revision == revision


def test_a_toml_file_is_read_too():
    content = (DATA / "sop" / "rev04.toml").read_bytes()
    assert revisions.read(SourceFile("rev04.toml", content), TODAY).revision == REV04
    broken = content.replace(b"sla_days = 10", b"sla_days = 0", 1)
    with pytest.raises(
        DefinitionError, match=r"rev05\.toml: steps\[A\.1\]\.sla_days: paling sedikit 1"
    ):
        revisions.read(SourceFile("rev05.toml", broken), TODAY)


def test_norms_are_read_as_the_sop_writes_them():
    file = changed(REV04, "Langkah SOP", {"Norma HK": "12 HK"})
    assert revisions.read(file, TODAY).revision.step("A", 1).sla_days == 12
    for na in ("N/A", "n/a", None, "-"):
        file = changed(REV04, "Langkah SOP", {"Norma HK": na})
        assert revisions.read(file, TODAY).revision.step("A", 1).sla_days is None


def test_excel_makes_5_of_05_and_the_form_makes_05_of_5():
    file = changed(REV04, "Revisi", {"Nomor Revisi": 5})
    assert revisions.read(file, TODAY).revision.revision == "05"


@pytest.mark.parametrize(
    ("sheet", "cells", "code", "column", "message"),
    [
        ("Langkah SOP", {"Norma HK": "sepuluh"}, "A.1", "Norma HK", "harus bilangan bulat"),
        ("Langkah SOP", {"Norma HK": 0}, "A.4", "Norma HK", "harus antara 1 dan 999"),
        ("Langkah SOP", {"Tingkat": "provinsi"}, "A.2", "Tingkat", "pilihan tidak dikenal"),
        ("Langkah SOP", {"Pelaksana": "UPT BPOM\nDinas"}, "A.2", "Pelaksana", "pelaksana tidak dikenal"),
        ("Langkah SOP", {"Aktivitas": None}, "B.3", "Aktivitas", "wajib diisi"),
        ("Langkah SOP", {"Aktivitas": "Mempersiapkan pelaksanaan advokasi."}, "A.4", "Aktivitas", "sama dengan aktivitas A.2"),
        ("Langkah SOP", {"No": 12}, "A.10", "No", "tanpa celah; seharusnya 10"),
        ("Langkah SOP", {"Tingkat": "kegiatan"}, "A.8", "Tingkat", "tidak boleh sesudah tingkat"),
        ("Langkah SOP", {"Tonggak": "pengesahan"}, "D.7", "Tonggak", "sudah ada pada langkah lain"),
        ("Langkah SOP", {"Tonggak": "rekrutmen"}, "A.2", "Tonggak", "tidak dikenal di alur A"),
        ("Langkah SOP", {"Batas Tanggal": 10}, "A.9", "Batas Tanggal", "hanya untuk siklus triwulan"),
        ("Langkah SOP", {"Batas Tanggal": 30}, "D.8", "Batas Tanggal", "paling banyak 28"),
        ("Langkah SOP", {"Norma HK": None}, "D.8", "Batas Tanggal", "memerlukan norma HK"),
        ("Langkah SOP", {"Mensyaratkan": "6"}, "D.5", "Mensyaratkan", "yang bukan sebelumnya"),
        ("Langkah SOP", {"Mensyaratkan": "D.4"}, "D.5", "Mensyaratkan", "tulis nomor langkah"),
        ("Langkah SOP", {"Dasar Pilihan": None}, "D.4", "Dasar Pilihan", "sebutkan dasarnya"),
        ("Revisi", {"Berlaku Mulai": D(2022, 1, 3)}, None, "Berlaku Mulai", "mendahului tanggal revisi"),
        ("Revisi", {"Nomor Revisi": "lima belas"}, None, "Nomor Revisi", "bentuknya tidak dikenal"),
        ("Revisi", {"Tanggal Batas Siklus": 30, "Bulan Batas Siklus": "Februari"}, None,
         "Tanggal Batas Siklus", "bukan tanggal yang ada setiap tahun"),
        ("Alur", {"Siklus Nasional": "triwulan"}, None, "Siklus Nasional", "siklus nasional alur A harus tahun"),
        ("Penerusan", {"Langkah": "A.7; A.77"}, None, "Langkah", "langkah A.77 tidak ada"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_by_sheet_row_and_column(sheet, cells, code, column, message):
    row = row_of(code) if code else 2
    found = problems(changed(REV04, sheet, cells, row))
    named = [(s, r, c) for s, r, c, said in found if message in said]
    assert (sheet, row, column) in named, found


def test_a_milestone_that_is_gone_is_missed():
    found = problems(changed(REV04, "Langkah SOP", {"Tonggak": None}, row_of("D.6")))
    assert found == [
        ("Langkah SOP", 1, "", "alur D memerlukan satu langkah dengan tonggak pengesahan")
    ]


def test_a_stakeholder_kind_goes_by_one_letter():
    found = problems(changed(REV04, "Pemangku Kepentingan", {"Huruf": "aa"}))
    assert found == [("Pemangku Kepentingan", 1, "", "bentuknya tidak dikenal")]


def test_a_letter_stands_for_one_kind():
    found = problems(changed(REV04, "Pemangku Kepentingan", {"Huruf": "a"}, 4))
    assert found == [("Pemangku Kepentingan", 4, "Huruf", "huruf ini sudah dipakai di atas")]


def test_every_problem_is_told_at_once():
    file = changed(REV04, "Langkah SOP", {"Norma HK": "x", "Pelaksana": "Dinas", "Output": None})
    assert len(problems(file)) == 3


def test_a_workbook_that_is_no_form_is_refused():
    book = openpyxl.Workbook()
    book.active.title = "Revisi"
    book.active.append(["Nomor Revisi", "Kode SOP"])
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(ImportRefused, match="Lembar Revisi, baris judul 1: kolom wajib tidak ada"):
        revisions.read(SourceFile("x.xlsx", out.getvalue()), TODAY)
    book = openpyxl.load_workbook(io.BytesIO(form_of(REV04).content))
    del book["Langkah SOP"]
    book.save(out := io.BytesIO())
    with pytest.raises(ImportRefused, match=r"Lembar Langkah SOP tidak ada\. Mulai dari formulir"):
        revisions.read(SourceFile("x.xlsx", out.getvalue()), TODAY)


def test_two_rows_of_heads_are_one_too_many():
    file = form_of(REV04)
    book = openpyxl.load_workbook(io.BytesIO(file.content))
    book["Revisi"].append([cell.value for cell in book["Revisi"][2]])
    book.save(out := io.BytesIO())
    assert problems(SourceFile("x.xlsx", out.getvalue())) == [
        ("Revisi", 3, "Nomor Revisi", "harus tepat satu baris")
    ]


def test_the_form_offers_the_words_it_reads():
    book = openpyxl.load_workbook(io.BytesIO(form_of(REV04).content))
    lists = {r.formula1 for r in book["Langkah SOP"].data_validations.dataValidation}
    assert '"kegiatan,tahunan unit,siklus nasional"' in lists


def differences(revision: Revision) -> list[tuple[str, str, str, str]]:
    return [tuple(vars(d).values()) for d in revisions.differences(REV04, revision)]


def test_a_changed_norm_is_one_difference():
    assert differences(revised("04", REV04.effective, {"B.2": 20, "A.9": None})) == [
        ("A.9", "Norma", "5 HK", "N/A"),
        ("B.2", "Norma", "40 HK", "20 HK"),
    ]
    assert differences(REV04) == []


def test_a_step_that_moves_on_is_told_apart_from_a_new_one():
    found = differences(with_step(REV04, "C", 4))
    steps = [d for d in found if d[0] != "Penerusan"]
    assert steps == [
        ("C.4", "Langkah baru", "", "Menelaah usulan. (N/A)"),
        *((f"C.{n}", "Nomor", f"C.{n - 1}", f"C.{n}") for n in range(5, 10)),
    ]
    back = revisions.differences(with_step(REV04, "C", 4), REV04)
    assert ("C.4", "Langkah dihapus") in [(d.place, d.what) for d in back]
