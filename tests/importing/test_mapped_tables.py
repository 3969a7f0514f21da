"""Workbooks of several tables of another layout: asked in turn, skipped, and their rows' IDs."""

from __future__ import annotations

from typing import Any

import pytest

from sop_core import importing
from sop_core.errors import ImportRefused
from sop_core.importing import Preview, SourceFile
from sop_core.importing.mapping import Answers, Mapping, NeedsMapping, kept
from sop_core.store import Store
from tests.builders import TODAY
from tests.importing.books import D, book
from tests.importing.test_mapping import MAPPING, NAMES, ROWS, TITLE, ids, recap

pytestmark = pytest.mark.slow
MAP = Mapping.model_validate(MAPPING)
Rows = list[list[Any]]


def tabs(*of: tuple[str, Rows], names: list[str] = NAMES) -> SourceFile:
    (first, rows), *more = of
    also = [(name, "visible", [*TITLE, names, *its]) for name, its in more]
    return SourceFile("rekap.xlsx", book([*TITLE, names, *rows], first, also=also))


def go(store: Store, file: SourceFile, mapping: Mapping = MAP) -> Preview:
    return importing.import_files(store, [file], "uji", today=TODAY, mappings=[mapping])


def act(no: object, title: str, day: Any = "", unit: str = "BBPOM Padang") -> list[Any]:
    return [no, title, unit, day, "", "", ""]


JAN = [act(1, "Januari satu", D(2026, 1, 9)), act(2, "Januari dua", D(2026, 1, 12))]
FEB = [act(1, "Februari satu", D(2026, 2, 9)), act(2, "Februari dua", D(2026, 2, 12))]


def test_monthly_tabs_that_each_begin_at_one_are_all_read(store: Store):
    result = go(store, tabs(("Januari", JAN), ("Februari", FEB)))
    assert (result.sheets["Kegiatan"].new, result.rows.rejected) == (4, 0)
    assert "kolom “No” tidak membedakan semua baris (nomornya kosong atau berulang, juga antar lembar), maka baris dikenali dari judulnya" in " ".join(result.notes)  # fmt: skip
    before = ids(store)
    again = go(store, tabs(("Januari", JAN), ("Februari", FEB), ("Maret", [act(1, "Maret satu", D(2026, 3, 3))])))  # fmt: skip
    assert (again.sheets["Kegiatan"].new, again.rows.rejected) == (1, 0)
    assert before.items() <= ids(store).items()


def test_one_activity_in_two_tabs_with_other_content_is_refused_naming_them(store: Store):
    later = [*JAN[0][:4], D(2026, 1, 20), D(2026, 1, 30), ""]
    result = go(store, tabs(("Januari", JAN), ("Februari", [later])))
    told = {(p.sheet, p.row): p.message for p in result.problems}
    assert ("Langkah (Januari, A.2 Mulai)", 4) in told
    assert (
        "baris Januari, A.2 Mulai 4, Februari, A.2 Mulai 4 memuat langkah yang sama"
        in told["Langkah (Januari, A.2 Mulai)", 4]
    )


@pytest.mark.parametrize(("row", "column"), [
    (act(3, "Tanpa unit", D(2026, 1, 9), ""), "Kode Unit"), (act(3, "", D(2026, 1, 9)), "Judul"),
    (act(3, "Unit entah", D(2026, 1, 9), "Kantor Entah"), "Kode Unit"),
])  # fmt: skip
def test_no_id_is_made_of_nothing(store: Store, row, column):
    result = go(store, tabs(("Rekap", [*JAN, row])))
    of_activities = [(p.row, p.column) for p in result.problems if p.sheet == "Kegiatan (Rekap)"]
    assert of_activities == [(6, column)]
    steps = [p.message for p in result.problems if p.sheet != "Kegiatan (Rekap)"]
    assert set(steps) == {"kegiatannya ditolak (lembar Kegiatan baris 6)"}
    assert len(ids(store)) == 2


def test_two_of_one_title_are_told_apart_by_their_first_day_or_named(store: Store):
    without = Mapping.model_validate({**MAPPING, "key": None})
    twice = [act(1, "Pasar", D(2026, 1, 9)), act(2, "Pasar", D(2026, 2, 9))]
    assert go(store, tabs(("Rekap", twice)), without).sheets["Kegiatan"].new == 2
    again = go(store, tabs(("Rekap", [act(1, "Baru", D(2026, 1, 5)), *twice])), without)
    assert (again.sheets["Kegiatan"].new, again.rows.changed, again.rows.rejected) == (1, 0, 0)
    result = go(store, tabs(("Rekap", [act(1, "Sama"), act(2, "Sama")])), without)
    assert {p.message for p in result.problems if p.sheet == "Kegiatan (Rekap)"} == {
        "baris 4, 5 berjudul sama dan tidak ada yang membedakannya; beri nomor, tanggal, atau judul"
        " yang berbeda, atau sisakan satu bila kegiatannya satu"
    }


def test_words_that_stand_for_blank_in_this_table(store: Store):
    rows = [[1, "Advokasi", "BBPOM Padang", D(2026, 2, 6), "NIHIL ", "nihil", "nihil"],
            [2, "Audiensi", "BBPOM Padang", "tak ada", "", "", ""]]  # fmt: skip
    refused = go(store, tabs(("Rekap", rows)))
    assert refused.rows.rejected > 0
    result = go(store, tabs(("Rekap", rows)), Mapping.model_validate({**MAPPING, "blank": ["nihil", "Tak  ada"]}))  # fmt: skip
    assert result.rows.rejected == 0
    told = [n for n in result.notes if "menurut pemetaan" in n]
    assert told == [
        "Kegiatan: kolom “A.1”: 1 sel berisi “tak ada” dibaca kosong menurut pemetaan.",
        "Kegiatan: kolom “A.2 Mulai”: 1 sel berisi “NIHIL” dibaca kosong menurut pemetaan.",
        "Kegiatan: kolom “A.2 Selesai”: 1 sel berisi “nihil” dibaca kosong menurut pemetaan.",
    ]


def test_a_mapping_that_lacks_what_must_be_there_is_refused(store: Store):
    lacking = Mapping.model_validate({**MAPPING, "constants": {"flow": "A"}})
    with pytest.raises(ImportRefused, match="Lembar “Rekap”: pemetaannya belum menyebut Tahun"):
        go(store, recap(), lacking)


OTHER = ["Nomor", "Judul Kegiatan", "Satker", "A.1", "A.3"]


def three() -> SourceFile:
    also = [("Lain", "visible", [*TITLE, OTHER, [1, "Lain", "BBPOM Padang", D(2026, 2, 3), ""]]),
            ("Pivot", "visible", [["Uraian", "Banyaknya", "Bulan"], ["x", 3, "Mei"], ["y", 4, "Mei"]]),
            ("Februari", "visible", [*TITLE, NAMES, *FEB])]  # fmt: skip
    return SourceFile("rekap.xlsx", book([*TITLE, NAMES, *ROWS], "Januari", also=also))


def asked(store: Store, answers: Answers) -> list[str]:
    with pytest.raises(NeedsMapping) as question:
        importing.read(store, [three()], TODAY, answers=answers)
    return [t.tab.name for t in question.value.tables]


def test_each_table_is_asked_about_in_turn_or_skipped(store: Store):
    one = kept.answered(MAP, NAMES, "uji")
    told = {("rekap.xlsx", "Januari"): one}
    assert asked(store, Answers()) == ["Januari", "Lain", "Pivot", "Februari"]
    assert asked(store, Answers(told)) == ["Lain", "Pivot"], "one answer for tables of its headings"
    told[("rekap.xlsx", "Pivot")] = None
    assert asked(store, Answers(told)) == ["Lain"]
    told[("rekap.xlsx", "Lain")] = None
    parsed = importing.read(store, [three()], TODAY, answers=Answers(told))
    assert {h.place[1]: h.read for h in parsed.book.how} == {
        "Januari": True, "Februari": True, "Lain": False, "Pivot": False,
    }  # fmt: skip
    assert "Lembar “Pivot” tidak dibaca: Anda memilih melewatinya." in parsed.notes
    assert asked(store, Answers(told, anew=frozenset({("rekap.xlsx", "Januari")}))) == ["Januari"]


def test_beside_a_kept_table_others_are_told_and_can_be_asked_about(store: Store):
    kept.keep(store, "Rekap", MAP, NAMES, "uji")
    parsed = importing.read(store, [three()], TODAY)
    assert {h.place[1]: h.read for h in parsed.book.how} == {
        "Januari": True, "Februari": True, "Lain": False, "Pivot": False,
    }  # fmt: skip
    assert "Lembar “Lain”, “Pivot” tidak dikenal dan tidak dibaca." in parsed.notes
    assert asked(store, Answers(anew=frozenset({("rekap.xlsx", "Lain")}))) == ["Lain"]
    with pytest.raises(ImportRefused, match="Anda memilih melewatinya"):
        importing.read(store, [recap()], TODAY, answers=Answers({("rekap.xlsx", "Rekap"): None}))


def test_an_answer_for_one_years_tab_is_not_another_years(store: Store):
    names = NAMES
    first = [["REKAP TAHUN 2025"], [], names, act(1, "Lama", D(2025, 2, 3))]
    second = [["REKAP TAHUN 2026"], [], names, act(1, "Baru", D(2026, 2, 3))]
    file = SourceFile("dua.xlsx", book(first, "Satu", also=[("Dua", "visible", second)]))
    answer = kept.answered(MAP.model_copy(update={"constants": {"flow": "A", "year": "2025"}}), names, "u")  # fmt: skip
    with pytest.raises(
        NeedsMapping, match="Tahun 2025 menurut jawaban Anda untuk tabel lain, 2026"
    ):
        importing.read(store, [file], TODAY, answers=Answers({("dua.xlsx", "Satu"): answer}))
