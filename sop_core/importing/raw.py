"""Rows of a sheet as they were read, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sop_core import spelling
from sop_core.importing.contract import Column, Sheet
from sop_core.importing.tabs import Cells

PART_ROWS = 1 << 20
"""Rows of one table at most, as in Excel: a row's number tells its part and its row there."""


@dataclass(frozen=True)
class Doubt:
    """A cell that keeps its row out until somebody says what is meant.

    ``made`` is the ID that is in question, stored under the title ``stored``, and ``why`` what
    speaks for it; empty where a doubt is no question of IDs.
    """

    row: int
    column: str
    value: str
    message: str
    made: str = ""
    stored: str = ""
    why: str = ""


@dataclass(frozen=True)
class Part:
    """Where some rows of a sheet stand: one table of one file, of a wide one a column of it."""

    file: str
    tab: str
    column: str = ""


@dataclass
class RawSheet:
    """Data rows of one recognised sheet, of one table or of several one after another.

    ``cells`` are its columns as read; ``row_numbers`` are the spreadsheet's own (first row 1),
    plus PART_ROWS for each part before: ``where`` takes them apart.
    """

    sheet: Sheet
    headings: list[str]
    columns: dict[int, Column]
    cells: list[Cells]
    row_numbers: npt.NDArray[np.int32]
    parts: list[Part]
    doubts: list[Doubt] = field(default_factory=list)

    def row_of(self, number: int) -> int:
        """The row in its table, as the spreadsheet counts."""
        return (number - 1) % PART_ROWS + 1

    def part_of(self, number: int) -> str:
        """The name of the table in which a row stands, where the sheet has several; else empty."""
        return part_names(self)[(number - 1) // PART_ROWS]

    def where(self, number: int) -> tuple[str, int]:
        """Sheet and row as they are told: ``("Langkah (Maret)", 12)``."""
        # Of one table that goes by a name of its own, that too: nobody finds "Langkah" in it.
        part, tab = self.part_of(number), self.parts[0].tab
        alone = len({(p.file, p.tab) for p in self.parts}) == 1
        if alone and spelling.heading(tab) != spelling.heading(self.sheet.name):
            part = ", ".join(filter(None, (tab, part)))
        return f"{self.sheet.name} ({part})" if part else self.sheet.name, self.row_of(number)


def part_names(raw: RawSheet) -> list[str]:
    """What each part of a sheet is called: by its tab, its file, or both, whichever tells, and by
    its column.
    """
    files, tabs = {p.file for p in raw.parts}, {p.tab for p in raw.parts}
    tables = {(p.file, p.tab) for p in raw.parts}
    if len(tables) == 1:
        return [p.column for p in raw.parts]
    by_file = len(files) > 1
    by_tab = not by_file or (len(tabs) > 1 and len(files) < len(tables))
    return [
        ", ".join(filter(None, (p.file if by_file else "", p.tab if by_tab else "", p.column)))
        for p in raw.parts
    ]


def told_parts(raw: RawSheet) -> list[str]:
    """The same, for who looks at a kept row: of a sheet from one table the name of that table."""
    return part_names(raw) if len(raw.parts) > 1 else [raw.parts[0].tab]


def together(parts: list[RawSheet]) -> RawSheet:
    """Tables of one sheet as one, each column of theirs once; what one lacks is blank in it."""
    if len(parts) == 1:
        return parts[0]
    names: dict[str, tuple[str, Column | None]] = {}
    for raw in parts:
        for position, heading in enumerate(raw.headings):
            column = raw.columns.get(position)
            names.setdefault(_key(column, heading, position), (heading, column))
    cells: dict[str, list[Cells]] = {key: [] for key in names}
    for raw in parts:
        here = {
            _key(raw.columns.get(p), heading, p): raw.cells[p]
            for p, heading in enumerate(raw.headings)
        }
        blank = Cells([""], np.zeros(len(raw.row_numbers), np.int32))
        for key, columns in cells.items():
            columns.append(here.get(key, blank))
    order = list(names)
    return RawSheet(
        parts[0].sheet,
        [names[key][0] for key in order],
        {p: column for p, key in enumerate(order) if (column := names[key][1]) is not None},
        [_joined(cells[key]) for key in order],
        np.concatenate([raw.row_numbers + n * PART_ROWS for n, raw in enumerate(parts)]),
        [part for raw in parts for part in raw.parts],
        [replace(d, row=d.row + n * PART_ROWS) for n, raw in enumerate(parts) for d in raw.doubts],
    )


def _key(column: Column | None, heading: str, position: int) -> str:
    return (
        column.field if column else f"{spelling.heading(heading)}/{position if not heading else ''}"
    )


def _joined(columns: list[Cells]) -> Cells:
    values: list[object] = []
    codes = []
    begins: dict[int, int] = {}
    for cells in columns:
        # Tables made of one table share its columns: their values are not read again for each.
        begin = begins.setdefault(id(cells.values), len(values))
        if begin == len(values):
            values += cells.values
        codes.append(cells.codes + begin)
    return Cells(values, np.concatenate(codes).astype(np.int32))
