"""What every answer carries, whatever it is."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

import streamlit

_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def _inline_scripts() -> str:
    """The scripts that stand in Streamlit's own page, each by its digest."""
    found = re.findall(r"<script>(.*?)</script>", _INDEX.read_text("utf-8"), re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in found)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


_SCRIPTS = _inline_scripts()


def policy(host: str) -> str:
    """The content security policy of a page that was asked for at that host."""
    # 'self' does not take in websockets in every browser in use.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src 'self' {_SCRIPTS}",
            # Streamlit's front end and Plotly write their styles into the page.
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            f"connect-src 'self'{sockets}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def dressed(
    sent: Iterable[tuple[bytes, bytes]], host: str, cached: bool
) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with ours; ``cached`` where it may be kept by a browser."""
    ours = {k.lower(): v for k, v in ALWAYS.items()}
    if not cached:
        ours["cache-control"] = "no-store"
    kept = [(k, v) for k, v in sent if k.decode("latin-1").lower() not in ours]
    names = {k.lower() for k, _ in kept}
    # A page with a stricter policy of its own, such as the sign-in form, keeps it.
    if b"content-security-policy" not in names:
        ours["content-security-policy"] = policy(host)
    return kept + [(k.encode(), v.encode("latin-1")) for k, v in ours.items()]
