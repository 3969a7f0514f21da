"""From files to raw sheets, in stages that each have a file: tables of cells (tabs.py), headings and
columns (headings.py), rows (here). Values are the next stage (parsing.py), then the checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sop_core.errors import ImportRefused
from sop_core.importing.contract import (
    DEMO_SHEET,
    GUIDE,
    LISTS,
    SHEETS,
    Column,
    Sheet,
    normalise_heading,
    sheet_by_name,
)
from sop_core.importing.headings import (
    MAX_HEADING_ROW,
    find_heading,
    missing_column,
    note_headings,
)
from sop_core.importing.notes import Reading
from sop_core.importing.tabs import Cells, SourceFile, refuse_past, tabs

__all__ = ["Book", "Cells", "RawSheet", "SourceFile", "read_book"]


@dataclass
class RawSheet:
    """Data rows of one recognised sheet.

    ``cells`` are its columns as read; ``row_numbers`` are the spreadsheet's own (first row 1).
    """

    sheet: Sheet
    headings: list[str]
    columns: dict[int, Column]
    cells: list[Cells]
    row_numbers: npt.NDArray[np.int32]


@dataclass
class Book:
    """All that one import reads."""

    files: list[SourceFile]
    sheets: list[RawSheet]
    readings: list[Reading]
    demo: bool

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

    ``reading`` is told the number of each file, from 0, before it is read. Raises
    ImportRefused, in Indonesian, for a file that is not a spreadsheet or past a limit, a sheet
    without content or without a required column, or nothing to import at all.
    """
    book = Book(files, [], [], False)
    seen: dict[str, str] = {}
    refuse_past("files", len(files))
    refuse_past("all_bytes", sum(len(file.content) for file in files))
    for number, file in enumerate(files):
        reading(number)
        for tab, rows, from_file in tabs(file):
            if normalise_heading(tab) == normalise_heading(DEMO_SHEET):
                book.demo = True
                continue
            raw = _recognise(tab, rows, file.name, from_file, book.readings, sheets)
            if raw is None:
                continue
            if raw.sheet.name in seen:
                raise ImportRefused(
                    f"Lembar {raw.sheet.name} ada dua kali ({seen[raw.sheet.name]} dan {tab});"
                    " gabungkan dulu menjadi satu."
                )
            seen[raw.sheet.name] = tab
            book.sheets.append(raw)
    if not book.sheets:
        names = ", ".join(s.name for s in sheets)
        raise ImportRefused(
            f"Tidak ada lembar yang dikenal. Lembar yang dibaca: {names}. Unduh templat untuk contoh."
        )
    if not any(len(s.row_numbers) for s in book.sheets):
        raise ImportRefused("Tidak ada baris data: semua lembar hanya berisi judul kolom.")
    order = {s.name: i for i, s in enumerate(sheets)}
    book.sheets.sort(key=lambda raw: order[raw.sheet.name])
    return book


def _recognise(
    tab: str,
    cells: list[Cells],
    file_name: str,
    from_file: bool,
    readings: list[Reading],
    sheets: Sequence[Sheet],
) -> RawSheet | None:
    named = sheet_by_name(tab, sheets)
    height = len(cells[0].codes) if cells else 0
    rows = [[column[row] for column in cells] for row in range(min(height, MAX_HEADING_ROW))]
    sheet, at, columns = find_heading([named] if named else sheets, rows)
    if sheet is None:
        if named is not None:
            raise ImportRefused(
                f"Lembar {named.name} kosong: baris judul kolom tidak ditemukan."
                " Isi dari templat atau hapus lembar itu."
            )
        if from_file:
            raise ImportRefused(
                f"Berkas {file_name}: judul kolomnya tidak cocok dengan lembar mana pun"
                f" ({', '.join(s.name for s in sheets)})."
            )
        if tab not in (GUIDE, LISTS):
            readings.append(Reading("lembar", "", tab, ""))
        return None
    headings = [str(cell).strip() for cell in rows[at]]
    missing = [c for c in sheet.required if c not in columns.values()]
    if missing:
        raise ImportRefused(missing_column(sheet, missing, headings, columns, at + 1))
    if named is None:
        readings.append(Reading("lembar", "", tab, sheet.name))
    note_headings(sheet, headings, columns, readings)
    below = [Cells(column.values, column.codes[at + 1 :]) for column in cells]
    filled = np.flatnonzero(~np.logical_and.reduce([column.blank() for column in below]))
    kept = [Cells(column.values, column.codes[filled]) for column in below]
    return RawSheet(sheet, headings, columns, kept, (filled + at + 2).astype(np.int32))
