"""Kalender: days off, corrections of them, and years of flows; looked at before they are kept."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from pages.kit import effects, filters, flow_years, shell, tables, words
from pages.kit.rehearsal import Rehearsal
from sop_core import corrections
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.effects import Effects
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store

KINDS = {
    "libur_nasional": "Libur nasional",
    "cuti_bersama": "Cuti bersama",
    "koreksi": "Koreksi",
}
BECOMES = {True: "menjadi hari kerja", False: "menjadi hari libur"}
CORRECTION = Rehearsal("koreksi")
COLUMNS = {"day": "Tanggal", "name": "Nama", "kind_name": "Jenis", "provisional": "Sementara"}


@dataclass(frozen=True)
class Asked:
    """A change of one day to look at; without ``working`` its correction is withdrawn."""

    day: dt.date
    working: bool | None = None
    reason: str = ""
    basis: str = ""


def holidays(store: Store, year: int, demo: bool) -> None:
    """The year's days off."""
    days = store.calendar().holidays_between(dt.date(year, 1, 1), dt.date(year, 12, 31))
    frame = pd.DataFrame([vars(d) for d in days])
    frame["day"] = pd.to_datetime(frame["day"])
    frame["kind_name"] = frame["kind"].map(KINDS)
    if not (frame["kind"] == "cuti_bersama").any():
        st.warning(
            f"SKB {words.text(year)} belum diketahui: cuti bersama belum ada dan tanggal hari raya perkiraan."
            " Tenggat yang bergantung padanya ditandai sementara."
        )
    tables.plain(frame, COLUMNS, alt=f"Hari libur dan cuti bersama {year}", height=420)
    tables.export(frame, COLUMNS, f"Hari libur {year}", filters.scope(), demo, "Hari libur")


def corrections_of(store: Store) -> None:
    """The corrections in force; each may be withdrawn, after a look at what that does."""
    st.subheader("Koreksi")
    entered = store.entered_overrides()
    for row in entered:
        left, right = st.columns([5, 1])
        left.markdown(
            words.say(
                "**{}** {}: {} _({})_",
                format_date(row.day), BECOMES[row.working], row.reason, row.legal_basis,
            )
        )  # fmt: skip
        if store.viewer.may("kalender") and right.button("Hapus", key=f"hapus_{row.day}"):
            CORRECTION.ask(Asked(row.day))
    if not entered:
        st.caption("Belum ada koreksi. Pakai bila SKB berubah dan kalender belum mengikutinya.")


def enter(store: Store) -> None:
    """The form of a correction, which needs a reason and a legal basis; it leads to a preview."""
    if not store.viewer.may("kalender"):
        st.caption("Koreksi dimasukkan oleh Unit Kerja Pusat.")
        return
    number = CORRECTION.form
    with st.form(f"koreksi_{number}"):
        day = st.date_input(
            "Tanggal", value=today(), format="DD/MM/YYYY", key=f"koreksi_tanggal_{number}"
        )
        kind = st.selectbox("Menjadi", ["Hari libur", "Hari kerja"], placeholder="Pilih")
        reason = st.text_input("Alasan", placeholder="mis. Cuti bersama tambahan Idul Fitri")
        basis = st.text_input("Dasar hukum", placeholder="Nomor SKB atau keputusan")
        if st.form_submit_button("Pratinjau koreksi", type="primary"):
            CORRECTION.ask(Asked(day, kind == "Hari kerja", reason, basis))


def examine(store: Store, scope: Scope, demo: bool) -> None:
    """What the asked change of the calendar does to cases, and the button that keeps it."""
    asked = CORRECTION.asked
    if asked is None or not store.viewer.may("kalender"):
        return
    try:
        found = rehearsed(store, asked, scope.as_of)
    except Refused as error:
        CORRECTION.forget()
        st.error(words.refused(error))
        return
    st.subheader("Pratinjau")
    st.markdown(
        words.say("**{}**: koreksinya dihapus. Belum ada yang diubah.", format_date(asked.day))
        if asked.working is None
        else words.say(
            "**{}** {}: {} _({})_. Belum ada yang disimpan.",
            format_date(asked.day), BECOMES[asked.working], asked.reason, asked.basis,
        )
    )  # fmt: skip
    for column, (label, value) in zip(st.columns(3), effects.figures(found), strict=True):
        column.metric(words.text(label), format_number(value), border=True)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        effects.by_step(found, scope)
    with right:
        effects.flips(found, scope, demo, f"Pratinjau koreksi kalender {asked.day}")
    with st.container(horizontal=True):
        if st.button(
            "Hapus koreksi" if asked.working is None else "Simpan koreksi", type="primary"
        ):
            keep(store, asked)
        if st.button("Batal"):
            CORRECTION.start_over()


def rehearsed(store: Store, asked: Asked, as_of: dt.date) -> Effects:
    """The effects of the asked change. Raises Refused."""

    def count() -> Effects:
        if asked.working is None:
            return corrections.preview_withdrawal(store, asked.day, as_of)
        return corrections.preview(
            store, asked.day, asked.working, asked.reason, asked.basis, as_of
        )

    return CORRECTION.effects(store, asked, as_of, count)


def keep(store: Store, asked: Asked) -> None:
    """Make the change that was looked at."""
    if asked.working is None:
        corrections.withdraw(store, asked.day)
    else:
        corrections.correct(
            store, asked.day, asked.working, asked.reason, asked.basis, store.viewer.name
        )
    CORRECTION.done()


def page() -> None:
    """Draw the page."""
    store = shell.store("kalender")
    st.caption(
        "Hari kerja: Senin sampai Jumat, kurang libur nasional dan cuti bersama menurut SKB."
    )
    as_of = filters.scope().as_of
    years = list(range(FIRST_YEAR, LAST_YEAR + 1))
    year = st.selectbox(
        "Tahun",
        years,
        index=years.index(as_of.year),
        key="tahun_kalender",
        bind="query-params",
        placeholder="Pilih",
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.subheader(f"Hari libur {words.text(year)}")
        holidays(store, int(year), store.has_demo_data)
    with right:
        corrections_of(store)
        enter(store)
    examine(store, filters.scope(), store.has_demo_data)
    flow_years.draw(store)


page()
