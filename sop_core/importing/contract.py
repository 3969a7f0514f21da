"""The spreadsheet contract: five sheets, their columns, and the names they go by."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Literal

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

    ``choices`` maps each accepted value to other spellings of it; ``earliest`` is the
    first year a date may have.
    """

    name: str
    field: str
    kind: Kind
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: dict[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    closed: bool = True
    earliest: int = 2018
    help: str = ""


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

KEGIATAN = Sheet(
    "Kegiatan",
    "activity",
    ("case_id",),
    (
        Column("ID Kegiatan", "case_id", "id", True, ("id", "kode kegiatan", "no kegiatan"),
               help="Kode unik kegiatan atau angkatan, mis. ADV-PDG-2026-014"),
        Column("Alur", "flow", "flow", True, ("kode alur", "jenis alur"),
               help="A Advokasi, B Pembinaan dan Pendampingan, C Pemberdayaan Masyarakat, D Fasilitator"),
        Column("Tahun", "year", "year", True, ("tahun anggaran", "ta"), help="Tahun kegiatan, mis. 2026"),
        Column("Kode Unit", "unit_code", "unit", True, ("unit", "upt", "nama unit", "balai", "satker"),
               help="Kode atau nama Balai Besar/Balai/Loka, lihat lembar Daftar"),
        Column("Judul", "title", "text", True, ("judul kegiatan", "nama kegiatan", "kegiatan"),
               help="Judul kegiatan"),
        Column("Pemangku Kepentingan", "stakeholder", "choice", False, ("stakeholder", "sasaran"),
               STAKEHOLDERS, help="Huruf sesuai SOP A.1, lihat lembar Daftar"),
        Column("Komoditas", "commodity", "choice", False, ("produk", "jenis produk", "kelompok produk"),
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
        Column("Jumlah Peserta", "participants", "count", False, ("peserta",), help="Orang"),
        Column("Jumlah Kader", "cadres", "count", False, ("kader",), help="Orang, hanya alur C"),
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
        Column("Tanggal Selesai", "finished", "date", False, ("tgl selesai", "selesai")),
        Column("Nomor Dokumen", "document_no", "text", False, ("no dokumen", "nomor surat", "no surat"),
               help="Nomor dokumen keluaran"),
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
        Column("Kode Unit", "unit_code", "unit", True, ("unit", "upt", "nama unit", "balai", "satker")),
        Column("ID Kegiatan", "case_id", "id", False, ("id angkatan", "angkatan"),
               help="ID angkatan pada lembar Kegiatan (alur D)"),
        Column("Jenis", "kind", "choice", True, ("jenis fasilitator",),
               {"Keamanan Pangan": ("pangan", "kp"),
                "UMKM OT-Kosmetik": ("ot-kosmetik", "umkm ot kosmetik", "ot kos")}),
        Column("Tanggal Pelatihan", "trained_on", "date", False, ("tgl pelatihan",), earliest=2000),
        Column("Lembaga", "institution", "text", False, ("lembaga pelatihan",)),
        Column("No Sertifikat Kompetensi", "competence_no", "text", False, ("no serkom",)),
        Column("Tanggal Sertifikat Kompetensi", "competence_on", "date", False,
               ("tgl sertifikat kompetensi",), earliest=2000),
        Column("Berlaku Sampai", "valid_until", "date", False, ("masa berlaku",), earliest=2000),
        Column("Tanggal Pengajuan Pengakuan", "applied_on", "date", False, ("tgl pengajuan",), earliest=2000),
        Column("No Sertifikat Pengakuan", "recognition_no", "text", False, ("no pengakuan",)),
        Column("Tanggal Pengesahan", "endorsed_on", "date", False, ("tgl pengesahan",), earliest=2000),
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
        Column("Tanggal Selesai", "finished_on", "date", False, ("tgl selesai", "selesai")),
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
        Column("Tahun", "year", "year", True, ("tahun anggaran",)),
        Column("Kode Unit", "unit_code", "unit", True, ("unit", "upt", "nama unit", "balai", "satker")),
        Column("Alur", "flow", "flow", True, ("kode alur",)),
        Column("Jumlah Kegiatan", "activities", "count", False, ("target kegiatan",)),
        Column("Jumlah Fasilitator", "facilitators", "count", False, ("target fasilitator",)),
        Column("Jumlah Pelaku Usaha Didampingi", "businesses", "count", False, ("pelaku usaha didampingi",)),
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


def normalise_heading(text: str) -> str:
    """Headings match without regard to case, spaces, NBSP, underscores or dots."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\s_.*:\-]+", "", plain)


def sheet_by_name(name: str, sheets: Sequence[Sheet] = SHEETS) -> Sheet | None:
    """The sheet that a tab or file of this name stands for."""
    wanted = normalise_heading(name)
    for sheet in sheets:
        if wanted in {normalise_heading(n) for n in (sheet.name, *sheet.synonyms)}:
            return sheet
    return None


def match_headings(sheet: Sheet, headings: list[str]) -> dict[int, Column]:
    """Which column of the contract each position holds; exact names win over synonyms."""
    found: dict[int, Column] = {}
    taken: set[str] = set()
    normal = [normalise_heading(h) for h in headings]
    for accept_synonyms in (False, True):
        for column in sheet.columns:
            if column.field in taken:
                continue
            names = column.synonyms if accept_synonyms else (column.name,)
            wanted = {normalise_heading(n) for n in names}
            for position, heading in enumerate(normal):
                if position not in found and heading in wanted:
                    found[position] = column
                    taken.add(column.field)
                    break
    return found
