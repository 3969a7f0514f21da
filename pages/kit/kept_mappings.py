"""Mappings that the reader's office keeps: listed, looked into, renamed, handed out, taken back."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from pages.kit import filters, handing, stating, tables, words
from sop_core.errors import Refused
from sop_core.importing.mapping import Kept, kept
from sop_core.importing.mapping.kept import LONGEST_NAME
from sop_core.importing.mapping.mapper import shared_by_all
from sop_core.store import Store

COLUMNS = {
    "name": "Nama",
    "sheet": "Lembar",
    "headings": "Judul kolom",
    "kept_by": "Disimpan oleh",
    "kept_at": "Pada",
}
_READ = {"column": "Kolom pada tabel", "target": "Dibaca sebagai"}


def numbers(store: Store) -> list[int | None]:
    """Those in force: what is read by them is read again when they change."""
    return [one.number for one in kept.in_force(store, store.viewer.unit)]


def manage(store: Store) -> None:
    """The list and, for each mapping in force, what can be done with it."""
    if not store.viewer.may("pemetaan"):
        return
    st.subheader("Pemetaan tersimpan")
    st.caption(
        "Tabel unit Anda yang judul kolomnya sama dibaca langsung dengan pemetaan ini; selalu"
        " disebut di pratinjau dengan pemetaan mana."
    )
    frame = kept.listed(store)
    frame = frame[frame["withdrawn_at"].isna()]
    if frame.empty:
        st.caption("Belum ada. Pemetaan disimpan saat Anda memberinya nama pada langkah pemetaan.")
        return
    tables.plain(frame, COLUMNS, alt="Pemetaan tersimpan", height=220)
    tables.export(
        frame, COLUMNS, "Pemetaan tersimpan", filters.scope(), store.has_demo_data,
        "Pemetaan kolom yang disimpan unit",
    )  # fmt: skip
    for one in kept.in_force(store, store.viewer.unit):
        box = st.expander(words.text(one.name), key=f"peta_{one.number}", on_change="rerun")
        if box.open:
            with box:
                _one(store, one)


def _one(store: Store, one: Kept) -> None:
    assert one.number is not None
    try:
        _content(one)
    except Refused as error:  # damaged: it can still be taken back
        st.error(words.refused(error))
    name = st.text_input(
        "Nama pemetaan", one.name, max_chars=LONGEST_NAME, key=f"peta_nama_{one.number}"
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        renamed = st.button("Ganti nama", key=f"peta_ganti_{one.number}")
        handing.button(
            "Unduh", partial(kept.as_json, store, one.number), f"pemetaan-{one.number}.json",
            "application/json", key=f"peta_unduh_{one.number}",
        )  # fmt: skip
        removed = st.button("Hapus", key=f"peta_hapus_{one.number}", icon=":material/delete:")
    try:
        if renamed:
            kept.change(store, one.number, store.viewer.name, name)
            st.session_state[stating.NEWS] = f"Pemetaan “{one.name}” kini bernama “{name.strip()}”."
        elif removed:
            kept.withdraw(store, one.number, store.viewer.name)
            st.session_state[stating.NEWS] = f"Pemetaan “{one.name}” dihapus dari daftar."
        else:
            return
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.rerun()


def _content(one: Kept) -> None:
    """What it reads as what, and what it adds to every row."""
    mapping = one.mapping
    fields = {c.field: c.name for c in mapping.contract.columns}
    rows = [
        {"column": key, "target": fields.get(target, target)}
        for key, target in mapping.columns.items()
        if target
    ]
    shared = shared_by_all(mapping)
    if shared:
        st.markdown(words.say("Sama untuk semua baris: **{}**.", shared))
    if mapping.blank:
        st.markdown(words.say("Dibaca kosong: {}.", ", ".join(mapping.blank)))
    tables.plain(pd.DataFrame(rows), _READ, alt="Arti kolom", height=260)
