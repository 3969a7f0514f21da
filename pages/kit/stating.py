"""Up to which day an office's data are complete: said with a file, without one, and taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.kit import filters, tables, words
from sop_core import silence, statements
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.importing import Preview
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store

NEWS = "kabar"
"""In the tab's state: what was done, told on top of the page's next run."""
UNTIL_HELP = (
    "Sampai hari apa berkas ini memuat keadaan unit. Langkah yang jatuh tempo sesudahnya tidak"
    " dibaca terlambat, melainkan tidak diketahui keadaannya."
)
COLUMNS = {
    "until": "Data s.d.",
    "unit": "Unit",
    "stated_by": "Dinyatakan oleh",
    "stated_at": "Pada",
    "basis": "Dasar",
    "withdrawn": "Ditarik",
}
_OFFERED = 20
"""Statements without a file that can be taken back here, the newest first."""


def own_status(store: Store) -> None:
    """Up to when the reader's own office has spoken, and what it leaves unknown."""
    if store.viewer.unit is None:
        return
    scope = Scope(filters.scope().as_of, units=(store.viewer.unit,))
    rows = silence.data_status(store, scope).to_dict("records")
    if rows:
        st.markdown(words.join("  \n", map(_status, rows)))


def _status(row: Mapping[Hashable, Any]) -> words.Markdown:
    spoke = not pd.isna(row["until"])
    head = f"Data unit Anda s.d. {format_date(row['until'])}" if spoke else (
        "Unit Anda belum pernah menyatakan datanya"
    )  # fmt: skip
    since = "jatuh tempo sesudahnya" if spoke else "sudah jatuh tempo"
    if not row["unknown"]:
        return words.say("**{}**; tidak ada langkah yang {}.", head, since)
    count = format_number(row["unknown"])
    return words.say("**{}**; {} langkah {} dan tidak diketahui keadaannya.", head, count, since)


def day(label: str, key: str, help_text: str) -> dt.date:
    """A day up to today in Jakarta, by default today."""
    chosen = st.date_input(
        words.text(label), value=today(), max_value=today(), format="DD/MM/YYYY", key=key,
        help=words.text(help_text),
    )  # fmt: skip
    return chosen if isinstance(chosen, dt.date) else today()


def spoken(result: Preview) -> str:
    """Of how many offices more is known by an upload; empty where nothing more is."""
    if not result.spoken_for or result.until is None:
        return ""
    return statements.said(len(result.spoken_for), result.until)


def declare(store: Store) -> None:
    """An office says without a file that its records are complete up to a day."""
    st.subheader("Tidak ada yang baru?")
    st.caption(
        "Nyatakan tanpa berkas bahwa catatan unit sudah lengkap sampai suatu hari, agar diamnya"
        " tidak dibaca sebagai tidak diketahui."
    )
    names = {u.name: u.code for u in statements.offices(store, today())}
    own = next((n for n, code in names.items() if code == store.viewer.unit), None)
    with st.form("pernyataan", border=False), st.container(horizontal=True, vertical_alignment="bottom"):  # fmt: skip
        if len(names) > 1:
            choices = list(names)
            name = st.selectbox(
                "Unit", choices, index=choices.index(own) if own else None,
                key="pernyataan_unit", placeholder="Pilih",
            )  # fmt: skip
        else:
            name = own
        until = day("Lengkap s.d.", "pernyataan_sampai", "Paling akhir hari ini.")
        sent = st.form_submit_button("Nyatakan lengkap")
    if sent:
        _state(store, names.get(str(name)), until)


def _state(store: Store, office: str | None, until: dt.date) -> None:
    if office is None:
        st.error("Pilih unitnya dahulu.")
        return
    try:
        statements.state(store, office, until)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state[NEWS] = statements.said(1, until)
    st.rerun()


def said(store: Store) -> None:
    """What was said of the reader's offices, and the way back for what was said without a file."""
    st.markdown("**Pernyataan data unit**")
    frame = statements.listed(store, today())
    if frame.empty:
        st.caption("Belum ada pernyataan.")
        return
    frame["basis"] = [
        "tanpa berkas" if pd.isna(n) else f"unggahan {int(n)}" for n in frame["batch_id"]
    ]
    frame["withdrawn"] = tables.withdrawn(frame)
    tables.plain(frame, COLUMNS, alt="Pernyataan data unit", height=250)
    tables.export(
        frame, COLUMNS, "Pernyataan data", filters.scope(), store.has_demo_data,
        "Sampai hari apa data unit dinyatakan lengkap",
    )  # fmt: skip
    without_file = frame[frame["batch_id"].isna() & frame["withdrawn_at"].isna()]
    for row in without_file.head(_OFFERED).to_dict("records"):
        _way_back(store, row)


def _way_back(store: Store, row: Mapping[Hashable, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words.say("Tanpa berkas: {} s.d. {}", row["unit"], format_date(row["until"])))
        if st.button("Tarik pernyataan", key=f"tarik_{row['statement_no']}"):
            try:
                statements.take_back(store, int(row["statement_no"]))
            except Refused as error:
                st.error(words.refused(error))
                return
            st.session_state[NEWS] = "Pernyataan ditarik."
            st.rerun()
