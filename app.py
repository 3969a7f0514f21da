"""Entry of Pantau SOP: the ASGI app, sign-in and the navigation between pages."""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from pages.kit import filters, navigation, shell, signin


async def healthz(_: Request) -> PlainTextResponse:
    """Answers that the server is up, for a load balancer or a schedule."""
    return PlainTextResponse("ok")


async def front(request: Request) -> RedirectResponse:
    """Nasional is the front page, whose address has no name; a link that names it goes there."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/")


# Streamlit runs files of a folder named pages/ by themselves until st.navigation is first
# called: the first reader who follows a link into a fresh server would pass this file by.
PagesManager.uses_pages_directory = False
routes = [Route("/healthz", healthz), Route("/nasional", front), *signin.ROUTES]
app = st.App(Path(__file__).resolve(), routes=routes)


def main() -> None:
    """One run of the page the reader is on."""
    st.set_page_config(page_title="Pantau SOP", page_icon=":material/fact_check:", layout="wide")
    store = shell.signed_in()
    page = navigation.current(store.viewer)
    shell.frame(store)
    if navigation.filtered(store.viewer):
        filters.shared(store)
    page.run()


if __name__ == "__main__":
    main()
