"""Entry of Pantau SOP: the ASGI app and the navigation between pages."""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from pages.kit import filters, shell


async def healthz(_: Request) -> PlainTextResponse:
    """Answers that the server is up, for a load balancer or a schedule."""
    return PlainTextResponse("ok")


# Streamlit runs files of a folder named pages/ by themselves until st.navigation is first
# called: the first reader who follows a link into a fresh server would pass this file by.
PagesManager.uses_pages_directory = False
app = st.App(Path(__file__).resolve(), routes=[Route("/healthz", healthz)])

PAGES = {
    "Pantauan": [
        st.Page("pages/nasional.py", title="Nasional", icon=":material/public:", default=True),
        st.Page("pages/wilayah.py", title="Wilayah", icon=":material/location_city:"),
        st.Page("pages/terlambat.py", title="Terlambat", icon=":material/alarm:"),
    ],
    "Pelaksanaan": [
        st.Page("pages/fasilitator.py", title="Fasilitator", icon=":material/groups:"),
        st.Page("pages/tindak_lanjut.py", title="Tindak Lanjut", icon=":material/task_alt:"),
    ],
    "Tahun depan": [
        st.Page("pages/rekomendasi.py", title="Rekomendasi", icon=":material/lightbulb:"),
        st.Page("pages/laporan.py", title="Laporan", icon=":material/description:"),
    ],
    "Data": [
        st.Page("pages/unggah.py", title="Unggah", icon=":material/upload_file:"),
        st.Page("pages/kalender.py", title="Kalender", icon=":material/calendar_month:"),
    ],
}


def main() -> None:
    """One run of the page the reader is on."""
    st.set_page_config(page_title="Pantau SOP", page_icon=":material/fact_check:", layout="wide")
    page = st.navigation(PAGES)
    shell.frame()
    filters.shared(shell.store())
    page.run()


if __name__ == "__main__":
    main()
