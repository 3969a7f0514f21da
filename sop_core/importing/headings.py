"""The second and third stage of reading: where the headings are, and what each column is."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from sop_core.importing.contract import (
    DOUBT,
    ORIGIN,
    WHY,
    Column,
    Sheet,
    match_headings,
    normalise_heading,
)
from sop_core.importing.notes import Reading

MAX_HEADING_ROW = 20


def find_heading(
    sheets: Sequence[Sheet], rows: list[list[Any]]
) -> tuple[Sheet | None, int, dict[int, Column]]:
    """The heading row is the one among the first rows that names most columns."""
    best: tuple[int, Sheet | None, int, dict[int, Column]] = (0, None, 0, {})
    for at, row in enumerate(rows):
        headings = [str(cell) for cell in row]
        for sheet in sheets:
            columns = match_headings(sheet, headings)
            alone = len(sheets) == 1
            enough = len(columns) >= (1 if alone else 2)
            whole = alone or all(c in columns.values() for c in sheet.required)
            if enough and whole and len(columns) > best[0]:
                best = (len(columns), sheet, at, columns)
    return best[1], best[2], best[3]


def missing_column(
    sheet: Sheet,
    missing: list[Column],
    headings: list[str],
    columns: dict[int, Column],
    row_number: int,
) -> str:
    free = [h for i, h in enumerate(headings) if i not in columns and h]
    parts = []
    for column in missing:
        known = {normalise_heading(h): h for h in free}
        near = difflib.get_close_matches(normalise_heading(column.name), known, n=1, cutoff=0.5)
        hint = f" (mungkin maksud Anda kolom “{known[near[0]]}”?)" if near else ""
        parts.append(f"“{column.name}”{hint}")
    return (
        f"Lembar {sheet.name}, baris judul {row_number}: kolom wajib tidak ada: {', '.join(parts)}."
    )


def note_headings(
    sheet: Sheet, headings: list[str], columns: dict[int, Column], readings: list[Reading]
) -> None:
    for position, heading in enumerate(headings):
        column = columns.get(position)
        if column is None:
            if heading and heading not in (ORIGIN, WHY, DOUBT):
                readings.append(Reading("kolom", sheet.name, heading, ""))
        elif normalise_heading(heading) != normalise_heading(column.name):
            readings.append(Reading("kolom", sheet.name, heading, column.name))
