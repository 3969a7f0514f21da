"""Signing in with a password: a plain page beside the app, and the cookie it hands out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from html import escape
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from streamlit.user_info import generate_login_redirect_url

from pages.kit import shell
from pages.kit.session import COOKIE, provider_configured
from pages.kit.shelf import SHELF, key_of
from sop_core import sessions
from sop_core.errors import SignInBusy, SignInRefused, SignInTooOften
from sop_core.sessions import LONGEST_SESSION

_MOST_BYTES = 4096
_THREADS = 32
"""Of their own, for those who wait for their turn: pages and doors do not wait behind them."""
_PAGE = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>Masuk · Pantau SOP</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --ink: #17242C; --ground: #F2F5F7; --card: #fff; --main: #0B5C7F; --on: #fff; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #E6EDF1; --ground: #11181D; --card: #1B252C; --main: #5FB3D4; --on: #11181D; }} }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }}
form {{ background: var(--card); padding: 2rem; border-radius: 8px;
  box-sizing: border-box; width: min(26rem, 92vw); }}
h1 {{ margin: 0 0 1rem; font-size: 1.5rem; }}
label {{ display: block; margin: .8rem 0 .25rem; }}
input {{ width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; border: 1px solid #7f8c96;
  border-radius: 4px; background: transparent; color: inherit; }}
button {{ margin-top: 1.4rem; width: 100%; padding: .7rem; font: inherit; border: 0; border-radius: 4px;
  background: var(--main); color: var(--on); cursor: pointer; }}
p {{ margin: 0 0 .5rem; }}
</style></head><body>
<form method="post" action="/masuk"><h1>Pantau SOP</h1>{message}
<input type="hidden" name="ke" value="{target}">
<label for="akun">Nama masuk</label><input id="akun" name="akun" autocomplete="username" required autofocus>
<label for="sandi">Kata sandi</label>
<input id="sandi" name="sandi" type="password" autocomplete="current-password" required>
<button>Masuk</button>{other}</form></body></html>"""
_LEAVE = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>Keluar · Pantau SOP</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body>
<form method="post" action="/keluar"><p>Keluar dari Pantau SOP?</p><button>Keluar</button></form>
</body></html>"""
_OTHER = '<p style="margin-top:1rem"><a href="/masuk/penyedia">Masuk lewat BPOM</a></p>'
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
}


def _form(message: str = "", target: str = "/", status: int = 200) -> HTMLResponse:
    said = f'<p role="alert"><strong>{escape(message)}</strong></p>' if message else ""
    other = _OTHER if provider_configured() else ""
    page = _PAGE.format(message=said, target=escape(target, quote=True), other=other)
    return HTMLResponse(page, status, headers=_HEADERS)


def _inside(target: str) -> str:
    """A place in this app to go to; anything else is the front page.

    A browser takes a backslash for a stroke and drops tabs and line ends; what is not plain
    is not followed, nor what would sign out again.
    """
    plain = target.isprintable() and "\\" not in target
    safe = plain and target.startswith("/") and not target.startswith("//")
    leaves = urlsplit(target).path.split("/")[1:2] if safe else []
    return target if safe and leaves not in (["masuk"], ["keluar"], ["auth"]) else "/"


def place_of(written: str) -> str | None:
    """The host and port of an Origin or Referer; None for what is no address of the web."""
    try:
        found = urlsplit(written)
    except ValueError:
        return None
    return found.netloc if found.scheme in ("http", "https") else None


def _from_elsewhere(request: Request) -> bool:
    """Whether another site's page sends this. Browsers say so; what is no browser need not."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    said = request.headers.get("origin") or request.headers.get("referer")
    return said is not None and place_of(said) != request.headers.get("host")


T = TypeVar("T")


@cache
def _threads() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_THREADS)


async def _aside(work: Callable[[], T]) -> T:
    return await anyio.to_thread.run_sync(work, limiter=_threads())


def ask(request: Request, refusal: str = "") -> Response:
    """The form in place of a page, which comes after it; a cookie that is no good is taken back."""
    query = request.url.query
    target = f"{request.url.path}?{query}" if query else request.url.path
    answer = _form(refusal or "Silakan masuk untuk melihat data.", _inside(target), 401)
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, path="/")
    return answer


async def to_provider(_: Request) -> Response:
    """On to the provider's own form, as st.login does from within a page."""
    if not provider_configured():
        return RedirectResponse("/masuk", 303)
    return RedirectResponse(generate_login_redirect_url("default"), 303)


async def show(request: Request) -> Response:
    """The form."""
    return _form(target=_inside(request.query_params.get("ke", "/")))


async def sign_in(request: Request) -> Response:
    """Check a password; the cookie is for this site alone and out of reach of scripts."""
    if _from_elsewhere(request):
        return _form("Permintaan dari situs lain ditolak.", status=403)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            return _form("Isian terlalu panjang.", status=413)
    fields = {k: v[0] for k, v in parse_qs(body.decode("utf-8", "replace")).items()}
    target = _inside(fields.get("ke", "/"))
    # As uvicorn says: behind a proxy of FORWARDED_ALLOW_IPS the reader's own address.
    address = request.client.host if request.client else None
    before = request.cookies.get(COOKIE)
    try:
        token = await _aside(
            partial(_open, fields.get("akun", ""), fields.get("sandi", ""), address, before)
        )
    except SignInRefused as error:
        return _form(str(error), target, _status(error))
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        COOKIE, token, max_age=int(LONGEST_SESSION.total_seconds()), httponly=True, samesite="lax",
        secure=request.url.scheme == "https", path="/",
    )  # fmt: skip
    return answer


def _status(error: SignInRefused) -> int:
    if isinstance(error, SignInBusy):
        return 503
    return 429 if isinstance(error, SignInTooOften) else 401


def _open(login: str, password: str, address: str | None, before: str | None) -> str:
    root = shell.root()
    token = sessions.sign_in(root, login, password, address)
    if before:
        sessions.end_session(root, before)  # the browser has another cookie from here on
    return token


async def leave(request: Request) -> Response:
    """Sign out by the link of our own pages; who comes from elsewhere is asked first."""
    if _from_elsewhere(request):
        return HTMLResponse(_LEAVE, headers=_HEADERS)
    return await _left(request)


async def sign_out(request: Request) -> Response:
    """Sign out, unless it is another site that asks."""
    if _from_elsewhere(request):
        return _form("Permintaan dari situs lain ditolak.", status=403)
    return await _left(request)


async def _left(request: Request) -> Response:
    """End the session and take the cookie back."""
    token = request.cookies.get(COOKIE)
    if token:
        await _aside(lambda: sessions.end_session(shell.root(), token))
        SHELF.drop(key_of(token))
    answer = RedirectResponse("/masuk", 303)
    answer.delete_cookie(COOKIE, path="/")
    return answer


ROUTES = [
    Route("/masuk", show, methods=["GET"]),
    Route("/masuk", sign_in, methods=["POST"]),
    Route("/masuk/penyedia", to_provider, methods=["GET"]),
    Route("/keluar", leave, methods=["GET"]),
    Route("/keluar", sign_out, methods=["POST"]),
]
