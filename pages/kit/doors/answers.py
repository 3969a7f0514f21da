"""The plain pages that say no, in words, and open to anyone."""

from __future__ import annotations

from html import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

WORDS = {
    400: "Permintaan ini tidak dapat dibaca.",
    401: "Silakan masuk.",
    403: "Permintaan ini ditolak.",
    404: "Halaman atau berkas ini tidak ada.",
    405: "Cara meminta ini tidak dikenal di sini.",
    411: "Ukuran kiriman harus disebut.",
    413: "Kiriman ini terlalu besar.",
    416: "Bagian berkas yang diminta tidak ada.",
    429: "Terlalu banyak permintaan sekaligus. Coba lagi sebentar lagi.",
    500: "Terjadi kesalahan.",
    503: "Sedang tidak dapat dibuka. Coba lagi sebentar lagi.",
}
_PAGE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Pantau SOP</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, sans-serif; }}
main {{ width: min(32rem, 84vw); }}
</style></head><body><main><h1>Pantau SOP</h1><p role="alert">{said}</p>{more}
<p><a href="/">Ke halaman awal</a></p></main></body></html>"""
CLOSED = "Belum ada akun. Basis data ini memuat data yang bukan demo. Administrator membuat akun pertama di komputer server:"
_FIRST_ACCOUNT = 'pantau user add admin --role admin --name "Nama Anda"'


def no(status: int, said: str = "", headers: dict[str, str] | None = None) -> Response:
    """A refusal; without words of its own it says what its status means."""
    said = said or WORDS.get(status, WORDS[400])
    more = f"<pre>{escape(_FIRST_ACCOUNT)}</pre>" if said == CLOSED else ""
    return HTMLResponse(_PAGE.format(said=escape(said), more=more), status, headers)


async def instead(_: Request, error: Exception) -> Response:
    """In place of Streamlit's and Starlette's own words, which are English."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    return no(status, headers=dict(headers) if headers else None)
