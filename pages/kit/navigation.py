"""The pages, under which heading they stand, and for which roles they are."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from sop_core.access import NOTHING, PENDING, TABLE, Viewer, decided

PAGES = {
    "Pantauan": [
        ("nasional", "Nasional", "public"),
        ("wilayah", "Wilayah", "location_city"),
        ("terlambat", "Terlambat", "alarm"),
    ],
    "Pelaksanaan": [
        ("fasilitator", "Fasilitator", "groups"),
        ("tindak_lanjut", "Tindak Lanjut", "task_alt"),
    ],
    "Tahun depan": [
        ("rekomendasi", "Rekomendasi", "lightbulb"),
        ("laporan", "Laporan", "description"),
    ],
    "Data": [
        ("catat", "Catat", "edit_note"),
        ("unggah", "Unggah", "upload_file"),
        ("sop", "SOP", "menu_book"),
        ("kalender", "Kalender", "calendar_month"),
        ("administrasi", "Administrasi", "manage_accounts"),
        ("akun", "Akun", "person"),
    ],
}
"""By heading: file, title, icon. For whom they are stands with the roles."""
OF_THE_PRESENT = {"catat", "unggah", "sop", "kalender", "administrasi", "akun"}
"""Pages on which things are entered: they show what is known now, whatever day is asked for."""
PASSWORD = "akun"
"""Where one changes one's own."""
_HOME = "Pantau SOP"
_WAITS = "_yang_diminta"
TITLES = {file: title for entries in PAGES.values() for file, title, _ in entries}
ROLES_OF = {file: {name for name, role in TABLE.items() if file in role.pages} for file in TITLES}


def current(viewer: Viewer) -> StreamlitPage:
    """The page the reader is on; those not for their role are out of sight."""
    # The address without a name is no page: it leads to where the role begins, so that every
    # page has a name of its own in a link, whoever follows it.
    home = st.Page(lambda: None, title=_HOME, url_path="awal", default=True, visibility="hidden")
    shown = {
        heading: [
            st.Page(
                f"pages/{file}.py", title=title, icon=f":material/{icon}:",
                visibility="visible" if viewer.role in ROLES_OF[file] else "hidden",
            )
            for file, title, icon in entries
        ]
        for heading, entries in PAGES.items()
    }  # fmt: skip
    page = st.navigation({"": [home], **shown})
    if page.title == _HOME:
        lead_home(viewer)
    file = next(file for file, title in TITLES.items() if title == page.title)
    hold_back(viewer, file)
    return page


def lead_home(viewer: Viewer) -> None:
    """Lead to the page where the reader's role begins; the filters of the link go along."""
    if viewer.role == PENDING:
        st.session_state[_WAITS] = _address("")
    st.switch_page(f"pages/{decided(viewer.role).lands}.py", query_params=_query())


def hold_back(viewer: Viewer, file: str) -> None:
    """Lead somebody who must change their first password to Akun; what they asked for waits."""
    if viewer.role == PENDING and viewer.role not in ROLES_OF[file]:
        st.session_state[_WAITS] = _address(file)
        st.switch_page(f"pages/{PASSWORD}.py")


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _address(file: str) -> str:
    query = urlencode(_query(), doseq=True)
    return f"/{file}?{query}" if query else f"/{file}"


def waiting() -> str:
    """The address that ``hold_back`` led away from; where the role begins, if there is none."""
    return str(st.session_state.get(_WAITS, "/"))


def filtered(viewer: Viewer) -> bool:
    """Whether the filters of records mean anything to a reader."""
    return decided(viewer.role).sees != NOTHING
