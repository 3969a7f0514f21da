"""How wide a table's columns are, and which hold numbers: the same in Word and PDF."""

from __future__ import annotations

from sop_core.reports.model import Section

_LONGEST_WORD = 14
"""Longer words may break; a column is not widened for them."""
_LONGEST_TEXT = 160
_PAGE = 112.0
"""Characters of a table's text that fit beside each other on a page."""


def column_shares(section: Section) -> list[float]:
    """Shares of the page's width: each column's longest word fits, the rest goes to long texts.

    A row is as high as its highest cell, so that room in proportion to length wastes least.
    """
    assert section.table is not None
    columns = list(zip(section.table.headings, *section.on_paper, strict=True))
    least = [
        max(_longest_word(h) * 1.25, *map(_longest_word, cells), 1) + 2.2 for h, *cells in columns
    ]
    more = [
        max(0.0, min(_LONGEST_TEXT, max(map(len, column[1:] or column))) - low)
        for low, column in zip(least, columns, strict=True)
    ]
    left = max(0.0, _PAGE - sum(least))
    widths = [
        low + (left * part / sum(more) if sum(more) else 0.0)
        for low, part in zip(least, more, strict=True)
    ]
    return [width / sum(widths) for width in widths]


def _longest_word(text: str) -> int:
    return max((min(_LONGEST_WORD, len(word)) for word in text.split()), default=0)


def number_columns(section: Section) -> list[bool]:
    """Whether each column holds numbers alone, so that it is set flush right."""
    assert section.table is not None
    columns = zip(*section.table.rows, strict=True)
    return [
        all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in known)
        if (known := [v for v in column if v is not None])
        else False
        for column in columns
    ] or [False] * len(section.table.headings)
