"""Rows against rows and the store: each bad input with its reason."""

import datetime as dt

import pytest

from sop_core import importing
from sop_core.importing import Preview, SourceFile
from sop_core.store import Store
from sop_core.upkeep import doctor
from tests.builders import TODAY, load, look, workbook

D = dt.date
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Desa Pangan Aman Padang"]
FKP = ["FKP-1", "D", 2025, "BPOM-BGR", "Angkatan 1 fasilitator keamanan pangan Bogor"]
GOOD = ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]


def reasons(result: Preview) -> list[tuple[str, int, str, str]]:
    return [(p.sheet, p.row, p.column, p.message) for p in result.problems]


@pytest.mark.parametrize(
    ("step", "column", "reason"),
    [
        (["TIDAK-ADA", 1], "ID Kegiatan", "kegiatan tidak ada di lembar Kegiatan maupun di basis data"),
        (["A-2025-BBPOM-XXX", 7], "ID Kegiatan", "kegiatan tidak ada"),
        (["D-2025-TW5", 8], "ID Kegiatan", "kegiatan tidak ada"),
        (["D-2025-BBPOM-PDG", 8], "ID Kegiatan", "kegiatan tidak ada"),
        (["ADV-1", 11], "No Langkah", "alur A hanya sampai langkah 10"),
        (["ADV-1", 7], "No Langkah", "langkah A.7 bukan bagian dari kegiatan (langkah 1–6)"),
        (["A-2025-BBPOM-PDG", 3], "No Langkah", "bukan bagian dari laporan tahunan unit (langkah 7–7)"),
        (["D-2025-TW1", 7], "No Langkah", "bukan bagian dari siklus nasional (langkah 8–9)"),
        (["ADV-1", "empat"], "No Langkah", "harus bilangan bulat"),
        (["ADV-1", "X.3"], "No Langkah", "alur X tidak dikenal; harus A, B, C, atau D"),
        (["ADV-1", None], "No Langkah", "wajib diisi"),
        (["ADV-1", 2, D(2025, 4, 2), D(2025, 4, 1)], "Tanggal Selesai", "selesai 1 April 2025 mendahului mulai 2 April 2025"),
        (["ADV-1", 2, None, D(2206, 4, 1)], "Tanggal Selesai", "tahun 2206 di luar rentang"),
        (["ADV-1", 2, "31/02/2026"], "Tanggal Mulai", "Februari 2026 hanya 28 hari"),
        (["ADV-1", 2, None, D(2026, 12, 1)], "Tanggal Selesai", "1 Desember 2026 belum terjadi"),
        (["ADV-1", 2, None, None, None, "ya", "tidak perlu"], "Dilewati", "langkah A.2 wajib dan tidak boleh dilewati"),
        (["FKP-1", 4, None, None, None, "ya"], "Alasan", "langkah dilewati wajib beralasan"),
        (["FKP-1", 4, None, None, None, "mungkin"], "Dilewati", "harus ya atau tidak"),
    ],
)  # fmt: skip
def test_bad_steps(unchanged: Store, step, column, reason):
    result = look(unchanged, Kegiatan=[ADV, FKP], Langkah=[GOOD, step])
    assert len(result.problems) == 1
    sheet, row, where, why = reasons(result)[0]
    assert (sheet, row, where) == ("Langkah", 3, column)
    assert reason in why
    assert (result.rows.new, result.rows.rejected) == (3, 1)


@pytest.mark.parametrize("step", [["TIDAK-ADA", 1], ["ADV-1", "empat"], ["ADV-1", 11]])
def test_only_the_good_step_is_kept(store: Store, step):
    result = load(store, Kegiatan=[ADV, FKP], Langkah=[GOOD, step])
    assert (len(result.problems), result.rows.new) == (1, 3)
    assert store.one("SELECT count(*) FROM step_record") == 1


@pytest.mark.parametrize(
    ("activity", "column", "reason"),
    [
        (["X", "E", 2025, "BBPOM-PDG", "Judul"], "Alur", "alur tidak dikenal"),
        (["X", "A", 2025, "BPOM-XYZ", "Judul"], "Kode Unit", "unit tidak dikenal"),
        (["X", "A", 2025, "BB Padnag", "Judul"], "Kode Unit", "mungkin maksud Anda Balai Besar POM di Padang"),
        (["X", "A", 2025, "NASIONAL", "Judul"], "Kode Unit", "unit tidak dikenal"),
        (["X", "A", 1998, "BBPOM-PDG", "Judul"], "Tahun", "harus antara 2018 dan 2027"),
        (["X", "A", 2025, "BBPOM-PDG", "  "], "Judul", "wajib diisi"),
        (["A-2025-BBPOM-PDG", "A", 2025, "BBPOM-PDG", "Judul"], "ID Kegiatan", "dicadangkan"),
        (["A-2025-NASIONAL", "A", 2025, "BBPOM-PDG", "Judul"], "ID Kegiatan", "dicadangkan"),
    ],
)  # fmt: skip
def test_bad_activities(unchanged: Store, activity, column, reason):
    result = look(unchanged, Kegiatan=[ADV, activity])
    assert [(p.row, p.column) for p in result.problems] == [(3, column)]
    assert reason in result.problems[0].message


def test_steps_of_a_refused_activity_say_so(store: Store):
    result = load(
        store, Kegiatan=[["X", "A", 2025, "entah", "Judul"]], Langkah=[["X", 1, D(2025, 3, 3)]]
    )
    assert result.problems[1].message == "kegiatannya ditolak (lembar Kegiatan baris 2)"


def test_two_rows_for_one_step_that_disagree(store: Store):
    other = ["ADV-1", 1, D(2025, 3, 4), D(2025, 3, 14)]
    result = load(store, Kegiatan=[ADV], Langkah=[GOOD, other])
    assert [p.row for p in result.problems] == [2, 3]
    assert "baris 2, 3 memuat langkah yang sama dengan isi berbeda" in result.problems[0].message
    assert store.one("SELECT count(*) FROM step_record") == 0


def test_the_same_row_twice_is_one_row(store: Store):
    result = load(store, Kegiatan=[ADV], Langkah=[GOOD, GOOD])
    assert (result.rows.new, result.rows.unchanged, result.rows.rejected) == (2, 1, 0)
    assert store.one("SELECT count(*) FROM step_record") == 1


def test_d5_needs_the_certificate_of_d4(store: Store):
    skip = ["FKP-1", 4, None, None, None, "ya", "Tidak dianggarkan"]
    result = load(store, Kegiatan=[FKP], Langkah=[skip, ["FKP-1", 5, D(2025, 6, 2)]])
    assert result.problems[0].message == "langkah D.5 mensyaratkan D.4, yang dilewati"
    again = load(store, Langkah=[["FKP-1", 5, D(2025, 6, 2)]])
    assert again.problems[0].message == "langkah D.5 mensyaratkan D.4, yang dilewati", (
        "also across files"
    )


def test_an_order_that_cannot_be_is_told_and_kept(store: Store):
    """Neither the step that came too early nor, later, the one before it is refused."""
    early = load(store, Kegiatan=[ADV], Langkah=[GOOD, ["ADV-1", 2, None, D(2025, 3, 10)]])
    assert (early.rows.rejected, [w.row for w in early.warnings]) == (0, [3])
    late = load(store, Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 4, 14)]])
    assert (late.rows.rejected, [w.row for w in late.warnings]) == (0, [2])
    assert store.one("SELECT finished FROM step_record WHERE step_no = 1") == D(2025, 4, 14)


def test_overlap_is_allowed_where_the_start_is_recorded(store: Store):
    result = load(
        store, Kegiatan=[ADV], Langkah=[GOOD, ["ADV-1", 2, D(2025, 3, 10), D(2025, 3, 12)]]
    )
    assert result.rows.rejected == 0


def test_function_belongs_to_flow_b(store: Store):
    names = {"Kegiatan": ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Fungsi"]}
    book = workbook(names, Kegiatan=[[*ADV, "CAPA"]])
    result = importing.import_files(store, [SourceFile("a.xlsx", book)], "uji", today=TODAY)
    assert result.problems[0].message == "hanya diisi untuk alur B (SOP B.4)"


FASILITATOR = [
    "F-1",
    "Sekar Laksmana",
    "BPOM-BGR",
    "FKP-1",
    "Keamanan Pangan",
    D(2025, 3, 3),
    "PPSDM POM",
]


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (["SK-1", D(2025, 2, 1)], "sertifikat kompetensi mendahului pelatihan 3 Maret 2025"),
        (["SK-1", D(2025, 4, 1), D(2025, 3, 1)], "berlaku sampai mendahului"),
        ([None, None, None, D(2025, 5, 1)], "pengakuan mensyaratkan sertifikat kompetensi"),
        (["SK-1", D(2025, 4, 1), D(2028, 4, 1), D(2025, 3, 20)], "pengajuan mendahului sertifikat"),
        (["SK-1", D(2025, 4, 1), D(2028, 4, 1), None, "PF-1", D(2025, 6, 1)], "disahkan tanpa tanggal pengajuan"),
        (["SK-1", D(2025, 4, 1), D(2028, 4, 1), D(2025, 6, 2), "PF-1", D(2025, 6, 1)], "pengesahan mendahului pengajuan"),
    ],
)  # fmt: skip
def test_contradictions_in_a_facilitator(unchanged: Store, rest, reason):
    result = look(unchanged, Kegiatan=[FKP], Fasilitator=[FASILITATOR + rest])
    assert reason in result.problems[0].message


@pytest.mark.parametrize(
    ("case", "to", "rows", "refused"),
    [
        (ADV, "B", {"Langkah": [GOOD]}, True),
        (FKP, "A", {"Fasilitator": [FASILITATOR]}, True),
        (ADV, "D", {"Tindak_Lanjut": [["ADV-1", "1", "Melanjutkan pendampingan"]]}, True),
        # Nothing on record would come to mean something else.
        (ADV, "B", {"Tindak_Lanjut": [["ADV-1", "1", "Melanjutkan pendampingan"]]}, False),
        (ADV, "D", {}, False),
        (FKP, "A", {}, False),
    ],
)
@pytest.mark.slow
def test_what_hangs_on_an_activity_holds_its_flow(store: Store, case, to, rows, refused):
    assert not load(store, Kegiatan=[case], **rows).problems
    moved = load(store, Kegiatan=[[case[0], to, *case[2:]]])
    said = f"kegiatan ini sudah tercatat pada alur {case[1]}; alur tidak dapat diganti"
    assert reasons(moved) == ([("Kegiatan", 2, "Alur", said)] if refused else [])
    assert doctor(store) == []


def test_facilitators_belong_to_flow_d_and_follow_ups_do_not(store: Store):
    result = load(
        store,
        Kegiatan=[ADV, FKP],
        Fasilitator=[[*FASILITATOR[:3], "ADV-1", *FASILITATOR[4:]]],
        Tindak_Lanjut=[["FKP-1", "1", "Melanjutkan pendampingan"]],
    )
    assert [p.message for p in result.problems] == [
        "bukan angkatan fasilitator (alur A, seharusnya D)",
        "alur D tidak menghasilkan rekomendasi tindak lanjut",
    ]


@pytest.mark.parametrize(("today", "refused"), [(D(2024, 12, 31), 1), (D(2025, 1, 1), 0)])
def test_the_years_of_generated_cases_go_by_the_day_that_is_given(store: Store, today, refused):
    """Not by the server's day: at one in the morning of New Year's Day in Jakarta it is old year there."""
    book = workbook(Langkah=[["A-2026-BBPOM-PDG", 7, D(2026, 1, 5)]])
    result = importing.import_files(store, [SourceFile("a.xlsx", book)], "uji", today=today)
    assert result.rows.rejected == refused
