"""Years of a flow: which are open, and one opened or closed by hand after a look at what that does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.kit import effects, filters, tables, words
from pages.kit.rehearsal import Rehearsal
from sop_core import flows, years
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number, format_percent
from sop_core.store import Store
from sop_core.thresholds import OPENING_SHARE

CHANGE = Rehearsal("tahun_alur")
COLUMNS = {
    "flow": "Alur",
    "year": "Tahun",
    "state": "Keadaan",
    "since": "Sejak",
    "offices": "UPT berkegiatan",
    "activities": "Kegiatan",
    "entered_by": "Dibuka oleh",
    "reason": "Alasan",
}
BY_HAND, OPEN, CLOSED = "dibuka pusat", "terbuka", "belum terbuka"


@dataclass(frozen=True)
class Asked:
    """A year of a flow to open for a reason; without one it is closed again."""

    flow: str
    year: int
    reason: str | None = None


def draw(store: Store) -> None:
    """The whole part: the table for everyone, the rest for whoever may open a year."""
    st.subheader("Tahun alur")
    st.caption(
        f"Semua UPT wajib melaporkan suatu tahun begitu {format_percent(OPENING_SHARE)} dari mereka"
        " mencatat kegiatan alur itu, atau bila pusat membukanya."
    )
    scope = filters.scope()
    frame = years.listed(store)
    _table(frame, scope, store.has_demo_data)
    if not store.viewer.may("tahun"):
        st.caption("Tahun dibuka oleh Unit Kerja Pusat.")
        return
    _closing(frame)
    _form(scope.as_of)
    _examine(store, scope)


def _table(frame: pd.DataFrame, scope: Scope, demo: bool) -> None:
    if frame.empty:
        st.caption("Belum ada kegiatan dan belum ada tahun yang dibuka.")
        return
    shown = frame.assign(
        state=[
            BY_HAND if by_hand else OPEN if is_open else CLOSED
            for by_hand, is_open in zip(frame["by_hand"], frame["open"], strict=True)
        ],
        since=frame["opened_on"].where(~frame["by_hand"], frame["entered_at"]),
    )
    tables.plain(shown, COLUMNS, alt="Tahun alur", height=300)
    tables.export(shown, COLUMNS, "Tahun alur", scope, demo, "Tahun yang terbuka menurut alur")


def _closing(frame: pd.DataFrame) -> None:
    """A button for each year that was opened by hand; it leads to a preview."""
    for row in frame[frame["by_hand"]].to_dict("records"):
        left, right = st.columns([5, 1])
        left.markdown(
            words.say("**Alur {} tahun {}**, {}", row["flow"], row["year"], row["reason"])
        )
        if right.button("Tutup", key=f"tutup_{row['flow']}_{row['year']}"):
            CHANGE.ask(Asked(row["flow"], int(row["year"])))


def _form(as_of: dt.date) -> None:
    """The form of an opening, which needs a reason; it leads to a preview."""
    number = CHANGE.form
    choices = list(range(FIRST_YEAR, LAST_YEAR))
    with st.form(f"tahun_alur_{number}"):
        flow = st.selectbox("Alur", flows.CODES, key=f"tahun_alur_a_{number}", placeholder="Pilih")
        year = st.selectbox(
            "Tahun", choices, index=min(as_of.year - FIRST_YEAR, len(choices) - 1),
            key=f"tahun_alur_t_{number}", placeholder="Pilih",
        )  # fmt: skip
        reason = st.text_input("Alasan membuka", placeholder="mis. Diputuskan dalam rapat evaluasi")
        if st.form_submit_button("Pratinjau pembukaan", type="primary"):
            CHANGE.ask(Asked(str(flow), int(year), reason))


def _examine(store: Store, scope: Scope) -> None:
    """What the asked change does, and the button that makes it."""
    asked = CHANGE.asked
    if asked is None:
        return
    try:
        found = _rehearsed(store, asked, scope.as_of)
    except Refused as error:
        CHANGE.forget()
        st.error(words.refused(error))
        return
    opens = asked.reason is not None
    st.markdown("**Pratinjau tahun alur.** Belum ada yang diubah.")
    st.markdown(
        words.say(
            "Alur {} tahun {} {}: {}",
            asked.flow, asked.year, "dibuka" if opens else "ditutup kembali",
            _sentence(found, opens, scope.as_of),
        )
    )  # fmt: skip
    left, right = st.columns([2, 3], gap="medium")
    with left:
        effects.by_step(found.effects, scope)
    with right:
        about = f"Pratinjau alur {asked.flow} tahun {asked.year}"
        effects.flips(found.effects, scope, store.has_demo_data, about, "Akibat tahun alur")
    with st.container(horizontal=True):
        if st.button("Buka tahun" if opens else "Tutup tahun", type="primary"):
            _keep(store, asked)
        if st.button("Batal", key="batal_tahun"):
            CHANGE.start_over()


def _sentence(found: years.Preview, opens: bool, as_of: dt.date) -> str:
    """How many reports become owed, or cease to be, and how many of them are late."""
    more, less = (found.after, found.before) if opens else (found.before, found.after)
    changed, late, unknown = (
        getattr(more, name) - getattr(less, name) for name in ("reports", "late", "unknown")
    )
    verb = "menjadi terutang" if opens else "tidak lagi terutang"
    return (
        f"{format_number(changed)} laporan dan siklus {verb}; per {format_date(as_of)}"
        f" {format_number(late)} di antaranya terlambat dan {format_number(unknown)} tidak diketahui"
        " keadaannya."
    )


def _rehearsed(store: Store, asked: Asked, as_of: dt.date) -> years.Preview:
    """The effects of the asked change. Raises Refused."""

    def count() -> years.Preview:
        if asked.reason is None:
            return years.preview_closing(store, asked.flow, asked.year, as_of)
        return years.preview_opening(store, asked.flow, asked.year, asked.reason, as_of)

    return CHANGE.effects(store, asked, as_of, count)


def _keep(store: Store, asked: Asked) -> None:
    try:
        if asked.reason is None:
            years.close_year(store, asked.flow, asked.year)
        else:
            years.open_year(store, asked.flow, asked.year, asked.reason)
    except Refused as error:
        # Somebody else was quicker.
        st.error(words.refused(error))
        return
    CHANGE.done()
