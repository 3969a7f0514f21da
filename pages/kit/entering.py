"""Fields of a form for columns of the contract, and what became of what was typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from pages.kit import news, words
from sop_core import approvals, importing
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.errors import Refused
from sop_core.importing import recording
from sop_core.importing.contract import FLOW_NAMES, Column, Sheet
from sop_core.importing.recording import Typed
from sop_core.indonesian import format_number, today
from sop_core.store import Store

DONE = "_tercatat"
"""In the tab's state: the batch that was recorded last, told on top of the page's next run."""
_ROUND = "_catat_ke"
_UNDONE = "_dibatalkan"
_IN_A_ROW = 3
_TOLD = 5
"""Reasons or warnings that are told one by one."""
_LONGEST = 1000
"""Of what is typed into one field; what is stored may be longer, and is not cut."""


def key(name: str) -> str:
    """A form's name, new each time that something was recorded: a form that was kept is empty."""
    return f"{name}_{st.session_state.get(_ROUND, 0)}"


def shown(key: str, first: str, stored: Any) -> Any:
    """What is stored, as the form showed it when it was opened: its fields are held against that.

    ``first`` is the key of a widget of the form, which Streamlit forgets once it is out of sight.
    """
    place = f"_sebelum_{key}"
    if first not in st.session_state or place not in st.session_state:
        st.session_state[place] = stored
    return st.session_state[place]


def form(
    store: Store,
    sheet: Sheet,
    fields: Sequence[str],
    values: Mapping[str, Any],
    key: str,
    units: Mapping[str, str],
) -> dict[str, Any]:
    """Draw the fields of a sheet, three in a row; what they hold now, by field.

    ``units`` are the offices to choose from, names by code.
    """  # fmt: skip
    held: dict[str, Any] = {}
    for at, name in enumerate(fields):
        if at % _IN_A_ROW == 0:  # a row at a time, so that a phone shows them in this order
            places = st.columns(_IN_A_ROW)
        with places[at % _IN_A_ROW]:
            held[name] = field(store, sheet.column(name), values.get(name), f"{key}_{name}", units)
    return held


def field(
    store: Store, column: Column, value: Any, key: str, units: Mapping[str, str]
) -> Any:  # fmt: skip
    """One field as its column asks for; None where it is blank."""
    if column.kind == "date":
        return _day(column, value, key)
    if column.kind == "yes_no":
        return st.checkbox(
            words.text(_label(column)), bool(value), key=key, help=words.text(column.help)
        )
    if column.kind in ("count", "year"):
        first = {"count": 0, "year": FIRST_YEAR}[column.kind]
        last = {"count": column.most, "year": LAST_YEAR}[column.kind]
        return st.number_input(
            words.text(_label(column)),
            first,
            last,
            value,
            step=1,
            key=key,
            help=words.text(column.help),
        )
    choices = _choices(store, column, units)
    if choices is not None:
        at = list(choices).index(value) if value in choices else None
        name = st.selectbox(
            words.text(_label(column)), list(choices.values()), index=at, key=key,
            help=words.text(column.help), placeholder="Pilih",
        )  # fmt: skip
        return {shown: code for code, shown in choices.items()}.get(str(name))
    written = st.text_input(
        words.text(_label(column)),
        value or "",
        key=key,
        help=words.text(column.help),
        max_chars=max(_LONGEST, len(value or "")),
    )
    return written.strip() or None


def lacks(sheet: Sheet, held: Mapping[str, Any]) -> bool:
    """Whether a required field that the form showed is blank; says which."""
    blank = [c.name for c in sheet.required if c.field in held and held[c.field] is None]
    if blank:
        st.error(words.say("Isi dahulu {}.", ", ".join(blank)), icon=":material/block:")
    return bool(blank)


def _label(column: Column) -> str:
    return f"{column.name}{' *' if column.required else ''}"


def _day(column: Column, value: Any, key: str) -> dt.date | None:
    # What has happened cannot lie ahead; a stored day that does is shown all the same.
    latest = today() if column.fact else dt.date(LAST_YEAR, 12, 31)
    if value is not None and value > latest:
        latest = value
    chosen = st.date_input(
        words.text(_label(column)), value, min_value=dt.date(column.earliest, 1, 1),
        max_value=latest, format="DD/MM/YYYY", key=key,
    )  # fmt: skip
    return chosen if isinstance(chosen, dt.date) else None


def _choices(store: Store, column: Column, units: Mapping[str, str]) -> Mapping[str, str] | None:
    """Names by value, of a column of which the values are listed; None of another."""
    if column.kind == "unit":
        return units
    if column.kind == "flow":
        return {flow: f"{flow}. {names[0].capitalize()}" for flow, names in FLOW_NAMES.items()}
    if column.field == "stakeholder":
        return {letter: f"{letter}. {name}" for letter, name in store.stakeholders().items()}
    if column.kind == "choice" and column.closed:
        return {choice: choice for choice in column.choices}
    return None


def keep(
    store: Store, typed: Sequence[Typed], what: str, until: dt.date | None = None, case: str = ""
) -> None:
    """Record what was typed and run the page again; or say why not, and stay.

    ``case`` is the one that the page's address names from then on.
    """
    try:
        result = recording.record(store, typed, until)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    if result.kept:
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        st.session_state[DONE] = (
            result.batch_id, what, result.warning_total, [_named(typed, w) for w in result.warnings[:_TOLD]],
            result.notes,
        )  # fmt: skip
        if case:
            st.query_params["kasus"] = case
        st.rerun()
    if result.problems:
        first = [_named(typed, p) for p in result.problems[:_TOLD]]
        st.error(
            "Belum disimpan. Perbaiki dahulu:\n" + words.bullets(first), icon=":material/block:"
        )
        if len(result.problems) > len(first):
            st.caption(f"Dan {format_number(len(result.problems) - len(first))} alasan lainnya.")
    else:
        st.info("Isinya dibaca sama dengan yang tersimpan; tidak ada yang berubah.")
        if result.notes:
            st.markdown(words.bullets(result.notes))


def _named(typed: Sequence[Typed], problem: importing.Problem) -> str:
    """A reason with the record that it is about, which on the page has no row number."""
    rows = [t for t in typed if t.changed and t.sheet.name == problem.sheet]
    at = problem.row - recording.FIRST_ROW
    whose = _called(rows[at]) if 0 <= at < len(rows) else f"baris {problem.row}"
    return f"{whose}, {problem.column}: {problem.message}."


def _called(typed: Typed) -> str:
    """The record as the page calls it: a step by its code, ``A.3 ADV-1``; else by its key."""
    if "step" in typed.before:
        return f"{typed.before['step']} {typed.after['case_id']}"
    return " / ".join(map(str, typed.key))


def told(store: Store) -> None:
    """What was recorded last in this tab, and the way back."""
    news.told(_UNDONE, ":material/undo:")
    done = st.session_state.get(DONE)
    if done is None:
        return
    number, what, doubts, doubted, notes = done
    with st.container(horizontal=True, vertical_alignment="center"):
        st.success(
            words.say("**Tersimpan** sebagai unggahan {}: {}.", number, what)
            + (" Menunggu pengesahan kepala unit." if approvals.is_awaited(store, number) else ""),
            icon=":material/check_circle:",
        )
        if st.button("Batalkan", icon=":material/undo:", key="batal_catat"):
            _take_back(store, number)
    if notes:
        st.info(words.bullets(notes), icon=":material/translate:")
    if doubts:
        st.warning(
            f"{format_number(doubts)} peringatan: urutan langkah yang tidak mungkin. Periksa tanggalnya.\n"
            + words.bullets(doubted)
        )


def _take_back(store: Store, number: int) -> None:
    try:
        undone = importing.undo(store, number, store.viewer.name)
    except Refused as error:
        st.error(words.refused(error), icon=":material/block:")
        return
    del st.session_state[DONE]
    # It may name an activity that is gone: a link to one is refused.
    st.query_params.pop("kasus", None)
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state[_UNDONE] = undone.said
    st.rerun()
