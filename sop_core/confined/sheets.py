"""The job that reads a stranger's .xlsx, .xls, .ods or .csv into cells.

The answer is ``[[name, rows, columns, marks], ...]``: a sheet by its columns as columns.py packs
them, and what calamine leaves out of it (marks.py): ``hidden``, whether the sheet is;
``hidden_rows`` and ``hidden_columns``; ``merged`` ranges that go down, as (row, column, rows);
``struck`` cells that are filled and ``noted`` ones that have a comment, filled or not, each packed
as int32 in native order, row and column by turns. All count from 0.

Limits come as ``{key: [most, message]}`` (sop_core/importing/limits.py has them), so that this
file knows what is measured and that one how much is allowed and what is then said.
"""

from __future__ import annotations

import codecs
import gc
import io
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import Any

import python_calamine as calamine

from sop_core import confined
from sop_core.confined import delimited, marks
from sop_core.confined.beside import beside
from sop_core.confined.bounds import Bounds
from sop_core.confined.columns import Column, ErrorText
from sop_core.confined.looking import Look, damaged, locked
from sop_core.confined.marks import Marks
from sop_core.errors import Refused

# The job may open no file once it works, and Python opens these where they are first used:
# names in a zip are of code page 437.
for _encoding in ("cp437", "cp1252", "utf-8-sig", "utf-16"):
    codecs.lookup(_encoding)

Table = list[Any]
_ROWS = 256
"""Rows of a sheet that are made into cells at once."""
_OLE = b"\xd0\xcf\x11\xe0"
# The entry of an OLE file in which Office puts a workbook that has a password.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_VISIBLE = calamine.SheetVisibleEnum.Visible


def read(
    name: str, stem: str, suffix: str, content: bytes, limits: dict[str, Any], known: list[str]
) -> list[Table]:
    """The sheets of one file; ``known`` are the headings, as ``spelling.heading`` gives them, by
    which the separator of a text is told. Raises Refused, in Indonesian.
    """
    bounds = Bounds(name, limits)
    if content.startswith(b"PK"):
        return _workbook(content, bounds, Look(content, bounds))
    if content.startswith(_OLE):
        if _LOCKED in content:
            raise Refused(locked(name))
        return _workbook(content, bounds, None)
    if suffix not in {".csv", ".txt", ".tsv"}:
        raise Refused(
            f"Berkas {name} bukan lembar kerja. Unggah .xlsx, .xls, .ods, atau .csv;"
            " bila ini unduhan dari situs, buka di Excel lalu simpan sebagai .xlsx."
        )
    return [
        [stem, *delimited.read(content, bounds, frozenset(known)), _marks(False, Marks(), 0, [])]
    ]


# ------------------------------------------------------------------ workbooks


def _workbook(content: bytes, bounds: Bounds, look: Look | None) -> list[Table]:
    """Sheet after sheet: looked at, then read, then taken apart; the reading of one goes on beside
    the look at the next and the taking apart of the one before, since calamine leaves a second
    processor to them.
    """
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = workbook.sheets_metadata
        bounds.hold("sheets", len(sheets))
        tables: list[Table] = []
        cells = 0
        before: _Sheet | None = None
        looked = look.at(sheets[0].name) if look and sheets else Marks()
        for meta, after in zip_longest(sheets, sheets[1:]):
            reading = beside(workbook.get_sheet_by_name, meta.name)
            marked = looked
            if before:
                tables.append(before.taken_apart())
            if look and after:
                looked = look.at(after.name)
            sheet = reading()
            # All from A1: what is far out costs all between.
            rows, columns = (n + 1 for n in sheet.end or (-1, -1))
            bounds.hold("rows", rows, sheet=meta.name)
            bounds.hold("columns", columns, sheet=meta.name)
            cells += rows * columns
            bounds.hold("cells", cells)
            before = _Sheet(meta.name, meta.visible != _VISIBLE, sheet, marked, rows, columns)
        return [*tables, before.taken_apart()] if before else []
    except (calamine.CalamineError, OSError) as error:
        raise Refused(damaged(bounds.name)) from error


@dataclass(frozen=True)
class _Sheet:
    name: str
    hidden: bool
    cells: calamine.CalamineSheet
    marked: Marks
    height: int
    width: int

    def taken_apart(self) -> Table:
        made = _columns(self.cells, self.marked.errors, self.width)
        told = _marks(self.hidden, self.marked, self.height, made)
        return [self.name, self.height, [column.encoded() for column in made], told]


def _columns(
    sheet: calamine.CalamineSheet, errors: dict[tuple[int, int], str], width: int
) -> list[Column]:
    """The columns of a sheet, cells in error as such."""
    made = [Column() for _ in range(width)]
    # The rows come from the first on, their cells from the first column that any fills.
    begins = [""] * sheet.start[1] if sheet.start else []
    of_row: dict[int, list[tuple[int, str]]] = {}
    for (row, at), text in errors.items():
        if at < width:
            of_row.setdefault(row, []).append((at, text))
    numbered = enumerate(sheet.iter_rows())
    # Few rows at a time: their cells are made, numbered and let go while the processor has them.
    while block := list(islice(numbered, _ROWS)):
        rows: list[list[Any]] = [begins + cells if begins else cells for _, cells in block]
        if of_row:
            for (number, _), cells in zip(block, rows, strict=True):
                for at, text in of_row.get(number, ()):
                    cells[at] = ErrorText(text)
        for column, below in zip(made, zip(*rows, strict=True), strict=True):
            column.add(below)
    return made


def _marks(hidden: bool, found: Marks, rows: int, made: list[Column]) -> dict[str, Any]:
    """What is told of a sheet beside its cells, as far as it reaches."""
    columns = len(made)
    filled = (
        (row, column)
        for row, column in found.struck
        if row < rows and column < columns and made[column].filled(row)
    )
    return {
        "hidden": hidden,
        "hidden_rows": [row for row in found.hidden if row < rows],
        "hidden_columns": sorted(column for column in found.columns if column < columns),
        "merged": list(marks.within(found, rows, columns)),
        "struck": _packed(filled),
        "noted": _packed(found.noted),
    }


def _packed(places: Iterable[tuple[int, int]]) -> bytes:
    return array("i", chain.from_iterable(sorted(places))).tobytes()


if __name__ == "__main__":
    # Cells are made by the million and kept to the end: looking for garbage among them finds none.
    gc.disable()
    confined.serve(read)
