"""Kalender: holidays and joint leave of a year, and the corrections staff enter."""

import datetime as dt

import pandas as pd
import streamlit as st

from pages.kit import filters, shell, tables, words
from sop_core import corrections
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.errors import Refused
from sop_core.indonesian import format_date
from sop_core.store import Store

KINDS = {
    "libur_nasional": "Libur nasional",
    "cuti_bersama": "Cuti bersama",
    "koreksi": "Koreksi",
}
COLUMNS = {"day": "Tanggal", "name": "Nama", "kind_name": "Jenis", "provisional": "Sementara"}


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


def correct(store: Store) -> None:
    """Enter and remove corrections; each needs a reason and a legal basis."""
    st.subheader("Koreksi")
    entered = store.entered_overrides()
    for row in entered:
        what = "menjadi hari kerja" if row.working else "menjadi hari libur"
        left, right = st.columns([5, 1])
        left.markdown(
            words.say(
                "**{}** {}: {} _({})_", format_date(row.day), what, row.reason, row.legal_basis
            )
        )
        if store.viewer.may("kalender") and right.button("Hapus", key=f"hapus_{row.day}"):
            corrections.withdraw(store, row.day)
            st.rerun()
    if not entered:
        st.caption("Belum ada koreksi. Pakai bila SKB berubah dan kalender belum mengikutinya.")
    if not store.viewer.may("kalender"):
        st.caption("Koreksi dimasukkan oleh Unit Kerja Pusat.")
        return
    with st.form("koreksi", clear_on_submit=True):
        day = st.date_input("Tanggal", format="DD/MM/YYYY", key="koreksi_tanggal")
        kind = st.selectbox("Menjadi", ["Hari libur", "Hari kerja"], placeholder="Pilih")
        reason = st.text_input("Alasan", placeholder="mis. Cuti bersama tambahan Idul Fitri")
        basis = st.text_input("Dasar hukum", placeholder="Nomor SKB atau keputusan")
        if st.form_submit_button("Simpan koreksi", type="primary"):
            try:
                corrections.correct(
                    store, day, kind == "Hari kerja", reason, basis, store.viewer.name
                )
            except Refused as error:
                st.error(words.refused(error))
            else:
                st.rerun()


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
        correct(store)


page()
