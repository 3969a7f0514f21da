"""The words by which staff write an SOP revision, and what each stands for in the model."""

from __future__ import annotations

from sop_core.coherence import MILESTONES

LEVELS = {
    "kegiatan": "activity",
    "tahunan unit": "unit_year",
    "siklus nasional": "national_cycle",
}
PERFORMERS = {
    "Unit Kerja Pusat": "unit_kerja_pusat",
    "UPT BPOM": "upt",
    "Kepala BPOM": "kepala_bpom",
    "Pejabat Pimpinan Tinggi Madya": "pptm",
    "PPSDM": "ppsdm",
}
SOURCES = {"tertulis": "stated", "disimpulkan": "inferred"}
COUNTING = {"mulai": "mulai", "pemicu": "pemicu"}
"""From what a norm is counted: the recorded start, or the step before (the opening)."""
COUNTING_NAMES = {
    "mulai": "tanggal mulai yang tercatat, bila tidak ada selesainya langkah sebelumnya",
    "pemicu": "selesainya langkah sebelumnya atau pembukaan, apa pun tanggal mulainya",
}
"""The same for whoever reads it, by the word."""
PERIODS = {"tahun": "year", "triwulan": "quarter"}
ROUTES = {
    "penerima": "recipient",
    "keluaran": "output",
    "pelaksana": "performer",
    "langkah berikutnya": "next_step",
}
KINDS = {
    "Balai Besar": "balai_besar",
    "Balai": "balai",
    "Loka": "loka",
    "Unit Kerja Pusat": "pusat",
}
STEPS = {name: key for key, name in MILESTONES.items()}


def word(names: dict[str, str], value: str) -> str:
    """The word that stands for a value of the model. Raises KeyError."""
    return {v: k for k, v in names.items()}[value]
