"""What is handed out as open data: a table each, with the meaning of every column.

Nobody's name, identity number or certificate number is asked for, nor what people wrote freely
(remarks, reasons, plans, forms of activity); of a person there are days alone. Ids and titles of
activities are as their office typed them. A column is one entry
here; a test holds that each has one.
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_core.evaluation import SCOPED, STANDING, STATUS_NAMES
from sop_core.facilitators import PEOPLE as ALL_PEOPLE
from sop_core.facilitators import STATE_NAMES as PEOPLE_NAMES
from sop_core.followups import SCOPED as FOLLOW_UPS
from sop_core.followups import STATUS_NAMES as FOLLOW_UP_NAMES

HK, PEOPLE, ACTIVITIES = "HK", "orang", "kegiatan"


@dataclass(frozen=True)
class Field:
    """One column: its name, what it means, its unit of measure, and the SOP's place."""

    name: str
    meaning: str
    unit: str = ""
    place: str = ""


@dataclass(frozen=True)
class Dataset:
    """One table: the name of its file, what a row is, the question, and its columns in order.

    The question binds what ``facilitators.parameters`` gives: a scope, and people of any kind.
    """

    name: str
    about: str
    sql: str
    fields: tuple[Field, ...]


def _words(names: dict[str, str]) -> str:
    return "; ".join(f"{word}: {name}" for word, name in names.items())


_CASE = Field(
    "id_kasus", "ID kegiatan seperti diketik unit, laporan tahunan unit, atau siklus nasional"
)
_FLOW = Field("alur", "A advokasi, B pembinaan dan pendampingan, C pemberdayaan, D fasilitator")
_YEAR = Field("tahun", "Tahun kegiatan")
_OFFICE = Field("kode_unit", "Kode unit pemilik (lihat unit)")

DATASETS = (
    Dataset(
        "kasus",
        "Satu baris satu kegiatan, laporan tahunan unit, atau siklus nasional.",
        f"""
        SELECT s.case_id, s.level, s.flow, s.year, c.quarter, s.unit_code, c.title, c.stakeholder,
            c.commodity, a.function, a.joint_with_center, a.participants, a.cadres,
            c.revision, c.judged, s.flow || '.' || s.stands_at, s.status, s.due,
            s.days_late::INTEGER, s.started, s.finished, s.done_steps::INTEGER, s.steps::INTEGER
        FROM {STANDING} s JOIN sop_case c USING (case_id) LEFT JOIN activity a USING (case_id)
        WHERE ($product::VARCHAR IS NULL OR c.commodity = $product) ORDER BY s.case_id
        """,  # noqa: S608 - our own names
        (
            _CASE,
            Field("tingkat", "activity: kegiatan; unit_year: laporan tahunan unit; national_cycle: siklus nasional"),
            _FLOW, _YEAR, Field("triwulan", "Triwulan siklus nasional alur D", place="D.8"), _OFFICE,
            Field("judul", "Judul kegiatan seperti diketik unit"),
            Field("pemangku_kepentingan", "Huruf pemangku kepentingan menurut SOP", place="A.1"),
            Field("komoditas", "Kelompok produk"),
            Field("fungsi", "Fasilitator atau CAPA", place="B.4"),
            Field("bersama_pusat", "Dilaksanakan bersama Unit Kerja Pusat; false juga bila tidak disebut", place="B.7"),
            Field("jumlah_peserta", "Peserta kegiatan", PEOPLE), Field("jumlah_kader", "Kader yang dibentuk", PEOPLE, "C.3"),
            Field("revisi_sop", "Revisi SOP yang menilai kasus ini"),
            Field("dinilai", "Apakah norma SOP berlaku baginya; sebelum SOP berlaku tidak"),
            Field("langkah_kini", "Langkah pertama yang belum selesai; kosong bila semua selesai"),
            Field("status_kini", f"Status langkah itu. {_words(STATUS_NAMES)}"),
            Field("tenggat", "Tenggat langkah itu"),
            Field("terlambat_hk", "Keterlambatan terlama di antara langkahnya yang terlambat", HK),
            Field("mulai", "Hari pertama: mulai yang dicatat, atau hari ke-0 langkah pertamanya"), Field("selesai", "Hari selesai terakhir yang tercatat"),
            Field("langkah_selesai", "Langkah yang selesai", "langkah"), Field("jumlah_langkah", "Langkah yang dimilikinya", "langkah"),
        ),
    ),
    Dataset(
        "langkah",
        "Satu baris satu langkah dari satu kasus, menurut keadaan pada tanggal acuan.",
        f"""
        SELECT s.case_id, s.flow, s.flow || '.' || s.step_no, s.level, s.year, s.unit_code,
            s.sla_days, s.owed_on, s.counted_on, s.start_rule,
            CASE WHEN r.started <= $as_of THEN r.started END, s.due, s.due_rule,
            s.provisional, s.finished, s.days_used::INTEGER, s.days_late::INTEGER,
            s.days_waited::INTEGER, s.status, s.judged, s.late,
            CASE WHEN s.done THEN trim(coalesce(r.document_no, '')) <> '' END
        FROM {SCOPED} s LEFT JOIN step_record r ON r.case_id = s.case_id AND r.step_no = s.step_no
        ORDER BY s.case_id, s.step_no
        """,  # noqa: S608
        (
            _CASE, _FLOW, Field("langkah", "Kode langkah pada SOP, misalnya A.4"),
            Field("tingkat", "activity, unit_year, atau national_cycle (lihat kasus)"), _YEAR, _OFFICE,
            Field("norma_hk", "Mutu baku waktu; kosong bila N/A", HK),
            Field("terutang_sejak", "Hari langkah sebelumnya selesai atau kasusnya dibuka"),
            Field("dihitung_sejak", "Hari ke-0 bagi norma"),
            Field("dasar_hitung", "tercatat: mulai yang dicatat; langkah_sebelumnya; pembukaan"),
            Field("mulai", "Hari mulai yang dicatat; kosong bila tidak dicatat"), Field("tenggat", "Hari terakhir yang tepat waktu"),
            Field("dasar_tenggat", "hari_kerja, atau tanggal yang ditetapkan SOP", place="D.8"),
            Field("tenggat_sementara", "Tenggat bergantung pada hari libur yang belum ditetapkan SKB"),
            Field("selesai", "Hari selesai"),
            Field("terpakai_hk", "Hari kerja sesudah hari ke-0 sampai dengan selesai, atau sampai tanggal acuan", HK),
            Field("terlambat_hk", "Hari kerja lewat tenggat", HK),
            Field("menunggu_hk", "Hari kerja sejak terutang sampai mulai yang dicatat, atau sampai tanggal acuan", HK),
            Field("status", _words(STATUS_NAMES)),
            Field("dinilai", "Ikut dihitung dalam bagian tepat waktu"),
            Field("terlambat", "Selesai terlambat, atau belum selesai lewat tenggat"),
            Field("bernomor_dokumen", "Nomor dokumen keluarannya tercatat; kosong bila belum selesai"),
        ),
    ),
    Dataset(
        "tindak_lanjut",
        "Satu baris satu rekomendasi yang lahir dari suatu kegiatan (A.5, B.5, C.4), tanpa uraiannya.",
        f"""
        SELECT case_id, recommendation_no, flow, year, case_unit, unit_code, stakeholder, commodity,
            held_on, target_on, finished_on, status, days_used::INTEGER, days_late::INTEGER
        FROM ({FOLLOW_UPS}) ORDER BY case_id, recommendation_no
        """,  # noqa: S608
        (
            _CASE, Field("no_rekomendasi", "Nomor rekomendasi pada kegiatan itu"), _FLOW, _YEAR,
            Field("kode_unit_kegiatan", "Unit yang melaksanakan kegiatannya"),
            Field("kode_unit", "Unit penanggung jawab tindak lanjutnya"),
            Field("pemangku_kepentingan", "Huruf pemangku kepentingan kegiatannya", place="A.1"),
            Field("komoditas", "Kelompok produk"),
            Field("dilaksanakan", "Hari kegiatannya selesai dilaksanakan"),
            Field("target_selesai", "Hari yang dijanjikan"), Field("selesai", "Hari selesai"),
            Field("status", _words(FOLLOW_UP_NAMES)),
            Field("terpakai_hk", "Hari kerja sejak kegiatan", HK),
            Field("terlambat_hk", "Hari kerja lewat target", HK),
        ),
    ),
    Dataset(
        "fasilitator",
        "Satu baris satu orang seperti pada halaman Fasilitator, dari semua tahun; tanpa nama, nomor induk, dan nomor sertifikatnya.",
        f"""
        SELECT p.unit_code, p.case_id, p.kind, p.trained_on, p.competence_on, p.valid_until,
            p.applied_on, p.endorsed_on, p.state, p.active
        FROM ({ALL_PEOPLE}) p WHERE $flow::VARCHAR IS NULL OR $flow = 'D'
        ORDER BY ALL
        """,  # noqa: S608
        (
            _OFFICE, Field("id_kasus", "Angkatannya; kosong bila tidak dicatat"),
            Field("jenis", "Jenis fasilitator", place="D.1"),
            Field("dilatih", "Tanggal pelatihan", place="D.3"),
            Field("bersertifikat", "Tanggal sertifikat kompetensi", place="D.4"),
            Field("berlaku_sampai", "Akhir berlakunya sertifikat kompetensi"),
            Field("diajukan", "Tanggal pengajuan pengakuan", place="D.5"),
            Field("disahkan", "Tanggal pengesahan", place="D.6"),
            Field("keadaan", _words(PEOPLE_NAMES)),
            Field("aktif", "Masih aktif menurut unitnya"),
        ),
    ),
    Dataset(
        "target",
        "Satu baris target satu unit pada satu alur dan tahun.",
        """
        SELECT unit_code, flow, year, activities, facilitators, businesses FROM target
        WHERE ($units::VARCHAR[] IS NULL OR list_contains($units, unit_code))
            AND ($year::INTEGER IS NULL OR year = $year) AND ($flow::VARCHAR IS NULL OR flow = $flow)
        ORDER BY ALL
        """,
        (
            _OFFICE, _FLOW, _YEAR, Field("kegiatan", "Target kegiatan", ACTIVITIES),
            Field("fasilitator", "Target fasilitator", PEOPLE),
            Field("pelaku_usaha", "Target pelaku usaha yang didampingi", "pelaku usaha"),
        ),
    ),
    Dataset(
        "unit",
        "Satu baris satu unit menurut daftar yang berlaku pada tanggal acuan, dan sampai kapan datanya.",
        """
        SELECT u.code, u.name, u.kind, u.province, u.city, u.coordinator_code, u.timezone, h.until
        FROM unit_as_of($as_of) u LEFT JOIN office_horizon h ON h.unit_code = u.code
        WHERE $units::VARCHAR[] IS NULL OR list_contains($units, u.code) ORDER BY u.code
        """,
        (
            Field("kode_unit", "Kode unit"), Field("nama", "Nama unit"),
            Field("jenis", "balai_besar, balai, loka, pusat, atau nasional"),
            Field("provinsi", "Provinsi"), Field("kota", "Kabupaten atau kota"),
            Field("kode_koordinator", "Balai yang mengoordinasikan Loka ini"),
            Field("zona_waktu", "WIB, WITA, atau WIT"),
            Field("data_sampai", "Hari sampai kapan unit menyatakan keadaannya"),
        ),
    ),
    Dataset(
        "langkah_sop",
        "Satu baris satu langkah dari satu revisi SOP.",
        """
        SELECT revision, flow, step_no, level, activity, sla_days, counted_from, deadline_day, optional
        FROM sop_step WHERE ($flow::VARCHAR IS NULL OR flow = $flow) ORDER BY revision, flow, step_no
        """,
        (
            Field("revisi_sop", "Nomor revisi"), _FLOW, Field("no_langkah", "Nomor langkah pada alurnya"),
            Field("tingkat", "activity, unit_year, atau national_cycle (lihat kasus)"),
            Field("kegiatan", "Bunyi langkah menurut SOP"), Field("norma_hk", "Mutu baku waktu; kosong bila N/A", HK),
            Field("dihitung_dari", "mulai: hari mulai yang dicatat; pemicu: selesainya langkah sebelumnya"),
            Field("batas_tanggal", "Tanggal dalam bulan sesudah triwulan", place="D.8"),
            Field("pilihan", "Langkah yang tidak wajib", place="D.4-D.6"),
        ),
    ),
)  # fmt: skip
