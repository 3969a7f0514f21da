"""The sheets of the workbook in which staff write a revision of the SOP."""

from __future__ import annotations

from typing import get_args

from sop_core.definition import ProductGroup
from sop_core.importing.contract import Column, Sheet
from sop_core.indonesian import MONTHS
from sop_core.revisions import words


def _choices(names: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names, ())


REVISION = Sheet(
    "Revisi", "revision", ("revision",),
    (
        Column("Kode SOP", "code", "text", True),
        Column("Nomor Revisi", "revision", "text", True, ("revisi", "no revisi")),
        Column("Judul", "title", "text", True),
        Column("Tanggal Pembuatan", "created", "date", True, earliest=2000),
        Column("Tanggal Revisi", "revised", "date", True, earliest=2000),
        Column("Berlaku Mulai", "effective", "date", True, ("tanggal efektif",), earliest=2000,
               help="Kegiatan yang mulai pada atau sesudah hari ini dinilai menurut revisi ini"),
        Column("Tanggal Batas Siklus", "latest_day", "count", True,
               help="Siklus nasional dibuka paling lambat tanggal ini pada tahun berikutnya"),
        Column("Bulan Batas Siklus", "latest_month", "choice", True, choices=dict.fromkeys(MONTHS, ())),
    ),
)  # fmt: skip
FLOWS = Sheet(
    "Alur", "flows", ("id",),
    (
        Column("Alur", "id", "flow", True),
        Column("Nama", "name", "text", True),
        Column("Siklus Nasional", "national_period", "choice", True, choices=_choices(words.PERIODS)),
    ),
)  # fmt: skip
STAKEHOLDERS = Sheet(
    "Pemangku Kepentingan", "stakeholders", ("letter",),
    (Column("Huruf", "letter", "text", True), Column("Nama", "name", "text", True)),
)  # fmt: skip
STEPS = Sheet(
    "Langkah SOP", "steps", ("flow", "no"),
    (
        Column("Alur", "flow", "flow", True),
        Column("No", "no", "step", True),
        Column("Tingkat", "level", "choice", True, choices=_choices(words.LEVELS)),
        Column("Tonggak", "milestone", "choice", choices=_choices(words.STEPS),
               help="Langkah yang dicari aplikasi menurut artinya, berapa pun nomornya"),
        Column("Aktivitas", "activity", "text", True),
        Column("Kelengkapan", "inputs", "text", True),
        Column("Norma HK", "sla_days", "norm", False, ("waktu", "norma"), help="Kosong atau N/A: tanpa norma"),
        Column("Dihitung Dari", "counted_from", "choice", False, ("hitungan", "dihitung dari"),
               _choices(words.COUNTING),
               help="; ".join(f"{word}: dari {said}" for word, said in words.COUNTING_NAMES.items())
               + ". Kosong: seperti langkah berbunyi sama pada revisi bawaan"),
        Column("Dasar Hitungan", "counted_reason", "text", help="Mengapa dihitung dari situ"),
        Column("Batas Tanggal", "deadline_day_after_quarter", "count",
               help="Hari pada bulan sesudah triwulan (D.8)"),
        Column("Output", "output", "text", True),
        Column("Penerima", "recipient", "text", help="Kepada siapa output disampaikan; kosong bila SOP tidak menyebut"),
        Column("Pelaksana", "performers", "lines", True,
               help=f"Satu per baris: {', '.join(words.PERFORMERS)}"),
        Column("Dasar Pelaksana", "performers_source", "choice", True, choices=_choices(words.SOURCES)),
        Column("Keterangan", "remarks", "lines", help="Satu keterangan per baris (Alt+Enter)"),
        Column("Pilihan", "optional", "yes_no", help="ya bila langkah boleh dilewati"),
        Column("Dasar Pilihan", "optional_reason", "text"),
        Column("Mensyaratkan", "requires", "text", help="Nomor langkah yang harus selesai, mis. 4; 5"),
        Column("Letak", "place", "text", True, help="Letak pada dokumen, mis. A.1, hal. 6"),
    ),
)  # fmt: skip
ROUTING = Sheet(
    "Penerusan", "routing", ("steps", "text"),
    (
        Column("Langkah", "steps", "text", True, help="Kode langkah, mis. A.4; A.7"),
        Column("Jenis", "kind", "choice", True, choices=_choices(words.ROUTES)),
        Column("Jenis Unit", "unit_kind", "choice", choices=_choices(words.KINDS)),
        Column("Bersama Pusat", "joint", "yes_no"),
        Column("Fungsi", "function", "choice", choices={"fasilitator": (), "CAPA": ()}),
        Column("Kelompok Produk", "product", "choice", choices=_choices(dict.fromkeys(get_args(ProductGroup), ""))),
        Column("Sertifikasi", "certification", "yes_no"),
        Column("Tujuan", "targets", "text", help="Kode unit, KOORDINATOR, atau UNIT_KERJA_PUSAT"),
        Column("Bunyi", "text", "text", True),
        Column("Letak", "place", "text", True),
    ),
)  # fmt: skip
SHEETS = (REVISION, FLOWS, STAKEHOLDERS, STEPS, ROUTING)
