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
        ("unggah", "Unggah", "upload_file"),
        ("sop", "SOP", "menu_book"),
        ("kalender", "Kalender", "calendar_month"),
        ("administrasi", "Administrasi", "manage_accounts"),
        ("akun", "Akun", "person"),
    ],
}
"""By heading: file, title, icon. For whom they are stands with the roles."""
FIRST = "nasional"
PASSWORD = "akun"
"""Where one changes one's own."""
_WAITS = "_yang_diminta"
TITLES = {file: title for entries in PAGES.values() for file, title, _ in entries}
ROLES_OF = {file: {name for name, role in TABLE.items() if file in role.pages} for file in TITLES}


def current(viewer: Viewer) -> StreamlitPage:
    """The page the reader is on; those not for their role are out of sight."""
    shown = {
        heading: [
            st.Page(
                f"pages/{file}.py", title=title, icon=f":material/{icon}:", default=file == FIRST,
                visibility="visible" if viewer.role in ROLES_OF[file] else "hidden",
            )
            for file, title, icon in entries
        ]
        for heading, entries in PAGES.items()
    }  # fmt: skip
    page = st.navigation(shown)
    file = next(file for file, title in TITLES.items() if title == page.title)
    hold_back(viewer, file)
    first = first_page(viewer)
    if file == FIRST != first:
        st.switch_page(f"pages/{first}.py")
    return page


def hold_back(viewer: Viewer, file: str) -> None:
    """Lead somebody who must change their first password to Akun; what they asked for waits."""
    if viewer.role == PENDING and viewer.role not in ROLES_OF[file]:
        st.session_state[_WAITS] = _address(file)
        st.switch_page(f"pages/{PASSWORD}.py")


def _address(file: str) -> str:
    path = "/" if file == FIRST else f"/{file}"
    query = urlencode({k: st.query_params.get_all(k) for k in st.query_params}, doseq=True)
    return f"{path}?{query}" if query else path


def waiting() -> str:
    """The address that ``hold_back`` led away from; the front page where there is none."""
    return str(st.session_state.get(_WAITS, "/"))


def first_page(viewer: Viewer) -> str:
    """Where a reader begins: the front page, or the first that is for their role."""
    return next((file for file, roles in ROLES_OF.items() if viewer.role in roles), FIRST)


def filtered(viewer: Viewer) -> bool:
    """Whether the filters of records mean anything to a reader."""
    return decided(viewer.role).sees != NOTHING
