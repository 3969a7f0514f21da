"""Entry of Pantau SOP: the ASGI app, sign-in and the navigation between pages."""

from pathlib import Path

import streamlit as st
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from pages.kit import filters, navigation, running, shell, signin
from pages.kit.doors import answers
from pages.kit.doors.gate import Gate

ICON = Path(__file__).parent / "pages" / "kit" / "icon.png"


async def icon(_: Request) -> FileResponse:
    """Our own icon in the place of Streamlit's."""
    return FileResponse(ICON)


# Streamlit runs files of a folder named pages/ by themselves until st.navigation is first
# called: the first reader who follows a link into a fresh server would pass this file by.
PagesManager.uses_pages_directory = False
routes = [
    Route("/favicon.png", icon),
    *running.ROUTES,
    *signin.ROUTES,
]
app = st.App(
    Path(__file__).resolve(),
    routes=routes,
    middleware=[Middleware(Gate)],
    lifespan=running.lifespan,
    on_script_error=running.on_script_error,
    exception_handlers={HTTPException: answers.instead},
)


def main() -> None:
    """One run of the page the reader is on."""
    # A file of ours: a page's icon by name would be fetched from another host.
    st.set_page_config(page_title="Pantau SOP", page_icon=str(ICON), layout="wide")
    with shell.present() as store:
        page = navigation.current(store.viewer)
        shell.frame(store)
        if navigation.filtered(store.viewer):
            filters.shared(store)
        page.run()


if __name__ == "__main__":
    main()
