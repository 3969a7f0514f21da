"""The second and third stage of reading: where the headings are, and what each column is."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sop_core import spelling
from sop_core.errors import ImportRefused
from sop_core.importing.contract import DOUBT, ORIGIN, WHY, Column, Sheet
from sop_core.importing.notes import Reading
from sop_core.importing.tabs import Tab

MAX_HEADING_ROW = 20
"""Rows among which the headings are looked for."""
FACT = "realisasi"
"""Before or after a column's name: of a plan and what came of it the fact counts."""
_NEAR = 0.72
"""How alike a heading must be to be proposed for a missing one; less proposes the absurd."""


@dataclass(frozen=True)
class Headings:
    """The headings of one table: the row after which data begin (from 0), and what each says.

    ``names`` are as they are written, by position; two rows of headings are joined:
    ``heading_rows`` says how many there are.
    """

    sheet: Sheet
    begins: int
    names: list[str]
    columns: dict[int, Column]
    heading_rows: int = 1


def known(sheets: Sequence[Sheet]) -> Iterable[str]:
    """Every name that a column of these sheets goes by."""
    return {n for s in sheets for c in s.columns for n in (c.name, *c.synonyms)}


def find(sheets: Sequence[Sheet], tab: Tab) -> Headings | None:
    """The headings are the row, or the two rows, among the first that name most columns.

    Raises ImportRefused where two columns that are filled go by the same name.
    """
    best: tuple[dict[str, list[int]], Headings] | None = None
    alone = len(sheets) == 1
    for begins, spoken, names, rows in candidates(tab):
        for sheet in sheets:
            fits = named(sheet, spoken)
            enough = len(fits) >= (1 if alone else 2)
            whole = alone or all(c.field in fits for c in sheet.required)
            if enough and whole and (best is None or len(fits) > len(best[0])):
                best = fits, Headings(sheet, begins, names, {}, rows)
    return None if best is None else _settled(best[1], best[0], tab)


Spoken = list[tuple[str, ...]]
"""What the heading at each position may be read as, normalised."""


def candidates(tab: Tab) -> Iterable[tuple[int, Spoken, list[str], int]]:
    """Each row, then each two rows joined, and how many they are: a later one must name more
    columns to be chosen.
    """
    rows = [
        [str(column[row]).strip() for column in tab.cells]
        for row in range(min(tab.height, MAX_HEADING_ROW + 1))
    ]
    for at, row in enumerate(rows[:MAX_HEADING_ROW]):
        yield at + 1, [(spelling.heading(name),) if name else () for name in row], row, 1
    for at, (upper, lower) in enumerate(itertools.pairwise(rows)):
        above = _spread(upper, lower)
        names = [" ".join(filter(None, pair)) for pair in zip(above, lower, strict=True)]
        spoken = [
            tuple(map(spelling.heading, (both, low) if low else (both,))) if both else ()
            for both, low in zip(names, lower, strict=True)
        ]
        yield at + 2, spoken, names, 2


def _spread(upper: list[str], lower: list[str]) -> list[str]:
    """The upper of two rows of headings, of which one stands over several columns."""
    spread, last = [], ""
    for above, below in zip(upper, lower, strict=True):
        last = above or (last if below else "")
        spread.append(last)
    return spread


def joined(tab: Tab, first: int, last: int) -> list[str]:
    """The names of the columns whose headings stand on these rows (from 1), one or two."""
    rows = [[str(c[n - 1]).strip() for c in tab.cells] for n in (first, last) if n <= tab.height]
    if len(rows) < 2 or first == last:
        return rows[0] if rows else []
    above = _spread(*rows)
    return [" ".join(filter(None, pair)) for pair in zip(above, rows[1], strict=True)]


def named(sheet: Sheet, spoken: Spoken) -> dict[str, list[int]]:
    """The positions that go by each column's name; as its fact, by itself, or by a synonym."""
    found: dict[str, list[int]] = {}
    taken: set[int] = set()
    for ways in (_as_fact, _as_name, _as_synonym):
        for column in sheet.columns:
            if column.field in found:
                continue
            wanted = ways(column)
            at = [
                position
                for position, names in enumerate(spoken)
                if position not in taken and wanted.intersection(names)
            ]
            if at:
                found[column.field] = at
                taken.update(at)
    return found


def _as_name(column: Column) -> set[str]:
    return {spelling.heading(column.name)}


def _as_synonym(column: Column) -> set[str]:
    return {spelling.heading(name) for name in column.synonyms}


def _as_fact(column: Column) -> set[str]:
    if column.kind != "date":
        return set()
    return {
        spelling.heading(both)
        for name in (column.name, *column.synonyms)
        for both in (f"{FACT} {name}", f"{name} {FACT}")
    }


def _settled(found: Headings, fits: dict[str, list[int]], tab: Tab) -> Headings:
    """One position for each column: of several that go by its name the one that is filled."""
    columns = {}
    for field, positions in fits.items():
        filled = [p for p in positions if is_filled(tab, p, found.begins)]
        if len(filled) > 1:
            raise ImportRefused(twins(found.sheet, found.sheet.column(field), filled))
        columns[(filled or positions)[0]] = found.sheet.column(field)
    return replace(found, columns=columns)


def is_filled(tab: Tab, position: int, begins: int) -> bool:
    """Whether a column has any cell below its heading."""
    return bool((~tab.cells[position].blank()[begins:]).any())


def twins(sheet: Sheet, column: Column, positions: list[int]) -> str:
    """The sentence that asks which of several columns of one name is meant."""
    *first, last = map(letters, positions)
    number = {2: "dua", 3: "tiga"}.get(len(positions), str(len(positions)))
    return (
        f"Lembar {sheet.name}: {number} kolom bernama {column.name}: {', '.join(first)} dan {last}."
        " Beri judul Realisasi pada yang benar-benar terjadi, atau hapus yang lain."
    )


def letters(position: int) -> str:
    """The column as a spreadsheet names it: 0 is ``A``, 26 ``AA``."""
    name = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        name = chr(65 + rest) + name
    return name


def missing(found: Headings) -> str | None:
    """The sentence that names each required column that is not there; None where all are."""
    lacking = [c for c in found.sheet.required if c not in found.columns.values()]
    if not lacking:
        return None
    free = {
        spelling.heading(name): name
        for position, name in enumerate(found.names)
        if position not in found.columns and name
    }
    parts = []
    for column in lacking:
        names = [spelling.heading(n) for n in (column.name, *column.synonyms)]
        near = [m for n in names for m in difflib.get_close_matches(n, free, 1, _NEAR)]
        hint = f" (mungkin maksud Anda kolom “{free[near[0]]}”?)" if near else ""
        parts.append(f"“{column.name}”{hint}")
    return (
        f"Lembar {found.sheet.name}, baris judul {found.begins}: kolom wajib tidak ada:"
        f" {', '.join(parts)}."
    )


def note(found: Headings, tab: Tab, readings: list[Reading]) -> None:
    """What each heading was read as, and which columns are not read though they are filled."""
    sheet = found.sheet.name
    for position, heading in enumerate(found.names):
        column = found.columns.get(position)
        if column is not None:
            if spelling.heading(heading) != spelling.heading(column.name):
                readings.append(Reading("kolom", sheet, heading, column.name))
        elif heading not in (ORIGIN, WHY, DOUBT):
            filled = int((~tab.cells[position].blank()[found.begins :]).sum())
            if heading or filled:
                name = heading or f"{letters(position)} (tanpa judul)"
                readings.append(Reading("kolom", sheet, name, "", count=filled))
