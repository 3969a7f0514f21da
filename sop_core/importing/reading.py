"""From files to raw sheets, in stages that each have a file: tables of cells (tabs.py), headings and
columns (headings.py), rows (rows.py). Values are the next stage (parsing.py), then the checks.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sop_core import spelling
from sop_core.errors import ImportRefused
from sop_core.importing import headings, rows
from sop_core.importing.contract import (
    DEMO_SHEET,
    GUIDE,
    LISTS,
    SHEETS,
    Column,
    Sheet,
    sheet_by_name,
)
from sop_core.importing.notes import Reading
from sop_core.importing.tabs import Cells, ErrorCell, SourceFile, Tab, refuse_past, tabs

__all__ = ["Book", "Cells", "ErrorCell", "Part", "RawSheet", "SourceFile", "read_book"]

PART_ROWS = 1 << 20
"""Rows of one table at most, as in Excel: a row's number tells its part and its row there."""
_EXAMPLE = re.compile(r"\b(contoh|petunjuk|cara (?:isi|pengisian)|panduan|sample|example)\b", re.I)


@dataclass(frozen=True)
class Part:
    """Where some rows of a sheet stand: one table of one file."""

    file: str
    tab: str


@dataclass
class RawSheet:
    """Data rows of one recognised sheet, of one table or of several one after another.

    ``cells`` are its columns as read; ``row_numbers`` are the spreadsheet's own (first row 1),
    plus PART_ROWS for each part before: ``place`` takes them apart.
    """

    sheet: Sheet
    headings: list[str]
    columns: dict[int, Column]
    cells: list[Cells]
    row_numbers: npt.NDArray[np.int32]
    parts: list[Part]

    def place(self, number: int) -> tuple[str, int]:
        """The name of the part where that matters, else empty; and the row there."""
        part, row = divmod(number - 1, PART_ROWS)
        if len(self.parts) == 1:
            return "", row + 1
        here = self.parts[part]
        several = len({p.file for p in self.parts}) > 1
        tabs_alike = len({p.tab for p in self.parts}) == 1
        name = here.file if several and tabs_alike else here.tab
        if several and not tabs_alike:
            name = f"{here.file}, {here.tab}"
        return name, row + 1


@dataclass
class Book:
    """All that one import reads. ``told`` is what was filled in or left out, a sentence each."""

    files: list[SourceFile]
    sheets: list[RawSheet]
    readings: list[Reading]
    demo: bool
    told: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """Of the file; of several files, of their sorted digests."""
        if len(self.files) == 1:
            return self.files[0].sha256
        joined = "\n".join(sorted(f.sha256 for f in self.files))
        return hashlib.sha256(joined.encode()).hexdigest()


def read_book(
    files: list[SourceFile],
    sheets: Sequence[Sheet] = SHEETS,
    reading: Callable[[int], object] = lambda number: None,
) -> Book:
    """Read files into the sheets of the contract, or into others that are asked for.

    Tables of one sheet are read one after another. ``reading`` is told the number of each file,
    from 0, before it is read. Raises ImportRefused, in Indonesian, for a file that is not a
    spreadsheet or past a limit, a sheet without content or without a required column, or nothing
    to import at all.
    """
    book = Book(files, [], [], False)
    refuse_past("files", len(files))
    refuse_past("all_bytes", sum(len(file.content) for file in files))
    known = list(headings.known(sheets))
    found: dict[str, list[RawSheet]] = {}
    for number, file in enumerate(files):
        reading(number)
        for tab in tabs(file, known):
            if spelling.heading(tab.name) == spelling.heading(DEMO_SHEET):
                book.demo = True
                continue
            raw = _recognise(tab, book, sheets)
            if raw is not None:
                found.setdefault(raw.sheet.name, []).append(raw)
    if not found:
        names = ", ".join(s.name for s in sheets)
        left_out = f" {' '.join(book.told)}" if book.told else ""
        raise ImportRefused(
            f"Tidak ada lembar yang dikenal. Lembar yang dibaca: {names}. Unduh templat untuk"
            f" contoh.{left_out}"
        )
    book.sheets = [_together(found[s.name]) for s in sheets if s.name in found]
    if not any(len(s.row_numbers) for s in book.sheets):
        raise ImportRefused("Tidak ada baris data: semua lembar hanya berisi judul kolom.")
    return book


def _recognise(tab: Tab, book: Book, sheets: Sequence[Sheet]) -> RawSheet | None:
    named = sheet_by_name(tab.name, sheets)
    found = headings.find([named] if named else sheets, tab)
    if found is None:
        _unknown(tab, named, book, sheets)
        return None
    if tab.hidden or (named is None and _EXAMPLE.search(tab.name)):
        why = "tersembunyi" if tab.hidden else "bernama contoh atau petunjuk"
        book.told.append(f"Lembar “{tab.name}” {why} dan tidak dibaca.")
        return None
    lacking = headings.missing(found)
    if lacking is not None:
        raise ImportRefused(lacking)
    if named is None:
        book.readings.append(Reading("lembar", "", tab.name, found.sheet.name))
    headings.note(found, tab, book.readings)
    data = rows.of(found, tab)
    book.told += data.told
    part = Part(tab.file, tab.name)
    return RawSheet(found.sheet, found.names, found.columns, data.cells, data.numbers, [part])


def _unknown(tab: Tab, named: Sheet | None, book: Book, sheets: Sequence[Sheet]) -> None:
    """A table without headings of ours: refused where it claims to be one, else told."""
    if named is not None:
        raise ImportRefused(
            f"Lembar {named.name} kosong: baris judul kolom tidak ditemukan."
            " Isi dari templat atau hapus lembar itu."
        )
    if tab.alone:
        raise ImportRefused(
            f"Berkas {tab.file}: judul kolomnya tidak cocok dengan lembar mana pun"
            f" ({', '.join(s.name for s in sheets)})."
        )
    if tab.name not in (GUIDE, LISTS):
        book.readings.append(Reading("lembar", "", tab.name, ""))


def _together(parts: list[RawSheet]) -> RawSheet:
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
    )


def _key(column: Column | None, heading: str, position: int) -> str:
    return (
        column.field if column else f"{spelling.heading(heading)}/{position if not heading else ''}"
    )


def _joined(columns: list[Cells]) -> Cells:
    values: list[object] = []
    codes = []
    for cells in columns:
        codes.append(cells.codes + len(values))
        values += cells.values
    return Cells(values, np.concatenate(codes).astype(np.int32))
