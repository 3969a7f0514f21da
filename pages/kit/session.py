"""Who is at the page: by password, by a provider (OIDC), or anyone on demo data."""

from __future__ import annotations

import hmac
import json
from html import escape
from typing import Any, NoReturn
from urllib.parse import quote, urlencode, urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError
from streamlit.web.server.server_util import get_cookie_secret

from pages.kit import words
from pages.kit.shelf import SHELF, key_of
from sop_core import accounts, attempts, sessions
from sop_core.access import VISITOR, Viewer
from sop_core.errors import SignInRefused
from sop_core.indonesian import now
from sop_core.store import Store

COOKIE = "pantau_sesi"
_PROVIDER_COOKIE = "_streamlit_user"


def provider_configured() -> bool:
    """Whether .streamlit/secrets.toml names an OIDC provider."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def cookies() -> dict[str, str]:
    """The reader's cookies, as their browser sent them when the page opened."""
    return dict(st.context.cookies)


def viewer(root: Store) -> Viewer:
    """Who reads; where nobody has signed in, the page says so and stops."""
    provider = provider_configured()
    if not provider and not accounts.any_account(root):
        return _visitor(root)
    try:
        found = _signed_in(root, provider)
    except SignInRefused as error:
        _ask(provider, str(error))
    if found is None:
        _ask(provider)
    return found


def _visitor(root: Store) -> Viewer:
    if root.has_real_data:
        st.title("Pantau SOP")
        st.error(
            "**Belum ada akun.** Basis data ini memuat data yang bukan demo. Administrator"
            " membuat akun pertama di komputer server:",
            icon=":material/lock:",
        )
        st.code('pantau user add admin --role admin --name "Nama Anda"', language="sh")
        st.stop()
    return VISITOR


def _signed_in(root: Store, provider: bool) -> Viewer | None:
    token = cookies().get(COOKIE)
    claims = _claims() if provider else None
    # Who has signed in at the provider since is not held up by an older password's cookie.
    if token and (claims is None or sessions.session_open(root, token)):
        return sessions.viewer_of_session(root, token, address=address())
    if not provider:
        return None
    if claims is None:
        if _PROVIDER_COOKIE not in cookies():
            return None
        # A page is drawn many times with one and the same cookie.
        if st.session_state.get("_kuki_dicatat"):
            raise SignInRefused("Kuki masuk tidak sah. Silakan masuk.")
        st.session_state["_kuki_dicatat"] = True
        raise sessions.forged_cookie(root, address())
    token = provider_token(claims)
    if sessions.session_known(root, token):
        return sessions.viewer_of_session(root, token, address=address())
    login, trusted = provider_login(claims)
    try:
        found = accounts.viewer_of(root, login if trusted else "")
    except SignInRefused:
        # Who the provider vouches for is named, so that an account can be made for them.
        who = login if trusted else attempts.NOBODY
        attempts.of(root).tell(
            root, "akun tidak terdaftar", who, attempts.place(address()),
            "akun tidak terdaftar" if trusted else "surel belum diverifikasi penyedia", now(),
        )  # fmt: skip
        raise
    sessions.open_session(root, found, token, sessions.PROVIDER, address())
    return found


def address() -> str:
    """Where the reader is, as the server sees it."""
    return st.context.ip_address or "127.0.0.1"  # Streamlit has no word for this machine


def own_token(store: Store) -> str:
    """What the reader's session goes by."""
    token = cookies().get(COOKIE)
    if token and sessions.session_open(store, token):
        return token
    claims = _claims()
    return provider_token(claims) if claims else ""


def provider_login(claims: dict[str, Any]) -> tuple[str, bool]:
    """The login that a provider's claims name, and whether the provider vouches for it.

    That is the e-mail address, which counts only with ``email_verified``: at many providers
    anybody can enter anybody's. Section [pantau] of secrets.toml may trust a provider that
    sends no such mark, or name another claim.
    """
    settings = _settings()
    claim = str(settings.get("login_claim") or "email")
    login = str(claims.get(claim) or "").strip().lower()
    if claim != "email":
        return login, bool(login)
    verified = claims.get("email_verified")
    if verified is None:
        return login, bool(login) and settings.get("trust_unmarked_email") is True
    return login, bool(login) and verified in (True, "true")


def _settings() -> dict[str, Any]:
    try:
        return dict(st.secrets.get("pantau") or {})
    except StreamlitSecretNotFoundError:
        return {}


def _claims() -> dict[str, Any] | None:
    return dict(st.user.to_dict()) if st.user.is_logged_in else None


def provider_token(claims: dict[str, Any]) -> str:
    """What stands for one sign-in at a provider: its claims, keyed with the cookies' secret.

    Without the key, whoever knows somebody's claims could hand in what stands for them as the
    cookie of a password's session.
    """
    kept = {k: v for k, v in claims.items() if k not in ("is_logged_in", "tokens")}
    text = json.dumps(kept, sort_keys=True, default=str)
    return hmac.new(get_cookie_secret().encode(), text.encode(), "sha256").hexdigest()


def _ask(provider: bool, refusal: str = "") -> NoReturn:
    st.title("Pantau SOP")
    if refusal:
        st.error(words.text(refusal), icon=":material/lock:")
    else:
        st.info("Silakan masuk untuk melihat data.", icon=":material/lock:")
    if provider:
        if st.button("Masuk", type="primary", icon=":material/login:"):
            st.login()
        st.caption("Anda diantar ke halaman masuk BPOM, lalu kembali ke sini.")
    link(f"/masuk?ke={quote(_here(), safe='')}", "Masuk dengan kata sandi")
    st.stop()


def link(address: str, text: str) -> None:
    """A link that opens in this tab; one of st.markdown opens another."""
    st.html(f'<a href="{escape(address)}" target="_self" style="color: inherit">{escape(text)}</a>')


def _here() -> str:
    """The link that was asked for, to come back to."""
    try:
        path = urlsplit(st.context.url or "/").path or "/"
    except ValueError:  # the browser says where it is, and may say anything
        path = "/"
    query = urlencode({k: st.query_params.get_all(k) for k in st.query_params}, doseq=True)
    return f"{path}?{query}" if query else path


def sign_out_link(root: Store) -> None:
    """Who is signed in, and the way out, in the sidebar."""
    if cookies().get(COOKIE):
        link("/keluar", "Keluar")
    elif st.button("Keluar", icon=":material/logout:"):
        claims = _claims()
        if claims:
            sessions.end_session(root, provider_token(claims))
            SHELF.drop(key_of(provider_token(claims)))
        st.logout()
