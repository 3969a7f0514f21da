"""What a change of the SOP or the calendar does to cases, as a preview shows it."""

from __future__ import annotations

import streamlit as st

from pages.kit import tables, words
from sop_core.effects import Effects
from sop_core.evaluation import STATUS_NAMES, Scope
from sop_core.indonesian import format_date, format_number

_BY_STEP = {
    "step": "Langkah",
    "due_moved": "Tenggat bergeser",
    "newly_late": "Menjadi terlambat",
    "no_longer_late": "Tidak lagi terlambat",
    "added": "Langkah bertambah",
    "gone": "Langkah hilang",
}
FIGURES = ("due_moved", "newly_late", "no_longer_late")
"""The counts that a preview heads with."""
_FLIPS = {
    "case_id": "ID",
    "step": "Langkah",
    "status_before": "Status sebelum",
    "status_after": "Status sesudah",
    "due_before": "Tenggat sebelum",
    "due": "Tenggat sesudah",
    "title": "Judul",
    "unit": "Unit",
}


def figures(found: Effects) -> list[tuple[str, int]]:
    """Label and count of steps of cases, for the metrics on top of a preview."""
    return [(_BY_STEP[name], found.total(name)) for name in FIGURES]


def by_step(found: Effects, scope: Scope) -> None:
    """Counts by step, as of the scope's date."""
    st.markdown(f"**Akibatnya per {format_date(scope.as_of)}**")
    if found.by_step.empty:
        st.caption("Tidak ada langkah kegiatan yang berubah tenggat atau keadaannya.")
        return
    happened = {
        name: title
        for name, title in _BY_STEP.items()
        if name not in ("added", "gone") or found.by_step[name].any()
    }
    tables.plain(found.by_step, happened, alt="Akibat pada langkah", height=300)


def flips(
    found: Effects, scope: Scope, demo: bool, about: str, name: str = "Langkah berubah status"
) -> None:
    """Every step of a case whose status becomes another, with its due date before and after.

    ``name`` of the export: one that no other on the page has.
    """
    st.markdown(words.say("**Langkah yang berubah status** · {}", format_number(len(found.flips))))
    if found.flips.empty:
        st.caption("Tidak ada langkah yang berubah status.")
        return
    frame = found.flips.assign(
        status_before=found.flips["status_before"].map(STATUS_NAMES),
        status_after=found.flips["status"].map(STATUS_NAMES),
    )
    tables.plain(frame, _FLIPS, alt="Langkah yang berubah status", height=360)
    tables.export(frame, _FLIPS, name, scope, demo, about)
