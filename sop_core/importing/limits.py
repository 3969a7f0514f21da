"""How large a file may be that is read, each limit with what is said of a file past it.

Made for sheets of 300,000 rows in .xlsx and of 1,000,000 in CSV, eight columns wide, with
room above. What these do not see (a lying zip, a sheet whose rows are out of order) is
stopped by the limits of the process that reads (JOB).
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_core.confined import Limits
from sop_core.exporting import LONGEST_CELL

JOB = Limits(memory=2560, seconds=90, answer=768)
"""Of the process that reads one file: MiB of address space, seconds, MiB of answer."""
TRIAL = Limits(memory=512, seconds=10, answer=1)
"""Of the process that tries a TOML file."""
LISTED = 1_000
"""Problems that are named one by one; the rest are counted by kind."""
SHOWN = 300
"""Characters of a cell that are shown beside its reason."""
NOTED = 100
"""Names of a kind that are told one by one; a file may spell an office in a million ways."""
SUGGESTIONS = 200
"""Distinct unknown names, a column, for which the nearest known one is looked up: it costs
milliseconds each, and nobody reads more."""
SUGGESTED_LENGTH = 100
"""Characters of a name for which the nearest known one is looked up."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Limit:
    """The largest number allowed, and the words for one that is larger.

    The words may name {name} of the file, {found}, {most}, {sheet}, {cell} and {line}.
    """

    most: int
    message: str


LIMITS = {
    "files": Limit(50, "{found} berkas sekaligus; paling banyak {most}. Unggah bertahap."),
    "file_bytes": Limit(
        200 * MIB,
        "Berkas {name} terlalu besar ({found} bita; paling besar {most})."
        " Pecah menjadi beberapa berkas.",
    ),
    "all_bytes": Limit(
        300 * MIB,
        "Semua berkas bersama terlalu besar ({found} bita; paling besar {most}). Unggah bertahap.",
    ),
    "toml_bytes": Limit(
        256 * 1024, "Berkas {name} terlalu besar untuk revisi SOP ({found} bita; paling besar {most})."
    ),
    "entries": Limit(
        2_000,
        "Berkas {name} berisi {found} bagian; paling banyak {most}."
        " Salin tabelnya ke buku kerja baru, lalu unggah lagi.",
    ),
    "unpacked": Limit(
        600 * MIB,
        "Isi berkas {name} terlalu besar setelah dibuka ({found} bita; paling besar {most})."
        " Pecah menjadi beberapa berkas atau simpan sebagai CSV.",
    ),
    "ratio": Limit(
        200,
        "Isi berkas {name} {found} kali ukurannya (paling banyak {most} kali), tidak seperti buku"
        " kerja biasa. Salin tabelnya ke buku kerja baru, lalu unggah lagi.",
    ),
    "sheets": Limit(
        200,
        "Berkas {name} berisi {found} lembar; paling banyak {most}. Hapus lembar yang tidak perlu.",
    ),
    "rows": Limit(
        1_050_000,
        "Lembar {sheet} sampai baris {found}; paling banyak {most} baris."
        " Hapus baris kosong di luar tabel atau pecah berkasnya.",
    ),
    "columns": Limit(
        1_000,
        "Lembar {sheet} sampai kolom ke-{found}; paling banyak {most} kolom."
        " Hapus kolom di luar tabel; pada CSV, periksa juga pemisah kolomnya.",
    ),
    "cells": Limit(
        16_000_000,
        "Berkas {name} meliputi {found} sel; paling banyak {most}."
        " Hapus baris dan kolom kosong di luar tabel atau pecah berkasnya.",
    ),
    "far": Limit(
        0,
        "Berkas {name}: sel {cell} pada lembar {sheet} jauh di luar tabel; hapus baris dan kolom"
        " kosong di luar tabel, simpan, lalu unggah lagi.",
    ),
    "field": Limit(
        131_072,
        "Berkas {name}, baris {line}: satu sel lebih dari {most} karakter;"
        " periksa tanda kutip (\") yang tidak ditutup.",
    ),
    "lines": Limit(
        200,
        "Berkas {name}, baris {line}: tanda kutip (\") tidak ditutup, sehingga baris-baris"
        " sesudahnya terbaca sebagai satu sel. Tutup atau hapus tanda kutip itu.",
    ),
    "text": Limit(
        400_000_000,
        "Lembar {sheet} memuat {found} karakter; paling banyak {most}."
        " Pendekkan teks yang berulang atau pecah berkasnya.",
    ),
    # Of one cell that is kept: it refuses its row, not the file.
    "cell": Limit(
        LONGEST_CELL,
        "teks terlalu panjang untuk satu sel Excel; {found} karakter, paling banyak {most}",
    ),
}  # fmt: skip


def refusal(key: str, found: int, **told: object) -> str | None:
    """The words for a number past its limit; None if it is within."""
    limit = LIMITS[key]
    if found <= limit.most:
        return None
    return limit.message.format(found=_thousands(found), most=_thousands(limit.most), **told)


def for_job() -> dict[str, list[object]]:
    """The limits as plain values, as the reading job takes them."""
    return {key: [limit.most, limit.message] for key, limit in LIMITS.items()}


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")
