"""Who asks: a person who has signed in, a visitor to demo data, or nobody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from pages.kit import session, shell
from pages.kit.doors.answers import CLOSED
from pages.kit.shelf import key_of
from sop_core import accounts, sessions
from sop_core.errors import SignInRefused, StoreError
from sop_core.store import Store


@dataclass(frozen=True)
class Asker:
    """Somebody who may pass.

    ``key`` is what files and uploads are bound to; ``fresh`` means a provider's sign-in that
    no run of a page has looked at yet: it may open the page, and nothing else.
    """

    key: str
    demo: bool = False
    fresh: bool = False


@dataclass(frozen=True)
class Turned:
    """Somebody who may not; ``message`` is empty where nobody has signed in at all."""

    status: int
    message: str = ""


def asking(connection: HTTPConnection) -> Asker | Turned:
    """Who sends this request, as the store says at this moment. Nothing is written."""
    try:
        root = shell.root()
        return _asking(root, connection.cookies, address(connection))
    except StoreError as error:
        return Turned(503, f"Basis data tidak dapat dibuka. {error}")


def _asking(root: Store, cookies: Mapping[str, str], where: str) -> Asker | Turned:
    provider = session.provider_configured()
    if not provider and not accounts.any_account(root):
        return Turned(403, CLOSED) if root.has_real_data else Asker(f"demo:{where}", demo=True)
    token = cookies.get(session.COOKIE)
    if token and sessions.holder(root, token) is not None:
        return Asker(key_of(token))
    claims = provider_claims(cookies) if provider else None
    if claims is None:
        return Turned(401)
    token = session.provider_token(claims)
    if not sessions.session_known(root, token):
        return Asker(key_of(token), fresh=True)
    return Asker(key_of(token)) if sessions.holder(root, token) is not None else Turned(401)


def provider_claims(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """What a provider said of the reader, if the cookie that keeps it is signed by us."""
    raw = _get_signed_cookie_with_chunks(dict(cookies), USER_COOKIE_NAME)
    if not raw:
        return None
    try:
        claims = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(claims, dict) or not claims.get("is_logged_in"):
        return None
    claims.pop("origin", None)
    return claims


def why_not(connection: HTTPConnection) -> str:
    """Words for the form, of somebody whose cookie is no good; empty where there is none."""
    root = shell.root()
    cookies = connection.cookies
    token = cookies.get(session.COOKIE)
    provider = session.provider_configured()
    claims = provider_claims(cookies) if provider else None
    if token is None and claims is not None:
        token = session.provider_token(claims)
    if token is not None:
        try:
            sessions.viewer_of_session(root, token, address=address(connection))
        except SignInRefused as error:
            return str(error)
        return ""
    if provider and USER_COOKIE_NAME in cookies:
        return str(sessions.forged_cookie(root, address(connection)))
    return ""


def address(connection: HTTPConnection) -> str:
    """Where the request comes from, as uvicorn says (behind a trusted proxy: its client)."""
    return connection.client.host if connection.client else "-"
