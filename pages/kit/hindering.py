"""Why a step is late or waits and what is planned: said, told, taken back; and plans that are over."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from pages.kit import filters, keys, news, tables, words
from sop_core import hindrance_reasons, hindrances
from sop_core.errors import Refused
from sop_core.evaluation import STATUS_NAMES, Scope
from sop_core.hindrances import HEADINGS, LONGEST_PLAN
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store

NEWS = "kabar_hambatan"
"""In the tab's state: what was done, told above the form in the page's next run."""
HISTORY_COLUMNS = {
    "step": "Langkah",
    **HEADINGS,
    "said_by": "Oleh",
    "said_at": "Pada",
    "withdrawn": "Ditarik",
}
PASSED_COLUMNS = {
    "unit": "Unit",
    "step": "Langkah",
    "plan_on": "Rencana pada",
    "plan": "Rencana",
    "hindrance": "Hambatan",
    "status_name": "Status",
    "due": "Tenggat",
    "title": "Judul",
    "said_by": "Oleh",
    "case_id": "ID",
}
_OFFERED = 20
"""Entries that can be taken back here, the newest first."""


def draw(store: Store, case_id: str, scope: Scope, demo: bool) -> None:
    """One case: the form for its steps that are late or wait, and all that was said of them."""
    told = hindrances.history(store, case_id)
    now = filters.known_on() is None and scope.as_of >= today()
    steps = hindrances.open_steps(store, case_id) if now else []
    if told.empty and not steps:
        return
    standing = int(told["withdrawn_at"].isna().sum())
    with st.expander(
        words.say("Hambatan dan rencana ({})", format_number(standing)), icon=":material/construction:",
        expanded=NEWS in st.session_state,
    ):  # fmt: skip
        if steps:
            form(store, case_id, _chosen(steps), "kasus")
        else:
            news.told(NEWS)
        if told.empty:
            return
        told["withdrawn"] = tables.withdrawn(told)
        tables.plain(told, HISTORY_COLUMNS, alt="Hambatan dan rencana kasus ini", height=250)
        tables.export(
            told, HISTORY_COLUMNS, f"Hambatan {case_id}", scope, demo, "Hambatan dan rencana"
        )
        if now and hindrances.may_say(store, case_id):
            _ways_back(store, told)


def _chosen(steps: list[dict[str, Any]]) -> int:
    """The number of the step that is spoken of: asked where several are late or wait."""
    names = {f"{s['step']} · {STATUS_NAMES[s['status']]}": int(s["step_no"]) for s in steps}
    choices = list(names)
    if len(choices) == 1:
        st.markdown(words.say("Langkah **{}**", choices[0]))
        return names[choices[0]]
    chosen = st.selectbox("Langkah", choices, index=0, key="hambatan_langkah", placeholder="Pilih")
    return names[str(chosen)]


def of_step(store: Store, case_id: str, step_no: int) -> None:
    """The form for one step, above what stands of it."""
    form(store, case_id, step_no, "terlambat")
    if hindrances.may_say(store, case_id):
        _ways_back(store, hindrances.history(store, case_id, step_no))


def form(store: Store, case_id: str, step_no: int, key: str) -> None:
    """Reason, plan and its day for one step; ``key`` tells the forms of a page apart.

    For a step of ``hindrances.open_steps``: of another one what is sent is refused in words.
    """
    news.told(NEWS)
    labels = {label: code for code, label in hindrance_reasons.in_use(store).items()}
    turn = st.session_state.setdefault(f"hambatan_{key}_ke", 0)
    name = f"hambatan_{key}_{keys.of(case_id)}_{step_no}_{turn}"
    with st.form(name, border=False):
        left, right = st.columns([3, 1])
        label = left.selectbox(
            "Alasan", list(labels), index=None, key=f"{name}_alasan", placeholder="Pilih"
        )
        on = right.date_input(
            "Rencana pada", value=None, min_value=today(), format="DD/MM/YYYY", key=f"{name}_pada"
        )
        plan = st.text_input(
            "Rencana", max_chars=LONGEST_PLAN, key=f"{name}_rencana",
            placeholder="mis. Ajukan revisi anggaran, kegiatan dijadwalkan ulang",
        )  # fmt: skip
        st.caption("Tenggat tidak bergeser karenanya.")
        sent = st.form_submit_button("Catat hambatan")
    if not sent:
        return
    if label is None or on is None:
        st.error("Pilih alasan dan tanggal rencananya dahulu.")
        return
    try:
        hindrances.say(store, case_id, step_no, labels[str(label)], plan, on)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    st.session_state[NEWS] = "Hambatan dan rencana dicatat."
    st.session_state[f"hambatan_{key}_ke"] = turn + 1
    st.rerun()


def passed(store: Store, scope: Scope, demo: bool) -> None:
    """Plans whose day is over while their step is not done, where there are any."""
    frame = hindrances.standing(store, scope, passed_only=True)
    if frame.empty:
        return
    with st.expander(f"Rencana terlewat ({len(frame)})", icon=":material/event_busy:"):
        st.caption(
            "Tanggal rencananya sudah lewat dan langkahnya belum selesai: perbarui rencananya pada"
            " kasusnya di halaman Wilayah."
        )
        tables.plain(frame, PASSED_COLUMNS, alt="Rencana terlewat", height=300)
        tables.export(frame, PASSED_COLUMNS, "Rencana terlewat", scope, demo, "Rencana terlewat")


def _ways_back(store: Store, told: pd.DataFrame) -> None:
    for row in told[told["withdrawn_at"].isna()].head(_OFFERED).to_dict("records"):
        _way_back(store, row)


def _way_back(store: Store, row: Mapping[Hashable, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            words.say("{} {}, {}", row["step"], row["hindrance"], format_date(row["plan_on"]))
        )
        if st.button("Tarik hambatan", key=f"tarik_hambatan_{row['hindrance_no']}"):
            try:
                hindrances.take_back(store, int(row["hindrance_no"]))
            except Refused as error:
                st.error(words.refused(error))
                return
            st.session_state[NEWS] = "Hambatan ditarik."
            st.rerun()
