"""The mapping step of Unggah: what each column of an office's own table is, asked once a table.

What is answered is the tab's of the browser (``_State``), for the files that are in it; what is
given a name is the office's (``kept_mappings``).
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

import pandas as pd
import streamlit as st

from pages.kit import stating, tables, words
from sop_core.errors import Refused
from sop_core.importing import Parsed
from sop_core.importing.contract import KEGIATAN, Column, Sheet
from sop_core.importing.mapping import (
    Answers,
    Kept,
    NeedsMapping,
    Unmapped,
    checked,
    fingerprint,
    kept,
)
from sop_core.importing.mapping.kept import LONGEST_NAME
from sop_core.importing.mapping.model import column_keys
from sop_core.importing.raw import Doubt
from sop_core.importing.texts import clean_text
from sop_core.indonesian import MONTHS, format_number, today
from sop_core.store import Store

_STATE = "pemetaan"
_UNREAD = "Tidak dibaca"
_SHOWN_ROWS = 8
"""Rows of the table that are shown above the questions."""
_ASKED = 20
"""Questions of renamed activities at once."""
_SAYS_NOTHING = re.compile(
    rf"((sheet|lembar|tabel|{'|'.join(m[:3] for m in MONTHS)})[a-z]*)? ?\d*( \d+)?", re.IGNORECASE
)
"""Names of tables that do not tell what is in them: Sheet1, Januari."""
_SAME, _OTHER = "Masih yang sama", "Yang lain"
_ONE = {"Kegiatan": "Kegiatan", "Fasilitator": "Orang"}
"""What a row of a sheet is, that may be the same as a stored one."""
Place = tuple[str, str]
"""A table: the number of its file in this tab of the browser, and its name."""


@dataclass(frozen=True)
class Named:
    """A file that is looked at: by what it is known again, and what it is called."""

    file_id: str
    name: str


@dataclass
class _State:
    """What was answered in this tab: of tables by their place, of IDs for just these ``files``."""

    tables: dict[Place, Kept | None] = field(default_factory=dict)
    anew: set[Place] = field(default_factory=set)
    remembered: dict[str, Kept] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    same: set[str] = field(default_factory=set)
    new: set[str] = field(default_factory=set)


def remembered() -> _State:
    """What was answered until now, to be gone on with another time (``recall``)."""
    state: _State = copy.deepcopy(st.session_state.get(_STATE, _State()))
    return state


def recall(state: _State) -> None:
    """Go on with what was answered then."""
    st.session_state[_STATE] = copy.deepcopy(state)


def _state(files: Sequence[Named]) -> _State:
    state: _State = st.session_state.setdefault(_STATE, _State())
    now = tuple(sorted(f.file_id for f in files))
    if state.files != now:
        state.files, state.same, state.new = now, set(), set()
        state.tables = {p: k for p, k in state.tables.items() if p[0] in now}
        state.anew = {p for p in state.anew if p[0] in now}
    return state


def answers(files: Sequence[Named]) -> Answers:
    """What was answered of these files, and of others before them."""
    state = _state(files)
    names = {f.file_id: f.name for f in files}
    return Answers(
        {(names[f], tab): one for (f, tab), one in state.tables.items()},
        tuple(state.remembered.values()),
        frozenset((names[f], tab) for f, tab in state.anew),
        frozenset(state.same),
        frozenset(state.new),
    )


def _place(files: Sequence[Named], place: tuple[str, str]) -> Place:
    return next(f.file_id for f in files if f.name == place[0]), place[1]


def draw(store: Store, question: NeedsMapping, files: Sequence[Named]) -> None:
    """Show a table that is none of ours and ask what its columns are."""
    table = question.tables[0]
    state, place = _state(files), _place(files, (table.tab.file, table.tab.name))
    _head(question, len(state.tables.keys() - {place}))
    if table.proposal.open:
        st.markdown(words.bullets(table.proposal.open))
    _first_rows(table)
    number = hashlib.sha256(repr((place, table.proposal.names)).encode()).hexdigest()[:16]
    with st.form(f"pemetaan_{number}"):
        asked = _Form(store, table, number)
        with st.container(horizontal=True):
            sent = st.form_submit_button("Baca dengan pemetaan ini", type="primary")
            skipped = st.form_submit_button("Jangan baca lembar ini")
    answer: Kept | None = None
    if sent:
        answer = asked.answer()
    if answer is None and not skipped:
        return
    state.tables[place] = answer
    state.anew.discard(place)
    if answer is not None:
        state.remembered[fingerprint(answer.headings)] = answer
    st.rerun()


def _head(question: NeedsMapping, answered: int) -> None:
    table = question.tables[0]
    total = answered + len(question.tables)
    which = f"Tabel {answered + 1} dari {total}. " if total > 1 else ""
    st.info(
        words.say(
            "**{}** Periksa arti tiap kolom di bawah; usulannya dari judul kolom, judul tabel, isinya,"
            " dan yang pernah dijawab. Belum ada baris yang disimpan.",
            which + _what(table),
        ),
        icon=":material/table_view:",
    )
    known = fingerprint(table.proposal.names)
    alike = sum(fingerprint(other.proposal.names) == known for other in question.tables[1:])
    if alike:
        st.caption(
            f"Jawabannya berlaku pula bagi {format_number(alike)} lembar lain yang judul kolomnya"
            " sama."
        )


def _what(table: Unmapped) -> str:
    if table.kept is not None:
        return f"Periksa lagi pemetaan lembar “{table.tab.name}”."
    return f"Lembar “{table.tab.name}” bukan dari templat."


def _first_rows(table: Unmapped) -> None:
    """The table as it stands, from its headings on."""
    keys = column_keys(table.proposal.names)
    begins = table.proposal.mapping.headings[1]
    rows = range(begins, min(begins + _SHOWN_ROWS, table.tab.height))
    frame = pd.DataFrame(
        [[clean_text(cells[row]) for cells in table.tab.cells] for row in rows], columns=keys
    )
    tables.plain(frame, {key: key for key in keys}, alt="Baris pertama tabel itu", height=260)


class _Form:
    """The questions of one table; ``answer`` once they are sent."""

    def __init__(self, store: Store, table: Unmapped, number: str) -> None:
        self.store, self.table, self.number = store, table, number
        proposal = table.proposal
        st.markdown(words.say("**Arti kolom** (lembar {})", proposal.mapping.sheet))
        self.columns = self._columns()
        self.constants = _constants(store, table, number)
        with st.container(horizontal=True):
            self.blank = st.text_input(
                "Kata lain yang berarti kosong", ", ".join(proposal.mapping.blank),
                key=f"kosong_{number}", help="Dipisahkan koma, mis. nihil, n/a. “-”, “belum”, dan"
                " “proses” sudah dibaca kosong.",
            )  # fmt: skip
            self.name = ""
            if store.viewer.may("pemetaan"):
                self.name = st.text_input(
                    "Simpan pemetaan ini dengan nama", _name(table), max_chars=LONGEST_NAME,
                    key=f"nama_{number}", help="Berkas berikutnya dengan judul kolom yang sama lalu"
                    " dibaca langsung. Kosongkan bila tidak perlu disimpan.",
                )  # fmt: skip

    def _columns(self) -> dict[str, str]:
        proposal = self.table.proposal
        targets = _targets(self.store, proposal.mapping.contract)
        labels = list(targets)
        by_target = {target: label for label, target in targets.items()}
        named = zip(column_keys(proposal.names), proposal.names, strict=True)
        chosen_of = {}
        for at, key in enumerate(key for key, name in named if name):
            if at % 3 == 0:  # a row at a time, so that a phone shows them in the table's order
                places = st.columns(3)
            label = by_target.get(proposal.mapping.columns.get(key, ""), _UNREAD)
            with places[at % 3]:
                tells = key == proposal.mapping.key
                chosen = st.selectbox(
                    words.say("{} (pembeda baris)", key) if tells else words.text(key),
                    labels, index=labels.index(label),
                    key=f"peta_{self.number}_{at}", placeholder="Pilih",
                    help="Tidak perlu dibaca sebagai isian: nomor ini dipakai untuk membuat ID baris,"
                    " bila setiap baris punya nomor sendiri." if tells else None,
                )  # fmt: skip
            chosen_of[key] = targets[str(chosen)]
        return chosen_of

    def answer(self) -> Kept | None:
        """The mapping, kept where it has a name; None, and why, where it is none."""
        columns = self.columns
        filled = {f: v for f, v in self.constants.items() if v and f not in columns.values()}
        blank = [word.strip() for word in self.blank.split(",") if word.strip()]
        said = {"columns": columns, "constants": filled, "blank": blank}
        names = self.table.proposal.names
        who = self.store.viewer.name
        try:
            mapping = checked(self.table.proposal.mapping.model_dump() | said)
            if mapping.lacking:
                st.error(
                    words.say("Belum ada kolom atau isian untuk {}.", ", ".join(mapping.lacking)),
                    icon=":material/block:",
                )
                return None
            if self.name.strip():
                kept.keep(self.store, self.name, mapping, names, who)
                st.session_state[stating.NEWS] = f"Pemetaan “{self.name.strip()}” disimpan."
        except Refused as error:
            st.error(words.refused(error), icon=":material/block:")
            return None
        return kept.answered(mapping, names, who)


def _name(table: Unmapped) -> str:
    """What a mapping is proposed to be called: as it was, else as its table is, without a year."""
    if table.kept is not None and table.kept.name:
        return table.kept.name
    for text in (table.tab.name, PurePath(table.tab.file).stem):
        plain = " ".join(re.sub(r"(?<!\d)20\d\d(?!\d)|[_()]", " ", text).split()).strip(" -")
        if plain and not _SAYS_NOTHING.fullmatch(plain):
            return plain[:LONGEST_NAME]
    return f"Tabel {table.proposal.mapping.sheet}"


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


def told(parsed: Parsed, files: Sequence[Named]) -> None:
    """By which mapping each table of another layout was read, and the way to change it."""
    state = _state(files)
    alike: dict[tuple[str, bool], list[Place]] = {}
    for how in parsed.book.how:
        alike.setdefault((how.what, how.read), []).append(_place(files, how.place))
    for at, ((what, read), places) in enumerate(alike.items()):
        with st.container(horizontal=True, vertical_alignment="center"):
            names = ", ".join(f"“{name}”" for _, name in places)
            st.markdown(words.say("Lembar {} {}", names, what))
            if st.button(
                "Ubah pemetaan" if read else "Petakan", key=f"ubah_{at}", icon=":material/edit:"
            ):
                # An answer for one table that is read serves those of its headings.
                _ask_anew(state, *(places[:1] if read else places))


def skipped(files: Sequence[Named]) -> None:
    """The way back for tables that were not to be read, where nothing else is left of the files."""
    state = _state(files)
    left_out = [place for place, answer in state.tables.items() if answer is None]
    if left_out and st.button("Tanyakan lagi lembar yang dilewati"):
        _ask_anew(state, *left_out)


def _ask_anew(state: _State, *places: Place) -> None:
    for place in places:
        if state.tables.get(place) is None:
            state.tables.pop(place, None)
        state.anew.add(place)
    st.rerun()


def renamed(parsed: Parsed, files: Sequence[Named]) -> None:
    """Activities that are stored under another title, a question each: the same, or another?"""
    asked: dict[str, tuple[str, Doubt]] = {}
    for raw in parsed.book.sheets:
        for doubt in raw.doubts:
            if doubt.made:
                found = replace(doubt, row=raw.row_of(doubt.row))
                asked.setdefault(doubt.made, (_ONE[raw.sheet.name], found))
    if not asked:
        return
    state = _state(files)
    st.warning(
        f"{format_number(len(asked))} baris tampaknya sudah tersimpan dengan judul atau nama lain."
        " Jawab dahulu; sampai itu barisnya ditolak."
    )
    chosen: dict[str, str | None] = {}
    with st.form("judul_berganti"):
        for made, (what, doubt) in list(asked.items())[:_ASKED]:
            st.markdown(
                words.say("{} **{}** ({}) kini tertulis **{}** (baris {}): {}.",
                          what, doubt.stored, made, doubt.value, doubt.row, doubt.why)
            )  # fmt: skip
            chosen[made] = st.radio(
                "Jawaban", [_SAME, _OTHER], index=None, horizontal=True, key=f"judul_{made}",
                label_visibility="collapsed",
            )  # fmt: skip
        if len(asked) > _ASKED:
            st.caption(f"Dan {format_number(len(asked) - _ASKED)} lainnya sesudah ini.")
        with st.container(horizontal=True):
            sent = st.form_submit_button("Baca lagi dengan jawaban ini", type="primary")
            others = st.form_submit_button("Semuanya yang lain")
    if others:
        state.new |= set(asked)
    elif sent:
        state.same |= {made for made, answer in chosen.items() if answer == _SAME}
        state.new |= {made for made, answer in chosen.items() if answer == _OTHER}
    if others or sent:
        st.rerun()
