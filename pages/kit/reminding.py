"""Letters of reminder, made at one click from the list of annual reports that have not come in."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.kit import handing, words
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_number, today
from sop_core.reports import letters
from sop_core.store import Store

_MADE = "surat_pengingat"


def offer(store: Store, scope: Scope) -> None:
    """A button that makes the letters of the scope, and then one that hands them out as a zip."""
    due = letters.due_letters(store, scope) if scope.as_of <= today() else []
    if not due:
        return
    asked = (scope, store.edition, store.viewer.login)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            words.say("Buat surat pengingat ({})", format_number(len(due))),
            icon=":material/mail:", key="buat_surat",
            help="Satu surat Word bagi tiap unit yang laporannya lewat tenggat atau tidak diketahui.",
        ):  # fmt: skip
            _make(store, scope, asked)
        made = st.session_state.get(_MADE)
        if made and made[0] == asked:
            handing.button(
                words.say("Unduh {} surat", format_number(len(made[2]))),
                partial(bytes, made[1]),
                f"{'demo-' if store.has_demo_data else ''}surat-pengingat-{scope.as_of:%Y-%m-%d}.zip",
                "application/zip",
                key="unduh_surat",
            )


def _make(store: Store, scope: Scope, asked: object) -> None:
    bar = st.progress(0.0, "Menulis surat")
    try:
        content, offices = letters.zipped(
            store, scope, None,
            lambda share, office: bar.progress(share, words.say("Surat bagi {}", office)),
        )  # fmt: skip
    except ReportRefused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    finally:
        bar.empty()
    st.session_state[_MADE] = (asked, content, offices)
