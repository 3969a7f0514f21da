"""The SOP's 37 steps against the product: who owes what to whom, and where each is shown.

``sop_core/README.md`` holds the table, which ``pantau sop --table`` prints of any revision.
"""

from __future__ import annotations

from dataclasses import dataclass

from sop_core.definition import Revision, Step
from sop_core.revisions import words

NOTHING = "SOP tidak menyebut"
INFERRED = "*"
"""Behind a performer that is inferred from the SOP's wording."""
HEADINGS = ("Langkah", "Pelaksana", "Pemicu", "Kelengkapan", "Output", "Penerima", "Terutang", "Selesai", "Terlambat", "Kurang")  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """Where a reader sees that a step is owed, done, late, or lacks something."""

    owed: str
    done: str
    late: str
    missing: str


_LEVELS = {
    "activity": Shown(
        "Wilayah: kasus; Catat; templat terisi", "Wilayah: kasus", "Terlambat; Nasional; Wilayah",
        "Wilayah: selesai tanpa dokumen",
    ),
    "unit_year": Shown(
        "Nasional: laporan tahunan unit; Wilayah", "Nasional: masuk", "Nasional: yang belum masuk; Terlambat; surat pengingat",
        "Wilayah: selesai tanpa dokumen",
    ),
    "national_cycle": Shown(
        "Wilayah: siklus nasional; Catat", "Wilayah: siklus nasional", "Terlambat; Nasional: peringkat",
        "Wilayah: selesai tanpa dokumen",
    ),
}  # fmt: skip
_MILESTONES = {
    "directed": Shown(
        "Nasional: menunggu disposisi; Rekomendasi; pantau direction", "Rekomendasi: disposisi atas rekap",
        "Nasional: menunggu disposisi; Terlambat", "Wilayah: selesai tanpa dokumen",
    ),
    "quarter_report": Shown(
        "Fasilitator: laporan triwulan", "Fasilitator: laporan triwulan", "Fasilitator; Terlambat",
        "Fasilitator: angkatan belum lengkap",
    ),
}  # fmt: skip


def shown(step: Step) -> Shown:
    """Where the product shows a step; what it lacks only where its output is a document."""
    found = _MILESTONES.get(step.milestone or "") or _LEVELS[step.level]
    if step.output_is_document or step.milestone == "quarter_report":
        return found
    return Shown(found.owed, found.done, found.late, "bukan dokumen")


def table(revision: Revision) -> str:
    """The table as Markdown, a row a step, every cell filled."""
    lines = [f"| {' | '.join(HEADINGS)} |", "|---" * len(HEADINGS) + "|"]
    for step in revision.steps:
        where = shown(step)
        names = ", ".join(words.word(words.PERFORMERS, p) for p in step.performers)
        cells = (
            step.code,
            names + (INFERRED if step.performers_source == "inferred" else ""),
            step.counted_reason or NOTHING,
            step.inputs,
            step.output,
            step.recipient or NOTHING,
            where.owed,
            where.done,
            "tanpa norma (N/A)" if step.sla_days is None else where.late,
            where.missing,
        )
        lines.append(f"| {' | '.join(c.replace('|', '/') for c in cells)} |")
    return "\n".join(lines)
