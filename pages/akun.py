"""Akun: one's own password and open sessions."""

import pandas as pd
import streamlit as st

from pages.kit import navigation, session, shell, tables, words
from sop_core import sessions
from sop_core.access import PENDING
from sop_core.errors import AccountRefused, SignInRefused
from sop_core.passwords import LEAST_PASSWORD, LONGEST_PASSWORD
from sop_core.store import Store

COLUMNS = {"started": "Masuk (WIB)", "seen": "Terakhir dipakai (WIB)", "address": "Dari alamat", "how": "Cara", "mine": "Sesi ini"}  # fmt: skip


def change_password(store: Store, token: str) -> bool:
    """The form for another password; whether it was changed just now."""
    st.subheader("Ganti kata sandi")
    st.caption(
        f"{LEAST_PASSWORD} karakter atau lebih; beberapa kata yang tidak berhubungan mudah"
        " diingat dan sukar ditebak. Sesi Anda di tempat lain berakhir."
    )
    with st.form("kata_sandi", clear_on_submit=True):
        old, new, again = (
            st.text_input(
                words.text(label), type="password", max_chars=LONGEST_PASSWORD, autocomplete=what
            )
            for label, what in (
                ("Kata sandi lama", "current-password"),
                ("Kata sandi baru", "new-password"),
                ("Kata sandi baru sekali lagi", "new-password"),
            )
        )
        if not st.form_submit_button("Ganti kata sandi", type="primary"):
            return False
    try:
        if new != again:
            raise AccountRefused("Kedua isian kata sandi baru tidak sama.")
        sessions.change_own_password(store, old, new, token, session.address())
    except (AccountRefused, SignInRefused) as error:
        st.error("**Kata sandi tidak diganti.**", icon=":material/block:")
        st.text(str(error))
        return False
    st.success("Kata sandi diganti. Sesi di tempat lain berakhir.", icon=":material/check:")
    if store.viewer.role == PENDING:
        # Loaded anew: somebody with a role is another reader, of whom this tab keeps nothing.
        session.link(navigation.waiting(), "Lanjut ke halaman yang diminta")
    return True


def open_sessions(store: Store, token: str) -> None:
    """Where one is signed in, each with a way to end it."""
    st.subheader("Sesi yang terbuka")
    found = sessions.own_sessions(store, token)
    frame = pd.DataFrame([vars(one) for one in found])
    if frame.empty:
        return
    for column, moment in (("started", "started_at"), ("seen", "seen_at")):
        frame[column] = frame[moment].dt.strftime("%Y-%m-%d %H:%M")
    tables.plain(frame, COLUMNS, alt="Sesi yang terbuka")
    others = [one for one in found if not one.mine]
    if others and st.button("Akhiri semua sesi lain", icon=":material/logout:"):
        for one in others:
            sessions.end_own(store, one.number)
        st.rerun()


def page() -> None:
    """Draw the page."""
    store = shell.store("akun")
    token = session.own_token(store)
    reminder = st.empty()
    if store.viewer.role == PENDING:
        reminder.warning(
            "**Ganti kata sandi awal Anda.** Kata sandi ini dipilih orang lain; halaman lain"
            " terbuka sesudah diganti.",
            icon=":material/key:",
        )
    if sessions.has_password(store):
        if change_password(store, token):
            reminder.empty()
    else:
        st.info("Anda masuk lewat penyedia; kata sandi diganti di sana.", icon=":material/key:")
    open_sessions(store, token)


page()
