"""The list of reasons why steps are late or wait: for everyone, and changed by the centre."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from pages.kit import news, tables, words
from sop_core import hindrance_reasons
from sop_core.errors import Refused
from sop_core.evaluation import Scope
from sop_core.hindrance_reasons import LONGEST_LABEL, Reason
from sop_core.store import Store

NEWS = "kabar_alasan"
COLUMNS = {
    "code": "Kode",
    "label": "Alasan",
    "state": "Keadaan",
    "entered_by": "Diubah oleh",
    "entered_at": "Pada",
}


def draw(store: Store, scope: Scope, demo: bool) -> None:
    """The table for everyone, the rest for whoever may change it."""
    st.subheader("Alasan hambatan")
    st.caption("Dipilih pada langkah yang terlambat atau ditunggu. Yang ditarik tetap terbaca.")
    news.told(NEWS)
    found = hindrance_reasons.listed(store)
    frame = pd.DataFrame([vars(reason) for reason in found])
    frame["state"] = ["dipakai" if reason.in_use else "ditarik" for reason in found]
    tables.plain(frame, COLUMNS, alt="Alasan hambatan", widths={"Alasan": 320})
    tables.export(frame, COLUMNS, "Alasan hambatan", scope, demo, "Alasan hambatan")
    if not store.viewer.may(hindrance_reasons.ACTION):
        return
    _form(store)
    with st.expander("Tarik alasan atau pakai lagi"):
        for reason in found:
            _turn(store, reason)


def _form(store: Store) -> None:
    turn = st.session_state.setdefault("alasan_ke", 0)
    with st.form(f"alasan_baru_{turn}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):  # fmt: skip
        code = st.text_input("Kode", max_chars=30, key=f"alasan_kode_{turn}", placeholder="mis. banjir")  # fmt: skip
        label = st.text_input("Alasan baru", max_chars=LONGEST_LABEL, key=f"alasan_isi_{turn}")
        sent = st.form_submit_button("Tambah alasan")
    if sent and _done(lambda: hindrance_reasons.add(store, code.strip(), label), "ditambahkan"):
        st.session_state["alasan_ke"] = turn + 1
        st.rerun()


def _turn(store: Store, reason: Reason) -> None:
    """A button that retires a reason, or takes it up again."""
    act, text, state = (
        (hindrance_reasons.retire, "Tarik", "ditarik")
        if reason.in_use
        else (hindrance_reasons.take_up_again, "Pakai lagi", "dipakai lagi")
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words.text(reason.label))
        pressed = st.button(words.text(text), key=f"alasan_{reason.code}")
    if pressed and _done(lambda: act(store, reason.code), state):
        st.rerun()


def _done(change: Callable[[], None], state: str) -> bool:
    """Whether the change was made; what refuses it is shown."""
    try:
        change()
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return False
    st.session_state[NEWS] = f"Alasan {state}."
    return True
