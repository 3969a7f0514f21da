"""The preview outlives a look at another page and a lost connection: what was uploaded is held.

Streamlit forgets an uploader's files when its page is left, and all of a session when its
connection is lost. What was uploaded and neither kept nor thrown away waits on the shelf
(shelf.py), by the session of whoever is signed in; on demo data, where nobody is, by their
browser.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.kit import mapping_step, session, words
from pages.kit.mapping_step import Named
from pages.kit.shelf import SHELF, Held, key_of
from sop_core.access import DEMO
from sop_core.importing import SourceFile
from sop_core.indonesian import now
from sop_core.store import Store

_RESUMED = "unggahan_dilanjutkan"
_DIGESTS = "_sidik_unggahan"
"""In the tab's state: digests of uploaded files, by the number that Streamlit gave them."""
_BROWSER = "_streamlit_xsrf"
"""The cookie by which Streamlit knows a browser again: random, and known to it alone."""


@dataclass(frozen=True)
class Given:
    """Files to look at, and what tells them from others."""

    ids: tuple[str, ...]
    files: list[SourceFile]

    @property
    def named(self) -> list[Named]:
        """What answers to questions about the files are kept by."""
        return [Named(i, f.name) for i, f in zip(self.ids, self.files, strict=True)]


def person(store: Store) -> str:
    """What an upload of this reader is held by; empty where they cannot be known again."""
    if store.viewer.role == DEMO:
        cookie = session.cookies().get(_BROWSER)
        return f"demo:{hashlib.sha256(cookie.encode()).hexdigest()}" if cookie else ""
    token = session.own_token(store)
    return key_of(token) if token else ""


def given(
    store: Store, uploaded: list[UploadedFile], number: int, clears: bool, until: dt.date
) -> Given | None:
    """The files to look at: those that are uploaded now, or held ones that the reader goes on with.

    Draws what is held and asks what to do with it, where nothing is uploaded now. ``number`` is
    that of the uploader, whose keys end with it.
    """
    whose = person(store)
    if uploaded:
        st.session_state.pop(_RESUMED, None)
        files = [SourceFile(f.name, f.getvalue()) for f in uploaded]
        _hold(store, whose, files, clears, until)
        return Given(_digests(uploaded, files), files)
    held = SHELF.of(whose, store.viewer, now()) if whose else None
    if held is None:
        _tell_gone(store, whose)
        return None
    # What was resumed is what is shown: another tab may have uploaded something else since.
    if st.session_state.get(_RESUMED) != held.files:
        _offer(whose, held, number)
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(words.say("Dilanjutkan: **{}** dari pukul {:%H.%M}.", held.names, held.at))
        st.button("Buang", key="buang_unggahan", on_click=discard, args=(store,))
    _hold(store, whose, list(held.files), clears, until, held)
    return Given(tuple(f.sha256 for f in held.files), list(held.files))


def _digests(uploaded: list[UploadedFile], files: list[SourceFile]) -> tuple[str, ...]:
    """By which files are known again where they come back; each counted once."""
    known: dict[str, str] = st.session_state.setdefault(_DIGESTS, {})
    for upload, file in zip(uploaded, files, strict=True):
        if upload.file_id not in known:
            known[upload.file_id] = file.sha256
    return tuple(known[upload.file_id] for upload in uploaded)


def _hold(
    store: Store, whose: str, files: list[SourceFile], clears: bool, until: dt.date,
    last: Held | None = None,
) -> None:  # fmt: skip
    if not whose:
        return
    door = f"demo:{session.address()}" if store.viewer.role == DEMO else whose
    last = last or SHELF.of(whose, store.viewer, now())
    same = last is not None and [f.content for f in last.files] == [f.content for f in files]
    at = last.at if last is not None and same else now()
    held = Held(door, store.viewer, at, tuple(files), clears, until, mapping_step.remembered())
    SHELF.hold(whose, held, now())


def _offer(whose: str, held: Held, number: int) -> None:
    """Go on with it or throw it away."""
    with st.container(border=True):
        st.markdown(
            words.say("Pratinjau berkas **{}** dari pukul {:%H.%M} belum disimpan.", held.names, held.at)
        )  # fmt: skip
        with st.container(horizontal=True):
            st.button(
                "Lanjutkan", type="primary", key="lanjutkan_unggahan", on_click=_resume, args=(held, number)
            )  # fmt: skip
            st.button("Buang", key="buang_unggahan", on_click=SHELF.drop, args=(whose,))


def _resume(held: Held, number: int) -> None:
    st.session_state[_RESUMED] = held.files
    st.session_state[f"kosongkan_{number}"] = held.clears
    if held.until is not None:
        st.session_state[f"data_sampai_{number}"] = held.until
    mapping_step.recall(held.answers)


def _tell_gone(store: Store, whose: str) -> None:
    if st.session_state.pop(_RESUMED, None):
        st.info(
            "Berkas yang dilanjutkan di sini sudah disimpan atau dibuang di tab lain; lihat Riwayat"
            " unggahan.",
            icon=":material/tab_close:",
        )
    gone = SHELF.let_go_of(whose, store.viewer) if whose else None
    if gone is not None:
        st.info(
            words.say(
                "Pratinjau berkas **{}** dari pukul {:%H.%M} dilepas karena tempatnya habis; tidak"
                " ada yang disimpan. Unggah lagi berkasnya.",
                gone.names, gone.at,
            ),
            icon=":material/move_to_inbox:",
        )  # fmt: skip


def discard(store: Store) -> None:
    """Hold nothing any longer: it was kept, or thrown away."""
    st.session_state.pop(_RESUMED, None)
    whose = person(store)
    if whose:
        SHELF.drop(whose)


def emptied(store: Store, key: str) -> None:
    """The uploader's files have changed: where the last was taken out, it is thrown away."""
    if not st.session_state.get(key):
        discard(store)
