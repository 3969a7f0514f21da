"""A cell as text, whatever kind of value a spreadsheet holds in it."""

from __future__ import annotations

import datetime as dt
from typing import Any


def clean_text(value: Any) -> str:
    """A cell as one line of text: NBSP and runs of blanks become one space."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        # As the sheet shows it; a column of ya or tidak reads it as one.
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def clean_lines(value: Any) -> str:
    """A cell of several lines, each as one line of text; empty ones are left out."""
    lines = str(value).splitlines() if isinstance(value, str) else [value]
    return "\n".join(filter(None, map(clean_text, lines)))
