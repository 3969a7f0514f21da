"""The pages, under which heading they stand, and for which roles they are."""

from __future__ import annotations

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from sop_core.access import DEMO, Viewer

READERS = {"pimpinan", "kepala_balai", "data_staf", "pusat", DEMO}
UPLOADERS = {"data_staf", "pusat", DEMO}
PAGES = {
    "Pantauan": [
        ("nasional", "Nasional", "public", READERS),
        ("wilayah", "Wilayah", "location_city", READERS),
        ("terlambat", "Terlambat", "alarm", READERS),
    ],
    "Pelaksanaan": [
        ("fasilitator", "Fasilitator", "groups", READERS),
        ("tindak_lanjut", "Tindak Lanjut", "task_alt", READERS),
    ],
    "Tahun depan": [
        ("rekomendasi", "Rekomendasi", "lightbulb", READERS),
        ("laporan", "Laporan", "description", READERS),
    ],
    "Data": [
        ("unggah", "Unggah", "upload_file", UPLOADERS),
        ("sop", "SOP", "menu_book", READERS),
        ("kalender", "Kalender", "calendar_month", READERS),
        ("administrasi", "Administrasi", "manage_accounts", {"admin"}),
    ],
}
"""By heading: file, title, icon, roles."""
FIRST = "nasional"
TITLES = {file: title for entries in PAGES.values() for file, title, _, _ in entries}
ROLES_OF = {file: roles for entries in PAGES.values() for file, _, _, roles in entries}


def current(viewer: Viewer) -> StreamlitPage:
    """The page the reader is on; those not for their role are out of sight."""
    shown = {
        heading: [
            st.Page(
                f"pages/{file}.py", title=title, icon=f":material/{icon}:", default=file == FIRST,
                visibility="visible" if viewer.role in roles else "hidden",
            )
            for file, title, icon, roles in entries
        ]
        for heading, entries in PAGES.items()
    }  # fmt: skip
    page = st.navigation(shown)
    if viewer.role == "admin" and page.title == TITLES[FIRST]:
        st.switch_page("pages/administrasi.py")
    return page
