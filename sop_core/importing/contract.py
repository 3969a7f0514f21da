"""The spreadsheet contract: five sheets, their columns, and the names they go by."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

from sop_core import spelling

Kind = Literal[
    "id", "text", "lines", "date", "count", "norm", "year", "step", "yes_no", "flow", "unit", "choice",
]  # fmt: skip
GUIDE, LISTS = "Panduan", "Daftar"
"""The template's own sheets that hold no rows."""
ORIGIN, WHY, DOUBT = "Baris Asal", "Alasan Ditolak", "Peringatan"
"""Columns that the workbooks of refused and of doubtful rows add."""

NO_WHEN_BLANK = frozenset({"skipped", "joint_with_center"})
"""Fields of a yes/no column that is a mark: of a new row a blank is a no, and so it is where
blanks clear. Elsewhere a blank keeps the mark that is stored, like every other blank."""


@dataclasses.dataclass(frozen=True)
class Column:
    """One column: its Indonesian heading, the field it fills, and how a cell is read.

    ``choices`` maps each accepted value to other spellings of it; ``earliest`` is the first year
    a date may have. ``fact`` marks the date of what has happened, which cannot lie ahead: the
    words say while what the cell stays blank. ``most`` is the largest count, ``counted`` what a
    count may be of ("40 orang").
    """

    name: str
    field: str
    kind: Kind
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    closed: bool = True
    earliest: int = 2018
    fact: str = ""
    help: str = ""
    most: int = 10_000_000
    counted: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Sheet:
    """One sheet, the table it fills and the fields that make a row unique."""

    name: str
    table: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    synonyms: tuple[str, ...] = ()

    @property
    def required(self) -> list[Column]:
        """Columns without which a row means nothing."""
        return [c for c in self.columns if c.required]

    def column(self, name: str) -> Column:
        """The column of that field. Raises KeyError."""
        for c in self.columns:
            if c.field == name:
                return c
        raise KeyError(name)


STAKEHOLDERS = {
    "a": ("asosiasi pelaku usaha", "asosiasi"),
    "b": ("pelaku usaha", "umkm", "pelaku usaha umkm"),
    "c": ("kementerian/lembaga (k/l)", "kementerian/lembaga", "k/l", "kementerian"),
    "d": ("pemerintah daerah", "pemda"),
    "e": ("organisasi profesi",),
    "f": (
        "organisasi/komunitas sosial dan kemasyarakatan",
        "organisasi/komunitas sosial dan masyarakat",
        "komunitas sosial",
        "komunitas masyarakat",
    ),
    "g": ("komunitas pendidikan", "sekolah", "pendidikan"),
}
COMMODITIES = {
    "Pangan Olahan": ("pangan", "po", "pangan olahan (po)"),
    "Obat Tradisional": ("ot", "obat bahan alam", "jamu"),
    "Suplemen Kesehatan": ("sk", "suplemen"),
    "Kosmetik": ("kos", "kosmetika"),
    "Obat": ("obat-obatan",),
}

_OFFICE = ("unit", "upt", "unit kerja", "nama unit", "nama upt", "balai", "satker", "satuan kerja")
FLOW_NAMES = {
    "A": ("advokasi pemangku kepentingan", "advokasi"),
    "B": ("pembinaan dan pendampingan", "pembinaan", "pendampingan"),
    "C": ("pemberdayaan masyarakat", "pemberdayaan"),
    "D": (
        "pembentukan fasilitator keamanan pangan", "pembentukan fasilitator",
        "fasilitator keamanan pangan", "fasilitator",
    ),
}  # fmt: skip
"""The flows by the SOP's own names (data/sop) and by what offices shorten them to."""
NUMBERED = frozenset({"document_no", "competence_no", "recognition_no"})
"""Fields of text that hold a number somebody gave out: an office that has none yet writes so."""
PEOPLE = ("orang", "org", "jiwa")

KEGIATAN = Sheet(
    "Kegiatan",
    "activity",
    ("case_id",),
    (
        Column("ID Kegiatan", "case_id", "id", True, ("id", "kode kegiatan", "no kegiatan"),
               help="Kode unik kegiatan atau angkatan, mis. ADV-PDG-2026-014"),
        Column("Alur", "flow", "flow", True, ("kode alur", "jenis alur"),
               help="A Advokasi, B Pembinaan dan Pendampingan, C Pemberdayaan Masyarakat, D Fasilitator"),
        Column("Tahun", "year", "year", True, ("tahun anggaran", "ta", "tahun kegiatan", "thn"), help="Tahun kegiatan, mis. 2026"),
        Column("Kode Unit", "unit_code", "unit", True, _OFFICE,
               help="Kode atau nama Balai Besar/Balai/Loka, lihat lembar Daftar"),
        Column("Judul", "title", "text", True, ("judul kegiatan", "nama kegiatan", "kegiatan"),
               help="Judul kegiatan"),
        Column("Pemangku Kepentingan", "stakeholder", "choice", False, ("stakeholder", "sasaran"),
               STAKEHOLDERS, help="Huruf sesuai SOP A.1, lihat lembar Daftar"),
        Column("Komoditas", "commodity", "choice", False, ("komoditi", "produk", "jenis produk", "kelompok produk"),
               COMMODITIES, closed=False, help="Kelompok produk"),
        Column("Bentuk Kegiatan", "form", "text", False, ("bentuk", "metode"),
               help="FGD, audiensi, workshop, bimtek, konsultasi, pendampingan"),
        Column("Fungsi", "function", "choice", False, ("fungsi b",),
               {"fasilitator": ("fasilitasi",), "CAPA": ("corrective action",)},
               help="Hanya alur B: fasilitator atau CAPA (B.4)"),
        Column("Bersama Pusat", "joint_with_center", "yes_no", False, ("bersama unit pusat",),
               help="ya jika bersama Unit Kerja Pusat (B.7, C.5)"),
        Column("Sumber Usulan", "proposal_source", "text", False, ("usulan", "asal usulan"),
               help="Inisiasi unit atau permintaan pemangku kepentingan"),
        Column("Jumlah Peserta", "participants", "count", False, ("peserta",), help="Orang",
               counted=(*PEOPLE, "peserta")),
        Column("Jumlah Kader", "cadres", "count", False, ("kader",), help="Orang, hanya alur C",
               counted=(*PEOPLE, "kader")),
        Column("Lanjut Sertifikasi", "certification", "yes_no", False, ("sertifikasi",),
               help="Hanya alur D: ya bila pelatihan dilanjutkan dengan sertifikasi kompetensi"
               " (D.3 keterangan 3 dan 4); D.7 menunggu sertifikasi itu"),
    ),
    ("daftar kegiatan", "activities"),
)  # fmt: skip

LANGKAH = Sheet(
    "Langkah",
    "step_record",
    ("case_id", "step_no"),
    (
        Column("ID Kegiatan", "case_id", "id", True, ("id", "kode kegiatan", "no kegiatan"),
               help="ID pada lembar Kegiatan, atau A-2026-<kode unit> untuk laporan tahunan"),
        Column("No Langkah", "step_no", "step", True, ("langkah", "nomor langkah", "no. langkah", "step"),
               help="Nomor langkah pada alur, mis. 4"),
        Column("Tanggal Mulai", "started", "date", False, ("tgl mulai", "mulai")),
        Column("Tanggal Selesai", "finished", "date", False, ("tgl selesai", "selesai"),
               fact="langkah belum selesai"),
        Column("Nomor Dokumen", "document_no", "text", False, ("no dokumen", "nomor surat", "no surat"),
               help="Nomor dokumen keluaran; diminta bila menurut SOP keluaran langkah itu dokumen"
               " (laporan, rekap, sertifikat, disposisi), kecuali dokumennya diunggah sebagai bukti"),
        Column("Dilewati", "skipped", "yes_no", False, ("lewati", "skip"),
               help="ya hanya untuk langkah pilihan, lihat lembar Panduan"),
        Column("Alasan", "reason", "text", False, ("alasan dilewati",), help="Wajib bila dilewati"),
        Column("Keterangan", "remarks", "text", False, ("catatan", "ket")),
    ),
    ("langkah kegiatan", "tahapan", "steps"),
)  # fmt: skip

FASILITATOR = Sheet(
    "Fasilitator",
    "facilitator",
    ("facilitator_id",),
    (
        Column("ID Fasilitator", "facilitator_id", "id", True, ("no fasilitator", "kode fasilitator")),
        Column("Nama", "name", "text", True, ("nama fasilitator", "nama lengkap")),
        Column("Kode Unit", "unit_code", "unit", True, _OFFICE),
        Column("ID Kegiatan", "case_id", "id", False, ("id angkatan", "angkatan"),
               help="ID angkatan pada lembar Kegiatan (alur D)"),
        Column("Jenis", "kind", "choice", True, ("jenis fasilitator",),
               {"Keamanan Pangan": ("pangan", "kp"),
                "UMKM OT-Kosmetik": ("ot-kosmetik", "umkm ot kosmetik", "ot kos")}),
        Column("Tanggal Pelatihan", "trained_on", "date", False, ("tgl pelatihan",), earliest=2000,
               fact="belum"),
        Column("Lembaga", "institution", "text", False, ("lembaga pelatihan",)),
        Column("No Sertifikat Kompetensi", "competence_no", "text", False, ("no serkom",)),
        Column("Tanggal Sertifikat Kompetensi", "competence_on", "date", False,
               ("tgl sertifikat kompetensi",), earliest=2000, fact="belum"),
        Column("Berlaku Sampai", "valid_until", "date", False, ("masa berlaku",), earliest=2000),
        Column("Tanggal Pengajuan Pengakuan", "applied_on", "date", False, ("tgl pengajuan",), earliest=2000,
               fact="belum"),
        Column("No Sertifikat Pengakuan", "recognition_no", "text", False, ("no pengakuan",)),
        Column("Tanggal Pengesahan", "endorsed_on", "date", False, ("tgl pengesahan",), earliest=2000,
               fact="belum"),
        Column("Aktif", "active", "yes_no", False, ("status aktif",)),
    ),
    ("daftar fasilitator",),
)  # fmt: skip

TINDAK_LANJUT = Sheet(
    "Tindak Lanjut",
    "follow_up",
    ("case_id", "recommendation_no"),
    (
        Column("ID Kegiatan", "case_id", "id", True, ("id", "kode kegiatan")),
        Column("No Rekomendasi", "recommendation_no", "id", True, ("nomor rekomendasi", "no")),
        Column("Uraian", "description", "text", True, ("uraian rekomendasi", "rekomendasi")),
        Column("Unit Penanggung Jawab", "unit_code", "unit", False, ("penanggung jawab", "pj")),
        Column("Target Selesai", "target_on", "date", False, ("target", "tgl target")),
        Column("Tanggal Selesai", "finished_on", "date", False, ("tgl selesai", "selesai"),
               fact="belum selesai"),
        Column("Hasil", "outcome", "choice", False, ("hasil tindak lanjut",),
               {"optimal": (), "belum optimal": ("tidak optimal", "blm optimal")}),
    ),
    ("tl", "tindaklanjut"),
)  # fmt: skip

TARGET = Sheet(
    "Target",
    "target",
    ("year", "unit_code", "flow"),
    (
        Column("Tahun", "year", "year", True, ("tahun anggaran", "ta", "tahun kegiatan", "thn")),
        Column("Kode Unit", "unit_code", "unit", True, _OFFICE),
        Column("Alur", "flow", "flow", True, ("kode alur",)),
        Column("Jumlah Kegiatan", "activities", "count", False, ("target kegiatan",),
               counted=("kegiatan",)),
        Column("Jumlah Fasilitator", "facilitators", "count", False, ("target fasilitator",),
               counted=(*PEOPLE, "fasilitator")),
        Column("Jumlah Pelaku Usaha Didampingi", "businesses", "count", False, ("pelaku usaha didampingi",),
               counted=("pelaku usaha", "umkm")),
    ),
    ("target tahunan",),
)  # fmt: skip

SHEETS = (KEGIATAN, LANGKAH, FASILITATOR, TINDAK_LANJUT, TARGET)
DEMO_SHEET = "Data Demo"
"""A workbook with a sheet of this name holds invented data and is labelled so."""
DEMO_PREFIX = "DEMO-"


def with_stakeholders(column: Column, names: Mapping[str, str]) -> Column:
    """The column as it reads where the SOP's revisions name more stakeholder kinds."""
    if column.field != "stakeholder":
        return column
    more = {letter: (name.lower(), *STAKEHOLDERS.get(letter, ())) for letter, name in names.items()}
    return dataclasses.replace(column, choices={**column.choices, **more})


def sheet_by_name(name: str, sheets: Sequence[Sheet] = SHEETS) -> Sheet | None:
    """The sheet that a tab or file of this name stands for."""
    wanted = spelling.heading(name)
    for sheet in sheets:
        if wanted in {spelling.heading(n) for n in (sheet.name, *sheet.synonyms)}:
            return sheet
    return None
