"""What was done in the run before: kept in the tab's state, told once in the page's next run."""

from __future__ import annotations

import streamlit as st

from pages.kit import words


def told(key: str, icon: str | None = None, far: bool = False) -> None:
    """Say what is kept under a key of the state, and forget it.

    ``far`` from where it was done, on a long page: then a word beside the screen's edge points there.
    """
    news = st.session_state.pop(key, None)
    if news:
        st.success(words.text(news), icon=icon)
        if far:
            st.toast("Berhasil; rinciannya di bagian atas halaman.", icon=":material/check_circle:")
