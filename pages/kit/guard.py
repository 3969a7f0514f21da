"""What a reader may not open: a page for other roles, a link outside their offices.

What they may not *see* is held back in sop_core; this tells them in words, and keeps it.
"""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from pages.kit import filters, words
from pages.kit.navigation import ROLES_OF, TITLES, hold_back, lead_home
from sop_core import region
from sop_core.recommendations import unit_of
from sop_core.store import Store

_UNITS = ("wilayah", "unit", "unit_kerja")


def check(store: Store, page: str) -> None:
    """Stop at a page for other roles, and at a link to another office, its case or proposal."""
    hold_back(store.viewer, page)
    if store.viewer.role not in ROLES_OF[page]:
        refuse(store, f"halaman {page}", f"Halaman {TITLES[page]} bukan untuk peran Anda.")
    if store.viewer.units is None:
        return
    for name in _UNITS:
        for written in st.query_params.get_all(name):
            code = store.unit_finder().find(written)
            if code is not None and not store.viewer.sees(code):
                refuse(store, f"{name}={written}", f"{written} di luar kewenangan Anda.")
    case = st.query_params.get("kasus")
    if case and region.case_head(store, case, filters.scope().as_of) is None:
        refuse(store, f"kasus={case}", f"Kasus {case} tidak ada dalam kewenangan Anda.")
    proposal = st.query_params.get("usulan")
    if proposal and not store.viewer.sees(unit_of(proposal)):
        refuse(store, f"usulan={proposal}", "Rekomendasi itu di luar kewenangan Anda.")


def refuse(store: Store, subject: str, message: str) -> NoReturn:
    """A plain refusal; the page goes no further."""
    st.title("Tidak berwenang")
    st.error(words.refused(store.refusal("akses", subject, message)), icon=":material/block:")
    if st.button("Ke halaman awal"):
        st.query_params.clear()
        lead_home(store.viewer)
    st.stop()
