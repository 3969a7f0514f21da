"""The mapping step of Unggah: what each column of an office's own table is, asked once a table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.kit import tables, words
from sop_core.errors import ImportRefused
from sop_core.importing.contract import KEGIATAN, Column, Sheet
from sop_core.importing.mapping import Mapping, NeedsMapping, Unmapped, checked, fingerprint
from sop_core.importing.mapping.model import column_keys
from sop_core.importing.texts import clean_text
from sop_core.indonesian import today
from sop_core.store import Store

_KEPT = "pemetaan"
_UNREAD = "Tidak dibaca"
_SHOWN_ROWS = 8
"""Rows of the table that are shown above the questions."""


def given() -> list[Mapping]:
    """The mappings that were confirmed in this tab of the browser."""
    return list(st.session_state.get(_KEPT, {}).values())


def draw(store: Store, question: NeedsMapping) -> None:
    """Show a table that is none of ours and ask what its columns are."""
    table = question.tables[0]
    st.info(
        words.say(
            "**Lembar {} bukan dari templat.** Periksa arti tiap kolom di bawah; usulannya dari judul"
            " kolom, judul tabel, dan isinya. Belum ada yang disimpan.",
            table.tab.name,
        ),
        icon=":material/table_view:",
    )
    if table.proposal.open:
        st.markdown(words.bullets(table.proposal.open))
    _first_rows(table)
    answer = _asked(store, table)
    if answer is not None:
        kept = st.session_state.setdefault(_KEPT, {})
        kept[fingerprint(table.proposal.names)] = answer
        st.rerun()


def _first_rows(table: Unmapped) -> None:
    """The table as it stands, from its headings on."""
    keys = column_keys(table.proposal.names)
    begins = table.proposal.mapping.headings[1]
    rows = range(begins, min(begins + _SHOWN_ROWS, table.tab.height))
    frame = pd.DataFrame(
        [[clean_text(cells[row]) for cells in table.tab.cells] for row in rows], columns=keys
    )
    tables.plain(frame, {key: key for key in keys}, alt="Baris pertama tabel itu", height=260)


def _asked(store: Store, table: Unmapped) -> Mapping | None:
    """The answers once they are sent and make a mapping."""
    proposal, sheet = table.proposal, table.proposal.mapping.contract
    targets = _targets(store, sheet)
    labels = list(targets)
    by_target = {target: label for label, target in targets.items()}
    number = fingerprint(proposal.names)
    with st.form(f"pemetaan_{number}"):
        st.markdown(words.say("**Arti kolom** (lembar {})", sheet.name))
        columns = {}
        keys = [
            k for k, name in zip(column_keys(proposal.names), proposal.names, strict=True) if name
        ]
        for at, key in enumerate(keys):
            if at % 3 == 0:  # a row at a time, so that a phone shows them in the table's order
                places = st.columns(3)
            label = by_target[proposal.mapping.columns.get(key, "")]
            with places[at % 3]:
                chosen = st.selectbox(
                    words.text(key), labels, index=labels.index(label), key=f"peta_{number}_{at}",
                    placeholder="Pilih",
                )  # fmt: skip
            columns[key] = targets[str(chosen)]
        constants = _constants(store, table, number)
        sent = st.form_submit_button("Baca dengan pemetaan ini", type="primary")
    if not sent:
        return None
    filled = {f: v for f, v in constants.items() if v and f not in columns.values()}
    try:
        answer = checked(proposal.mapping.model_dump() | {"columns": columns, "constants": filled})
    except ImportRefused as error:
        st.error(words.refused(error), icon=":material/block:")
        return None
    if answer.lacking:
        st.error(
            words.say("Belum ada kolom atau isian untuk {}.", ", ".join(answer.lacking)),
            icon=":material/block:",
        )
        return None
    return answer


def _targets(store: Store, sheet: Sheet) -> dict[str, str]:
    """What a column may be, as it reads, and its target."""
    found = {_UNREAD: ""} | {c.name: c.field for c in sheet.columns}
    if sheet is KEGIATAN:
        for step in store.sop(today()).steps:
            if step.level == "activity":
                found |= {
                    f"{step.code} {which}": f"{step.code} {which}" for which in ("selesai", "mulai")
                }
    return found


def _constants(store: Store, table: Unmapped, number: str) -> dict[str, str]:
    """What is the same for all rows, of the required columns that no column is."""
    mapping = table.proposal.mapping
    needed = [
        c for c in mapping.contract.required
        if c.field not in mapping.columns.values() and c.field != mapping.contract.key[0]
    ]  # fmt: skip
    if not needed:
        return {}
    st.markdown("**Sama untuk semua baris**")
    answers = {}
    for place, column in zip(st.columns(len(needed)), needed, strict=True):
        with place:
            answers[column.field] = _constant(store, column, mapping.constants, number)
    return answers


def _constant(store: Store, column: Column, proposed: dict[str, str], number: str) -> str:
    key, value = f"tetap_{number}_{column.field}", proposed.get(column.field)
    if column.kind == "unit":
        names = {u.name: u.code for u in store.units(today()) if u.code != "NASIONAL"}
        codes = list(names.values())
        at = codes.index(value) if value in codes else None
        name = st.selectbox(
            words.text(column.name), list(names), index=at, key=key, placeholder="Pilih"
        )
        return names[name] if name else ""
    choices = list("ABCD") if column.kind == "flow" else list(column.choices)
    if choices:
        at = choices.index(value) if value in choices else None
        return (
            st.selectbox(words.text(column.name), choices, index=at, key=key, placeholder="Pilih")
            or ""
        )
    return st.text_input(words.text(column.name), value or "", key=key)
