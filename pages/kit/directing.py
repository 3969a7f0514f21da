"""Disposisi on a year's rekap: which one waits, put on the first screen; what was directed, and the form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from pages.kit import filters, news, tables, words
from sop_core import directions
from sop_core.directions import LONGEST
from sop_core.errors import Refused
from sop_core.evaluation import STATUS_NAMES
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store

NEWS = "kabar_arahan"
COLUMNS = {
    "flow": "Alur",
    "year": "Tahun",
    "summarised_on": "Rekap masuk",
    "summary_no": "Nomor rekap",
    "due": "Tenggat",
    "status_name": "Status",
    "directed_on": "Disposisi",
    "document_no": "Nomor disposisi",
    "direction": "Arahan",
}
_SHOWN = 3
"""Rekaps that the first screen names, the longest late first; the rest are counted."""


def waiting(store: Store, as_of: dt.date) -> None:
    """For the first screen: the rekaps that wait for the PPTM, each with its deadline and a way there."""
    found = directions.waiting(store, as_of)
    if found.empty:
        return
    whose = "Anda" if store.viewer.may(directions.ACTION) else "pimpinan"
    with st.container(border=True):
        st.markdown(
            words.say(
                ":material/assignment_late: **Menunggu disposisi {} ({})**", whose, format_number(len(found))
            )
        )  # fmt: skip
        for row in found.head(_SHOWN).to_dict("records"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(words.say("{}.", sentence(directions.said(row))))
                if st.button(
                    "Buka", key=f"buka_arahan_{row['case_id']}", icon=":material/arrow_forward:"
                ):
                    st.switch_page("pages/rekomendasi.py", query_params={"rekap": row["case_id"]})
        if len(found) > _SHOWN:
            st.caption(
                words.say(
                    "Dan {} rekap lainnya; lihat halaman Rekomendasi.",
                    format_number(len(found) - _SHOWN),
                )
            )


def sentence(said: str) -> str:
    """What ``directions.said`` or ``awaited`` says, begun as a sentence is."""
    return said[0].upper() + said[1:]


def panel(store: Store, as_of: dt.date, scope_demo: bool) -> None:
    """On Rekomendasi: one rekap with what was directed on it, the form for it, and all of them."""
    news.told(NEWS, ":material/gavel:")
    found = directions.cycles(store, as_of)
    if found.empty:
        return
    waits = int(found["waits"].sum())
    rows = {str(r["case_id"]): r for r in found.to_dict("records")}
    with st.expander(
        "**Disposisi atas rekap**"
        + (words.say(" ({} menunggu)", format_number(waits)) if waits else ""),
        icon=":material/gavel:", expanded=bool(waits) or "rekap" in st.query_params, key="panel_arahan",
    ):  # fmt: skip
        # By their ids: what the address holds is what the box shows.
        chosen = st.selectbox(
            "Rekap", list(rows), key="rekap", bind="query-params", placeholder="Pilih"
        )
        if chosen:
            _one(store, rows[str(chosen)])
        if len(rows) > 1 and st.toggle("Tampilkan semua rekap", key="semua_rekap"):
            _every(found, as_of, scope_demo)


def _one(store: Store, row: dict[Hashable, Any]) -> None:
    st.markdown(words.say("{}.", sentence(directions.said(row))))
    held = _text(row["direction"])
    if not row["waits"]:
        st.markdown(
            words.say("Nomor {}: {}", _text(row["document_no"]) or "–", held or "tanpa arahan tertulis")
        )  # fmt: skip
    if store.database.present is not None or not store.viewer.may(directions.ACTION):
        return
    if filters.scope().as_of < today():
        st.caption("Disposisi diberikan, diubah, dan ditarik bila tanggal acuannya hari ini.")
        return
    if pd.isna(row["summarised_on"]):
        st.caption("Rekapnya belum tercatat masuk; arahan dapat diubah sesudahnya.")
        return
    _form(store, row, held)


def _form(store: Store, row: dict[Hashable, Any], held: str) -> None:
    """One that was said by mistake is corrected here, or taken back."""
    case_id, came = str(row["case_id"]), row["summarised_on"].date()
    said_on = None if pd.isna(row["directed_on"]) else row["directed_on"].date()
    with st.form(f"arahan_{case_id}", border=False):
        left, right = st.columns(2)
        # An import keeps a disposisi of before its rekap, with a warning; here it is put right.
        day = left.date_input(
            "Tanggal disposisi", max(said_on or today(), came), format="DD/MM/YYYY", min_value=came,
            max_value=max(today(), came),
        )  # fmt: skip
        number = right.text_input(
            "Nomor disposisi", "" if row["waits"] else _text(row["document_no"]), max_chars=200
        )
        text = st.text_area(
            "Arahan", "" if row["waits"] else held, max_chars=LONGEST, height=90,
            placeholder="Masukan dan arahan atas pelaksanaan kegiatan",
        )  # fmt: skip
        sent = st.form_submit_button(
            "Simpan arahan" if row["waits"] else "Simpan perubahan", type="primary",
            icon=":material/gavel:",
        )  # fmt: skip
    if sent:
        shown = {
            "finished": said_on,
            "document_no": _text(row["document_no"]),
            "remarks": _text(row["direction"]),
        }
        _say(store, row, (text, number, day), shown)
    if not row["waits"] and directions.own_batch(store, case_id) is not None:
        _offer_back(store, case_id, row)


def _say(
    store: Store, row: dict[Hashable, Any], typed: tuple[str, str, Any], shown: dict[str, Any]
) -> None:
    text, number, day = typed
    try:
        directions.direct(store, str(row["case_id"]), text, number, day, shown=shown)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state[NEWS] = (
        f"Disposisi atas rekap alur {row['flow']} tahun {row['year']} tersimpan; langkah {row['step']}"
        " tercatat selesai."
    )
    st.rerun()


def _offer_back(store: Store, case_id: str, row: dict[Hashable, Any]) -> None:
    if not st.button("Tarik disposisi", icon=":material/undo:", key=f"tarik_arahan_{case_id}"):
        return
    try:
        directions.take_back(store, case_id)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state[NEWS] = (
        f"Disposisi terakhir atas rekap alur {row['flow']} tahun {row['year']} ditarik."
    )
    st.rerun()


def _every(found: pd.DataFrame, as_of: dt.date, demo: bool) -> None:
    shown = found.assign(status_name=found["status"].map(STATUS_NAMES))
    tables.plain(shown, COLUMNS, alt="Disposisi atas rekap", height=280)
    scope = filters.scope()
    tables.export(
        shown, COLUMNS, "Disposisi", scope, demo, f"Disposisi atas rekap per {format_date(as_of)}"
    )


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
