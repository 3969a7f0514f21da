"""What stands beside a table's data, or is seen on them: told, so that none of it goes in silence.

Rows above the headings, hidden columns, cells struck through, comments.
"""

from __future__ import annotations

from sop_core.importing.headings import Headings, is_filled, letters
from sop_core.importing.tabs import Places, Tab
from sop_core.indonesian import format_number

SHOWN = 5
"""Places that a sentence names."""


def above(found: Headings, tab: Tab, told: list[str]) -> None:
    """Rows above the headings that say something: a title, an office, a day."""
    last = found.begins - found.heading_rows
    rows = [n for n in range(last) if any(column[n] != "" for column in tab.cells)]
    if rows:
        told.append(
            f"{found.sheet.name}: {format_number(len(rows))} baris"
            f" ({_some([str(n + 1) for n in rows])}) di atas judul kolom tidak dibaca."
        )


def columns(found: Headings, tab: Tab, told: list[str]) -> None:
    """Columns that are read though nobody sees them; those that are not read are told anyway."""
    hidden = [
        f"{letters(at)} “{found.names[at]}”"
        for at in sorted(tab.hidden_columns & found.columns.keys())
        if is_filled(tab, at, found.begins)
    ]
    if hidden:
        told.append(
            f"{found.sheet.name}: {format_number(len(hidden))} kolom tersembunyi"
            f" ({_some(hidden)}) ikut dibaca."
        )


def cells(found: Headings, tab: Tab, told: list[str]) -> None:
    """Cells that are struck through, or have a comment: their values alone are read."""
    for places, what in (
        (tab.struck, "sel dicoret ({}); dibaca seperti biasa."),
        (tab.noted, "sel berkomentar ({}); komentarnya tidak dibaca."),
    ):
        if len(places):
            told.append(
                f"{found.sheet.name}: {format_number(len(places))} {what.format(_named(places))}"
            )


def _named(places: Places) -> str:
    return _some([f"{letters(c)}{r + 1}" for r, c in places[:SHOWN].tolist()], len(places))


def _some(names: list[str], of: int | None = None) -> str:
    """The first of them, and how many more there are of all."""
    more = (of or len(names)) - SHOWN
    rest = [f"dan {format_number(more)} lainnya"] if more > 0 else []
    return ", ".join(names[:SHOWN] + rest)
