"""A figure of the past that has changed since: by what, and what it was."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.kit import tables, words
from sop_core import evaluation, past
from sop_core.evaluation import Headline, Scope
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store

QUICK = 200_000
"""Facts up to which a past is made while the page is drawn; beyond, when it is asked for."""
FIGURES = {
    "overdue": "Terlambat",
    "open": "Langkah terbuka",
    "due_soon": "Segera jatuh tempo",
    "unknown": "Tidak diketahui",
    "on_time": "Selesai tepat waktu",
    "late": "Selesai terlambat",
}
COLUMNS = {"what": "Angka", "then": "Diketahui hari itu", "now": "Diketahui kini"}


def draw(store: Store, scope: Scope) -> None:
    """Below the heading of a past day: whether its figures are what was known on it."""
    if store.database.known_on is not None or scope.as_of >= today():
        return
    what = past.since(store, scope.as_of, scope.as_of, scope.units)
    if not what.anything:
        return
    with st.expander(
        words.say("Masuk sesudah {}: {}", format_date(scope.as_of), past.said(what)),
        icon=":material/update:",
    ):
        if store.facts() > QUICK and not st.button("Bandingkan dengan yang diketahui hari itu"):
            return
        known = past.known_on(store, scope.as_of)
        then, now = evaluation.headline(known, scope), evaluation.headline(store, scope)
        if then == now:
            st.caption("Angka pokoknya tetap sama.")
            return
        st.markdown(f"**Berubah sejak {format_date(scope.as_of)}.** Angka pokok yang berbeda:")
        tables.plain(changed(then, now), COLUMNS, alt="Angka yang berubah sejak hari itu")
        st.caption(
            "Pilih hari itu pada Seperti diketahui pada untuk melihat seluruh halaman seperti waktu"
            " itu."
        )


def changed(then: Headline, now: Headline) -> pd.DataFrame:
    """One row a figure that differs."""
    return pd.DataFrame(
        [
            {
                "what": label,
                "then": format_number(getattr(then, name)),
                "now": format_number(getattr(now, name)),
            }
            for name, label in FIGURES.items()
            if getattr(then, name) != getattr(now, name)
        ]
    )
