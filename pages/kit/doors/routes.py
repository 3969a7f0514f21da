"""Which kinds of address there are. What is not named here is not there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import streamlit
from streamlit import config

from pages.kit.navigation import TITLES

READ = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Kind:
    """A kind of address: its name (for counting), how it may be asked, and who may.

    ``guarded``: a valid session. ``cached``: a browser may keep the answer.
    """

    name: str
    methods: frozenset[str] = READ
    guarded: bool = False
    cached: bool = False


MEASURES = Kind("ukuran")
SIGN_IN = Kind("masuk", READ | {"POST"})
PROVIDER = Kind("penyedia")
"""Streamlit's own routes of sign-in by a provider; without one they are not there."""
HEALTH = Kind("sehat", READ)
ASSET = Kind("aset", READ, cached=True)
PAGE = Kind("halaman", READ, guarded=True)
MEDIA = Kind("berkas", READ, guarded=True)
UPLOAD = Kind("unggahan", frozenset({"PUT", "DELETE"}), guarded=True)
COMPONENT = Kind("komponen", READ, guarded=True)
STREAM = Kind("aliran", frozenset(), guarded=True)
NOTHING = Kind("tidak_ada", frozenset())
ROOT_SEARCH = Kind("cari_akar", frozenset())
"""Streamlit's page asks for these below its own address first, to learn where the app begins:
not there, and nobody trying doors."""


def _assets() -> list[str]:
    """Streamlit's own files; for any other name it would answer with its page."""
    home = Path(streamlit.__file__).parent / "static"
    return [f"/{p.relative_to(home).as_posix()}" for p in (home / "static").rglob("*.*")]


_EXACT = {
    "/healthz": HEALTH,
    "/metrics": MEASURES,
    "/masuk": SIGN_IN,
    "/masuk/penyedia": SIGN_IN,
    "/keluar": SIGN_IN,
    "/auth/login": PROVIDER,
    "/auth/logout": PROVIDER,
    "/oauth2callback": PROVIDER,
    "/_stcore/health": HEALTH,
    "/_stcore/host-config": HEALTH,
    "/_stcore/stream": STREAM,
    "/favicon.png": ASSET,
    **dict.fromkeys(_assets(), ASSET),
    "/": PAGE,
    **{f"/{name}": PAGE for name in TITLES},
    # Streamlit sends these on to the address without the last stroke.
    **{f"/{name}/": PAGE for name in TITLES},
    **{
        f"/{name}/_stcore/{asked}": ROOT_SEARCH
        for name in TITLES
        for asked in ("health", "host-config")
    },
}
_PATTERNS = (
    (re.compile(r"/media/[0-9a-f]{8,128}(\.[A-Za-z0-9]{1,8})?"), MEDIA),
    (re.compile(r"/_stcore/upload_file/[0-9a-f-]{36}/[0-9a-f-]{36}"), UPLOAD),
    (re.compile(r"/component/[\w./-]+"), COMPONENT),
    (re.compile(r"/_stcore/bidi-components/[\w./-]+"), COMPONENT),
)
# A path means one thing to us and to whatever reads it after us: nothing encoded twice, no
# steps up, no empty steps, no drive letters, no backslashes.
_TWISTED = re.compile(rb"%(2e|2f|5c|25|00)|//|\\|/\.\.?(/|$)|[\x00-\x1f\x7f]", re.IGNORECASE)


def kind_of(path: str, raw: bytes) -> Kind:
    """What is asked for. ``path`` is decoded, ``raw`` as it came; both must be plain."""
    written = raw.partition(b"?")[0]
    if _TWISTED.search(written) or _TWISTED.search(path.encode("utf-8", "surrogateescape")):
        return NOTHING
    if unquote(path) != path:
        return NOTHING
    path = within(path)
    found = _EXACT.get(path)
    if found is not None:
        return found
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(path)), NOTHING)


def within(path: str) -> str:
    """A path below ``server.baseUrlPath``, as if that were not set; empty outside it."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    if not base:
        return path
    if path != f"/{base}" and not path.startswith(f"/{base}/"):
        return ""
    return path.removeprefix(f"/{base}") or "/"
