"""Terlambat: what is overdue or due soon, by age, and who has to act."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.kit import charts, filters, heading, hindering, shell, silent, since, tables, words
from sop_core import hindrances, lateness
from sop_core.evaluation import START_RULES, Scope
from sop_core.hindrances import HEADINGS
from sop_core.importing import recording
from sop_core.indonesian import format_number
from sop_core.lateness import BUCKETS, DUE_SOON
from sop_core.store import Store

_CHOSEN = "_langkah_terpilih"
_AND = " langkah "
COLUMNS = {
    "ageing": "Umur",
    "unit": "Unit",
    "step": "Langkah",
    "days_late": "Terlambat (HK)",
    "days_left": "Sisa (HK)",
    "due": "Tenggat",
    "title": "Judul",
    **HEADINGS,
    "activity": "Kegiatan langkah",
    "counted_on": "Dihitung dari",
    "start_name": "Dasar hitungan",
    "commodity": "Komoditas",
    "case_id": "ID",
    "provisional": "Sementara",
}


def choose(store: Store) -> Scope:
    """The page's own filters on top of the shared ones."""
    shared = filters.scope()
    units = {filters.unit_label(u): u.code for u in store.units(shared.as_of)}
    row = st.columns([3, 1, 1, 2])
    chosen = row[0].multiselect(
        "Unit", list(units), key="unit", bind="query-params", placeholder="Semua unit"
    )
    flow = row[1].selectbox(
        "Alur", [filters.ALL, *"ABCD"], key="alur", bind="query-params", placeholder="Pilih"
    )
    letter = None if flow in (filters.ALL, None) else str(flow)
    codes = [code for code in lateness.step_codes(store) if letter in (None, code[0])]
    step = row[2].selectbox(
        "Langkah", [filters.ALL, *codes], key="langkah", bind="query-params", placeholder="Pilih"
    )
    product = row[3].selectbox(
        "Komoditas",
        [filters.ALL, *lateness.products(store)],
        key="komoditas",
        bind="query-params",
        placeholder="Pilih",
    )
    if step not in (filters.ALL, None):
        letter = str(step)[0]
    return filters.scope(
        units=tuple(units[u] for u in chosen) or None,
        flow=letter,
        step=None if step in (filters.ALL, None) else int(str(step)[2:]),
        product=None if product in (filters.ALL, None) else str(product),
    )


def chosen(menu: DeltaGenerator, store: Store, row: pd.Series[Any]) -> None:
    """What can be done with the selected row: record its step, say what holds it up, open its case."""
    case_id, number = str(row["case_id"]), int(str(row["step"])[2:])
    records = recording.may_record(store, str(row["unit_code"]))
    hinders = number in {s["step_no"] for s in hindrances.open_steps(store, case_id)}
    if not records and not hinders:
        filters.go_to_region(str(row["unit"]), case_id)
    with menu:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(words.say("**{}** {}", row["step"], row["title"]))
            if records and st.button(
                "Catat langkah ini", type="primary", icon=":material/edit_note:"
            ):
                filters.go_to_recording(case_id, str(row["step"]))
            if st.button("Buka kasus", icon=":material/open_in_new:"):
                filters.go_to_region(str(row["unit"]), case_id)
        if hinders:
            with st.expander("Hambatan dan rencana", icon=":material/construction:"):
                hindering.of_step(store, case_id, number)


def page() -> None:
    """Draw the page."""
    store = shell.require_data("terlambat")
    scope = choose(store)
    demo = store.has_demo_data
    heading.draw(store, scope, f"{filters.describe(scope)}.")
    since.draw(store, scope)
    late = lateness.late_steps(store, scope)
    late["start_name"] = late["start_rule"].map(START_RULES)
    late.loc[late["overdue"], "days_left"] = None
    counts = late["ageing"].value_counts()
    overdue = int(late["overdue"].sum())
    columns = st.columns(6)
    columns[0].metric("Terlambat", format_number(overdue), border=True)
    for column, bucket in zip(columns[1:], (*BUCKETS, DUE_SOON), strict=True):
        column.metric(words.text(bucket), format_number(int(counts.get(bucket, 0))), border=True)
    hindering.passed(store, scope, demo)
    if late.empty:
        st.success("Tidak ada langkah yang terlambat atau segera jatuh tempo pada pilihan ini.")
        silent.unknown(store, scope, demo)
        return
    bare = int((late["overdue"] & ~late["recorded"]).sum())
    if bare:
        st.info(
            f"**{format_number(bare)} dari {format_number(overdue)} langkah terlambat belum punya tanggal"
            " mulai maupun selesai.** Waktunya dihitung dari selesainya langkah sebelumnya atau dari"
            " pembukaan laporan.",
            icon=":material/visibility_off:",
        )
    charts.draw(
        charts.ageing(lateness.ageing_by_flow(late)), key="umur", alt="Umur keterlambatan per alur"
    )
    st.caption("Pilih satu baris untuk membuka kasusnya atau mencatat langkahnya.")
    menu = st.container()
    # By what was selected, not by its place: the list moves while somebody types.
    steps = late["case_id"] + _AND + late["step"]
    rows = tables.show(
        late, COLUMNS, key="tabel_terlambat", alt="Langkah terlambat", height=520,
        on_select=tables.opening(steps, "tabel_terlambat", _CHOSEN),
    )  # fmt: skip
    tables.export(
        late, COLUMNS, "Terlambat", scope, demo, "Langkah terlambat dan segera jatuh tempo"
    )
    silent.unknown(store, scope, demo)
    if not rows:
        st.session_state.pop(_CHOSEN, None)
    elif _CHOSEN in st.session_state:
        found = late[steps == st.session_state[_CHOSEN]]
        if found.empty:
            with menu:
                gone = st.session_state.pop(_CHOSEN).replace(_AND, ", ")
                st.info(words.say("{} tidak lagi ada dalam daftar ini.", gone))
        else:
            chosen(menu, store, found.iloc[0])


page()
