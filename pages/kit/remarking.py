"""Remarks on a case: written and read; nobody takes one away."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.kit import filters, keys, news, tables, words
from sop_core import remarks
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date
from sop_core.store import Store

NEWS = "kabar_catatan"
"""In the tab's state: that a remark was kept, told in the page's next run."""
COLUMNS = {"said_at": "Pada", "said_by": "Oleh", "unit": "Unit", "remark": "Catatan"}
_SHOWN = 20
"""Remarks that are read here, the newest first; the export holds all."""


def draw(store: Store, case_id: str, scope: Scope, demo: bool) -> None:
    """What was remarked on one case, the newest first, and a field for one more."""
    told = remarks.listed(store, case_id)
    may = filters.known_on() is None and remarks.may_add(store, case_id)
    if told.empty and not may:
        return
    with st.expander(
        f"Catatan kasus ({len(told)})", icon=":material/forum:", expanded=NEWS in st.session_state
    ):
        news.told(NEWS)
        if may:
            _form(store, case_id)
        _read(told)
        if len(told):
            tables.export(told, COLUMNS, f"Catatan kasus {case_id}", scope, demo, "Catatan kasus")


def _form(store: Store, case_id: str) -> None:
    turn = st.session_state.setdefault("catatan_ke", 0)
    name = f"catatan_{keys.of(case_id)}_{turn}"
    with st.form(name, border=False):
        text = st.text_area(
            "Catatan", max_chars=remarks.LONGEST, key=f"{name}_isi",
            help="Dibaca semua yang melihat kasus ini dan tidak dapat dihapus. Jangan tulis data"
            " pribadi.",
        )  # fmt: skip
        sent = st.form_submit_button("Tambah catatan")
    if not sent:
        return
    try:
        remarks.add(store, case_id, text)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state[NEWS] = "Catatan ditambahkan."
    st.session_state["catatan_ke"] = turn + 1
    st.rerun()


def _read(told: pd.DataFrame) -> None:
    for row in told.head(_SHOWN).to_dict("records"):
        office = row["unit"] if isinstance(row["unit"], str) else "tanpa unit"
        said = words.say(
            "**{}** · {} · {} pukul {:%H.%M} WIB",
            row["said_by"], office, format_date(row["said_at"]), row["said_at"],
        )  # fmt: skip
        st.markdown(words.join("  \n", [said, *row["remark"].splitlines()]))
    if len(told) > _SHOWN:
        st.caption(f"Ditampilkan {_SHOWN} dari {len(told)} catatan; ekspor memuat semuanya.")
