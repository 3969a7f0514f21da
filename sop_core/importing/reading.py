"""From files to raw sheets. The files are opened in a process of their own (sop_core/confined)."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from sop_core import confined
from sop_core.errors import ImportRefused, Refused, TooLarge, TooSlow, WorkFailed
from sop_core.exporting import unquoted
from sop_core.importing import limits
from sop_core.importing.contract import (
    DEMO_SHEET,
    DOUBT,
    GUIDE,
    LISTS,
    ORIGIN,
    SHEETS,
    WHY,
    Column,
    Sheet,
    match_headings,
    normalise_heading,
    sheet_by_name,
)
from sop_core.importing.notes import Reading

MAX_HEADING_ROW = 20


@dataclass(frozen=True)
class SourceFile:
    """An uploaded file as it came."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Hex digest of the content."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Cells:
    """One column: its distinct values as read, and which of them stands in each row."""

    values: list[Any]
    codes: npt.NDArray[np.int32]

    def __getitem__(self, row: int) -> Any:
        return self.values[self.codes[row]]

    def blank(self) -> npt.NDArray[np.bool_]:
        """Row by row, whether the cell is empty."""
        empty = np.fromiter((v == "" for v in self.values), bool, len(self.values))
        return empty[self.codes]


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
    _refuse_past("files", len(files))
    _refuse_past("all_bytes", sum(len(file.content) for file in files))
    for number, file in enumerate(files):
        reading(number)
        for tab, rows, from_file in _tabs(file):
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


def _refuse_past(key: str, found: int, **told: object) -> None:
    said = limits.refusal(key, found, **told)
    if said is not None:
        raise ImportRefused(said)


def _tabs(file: SourceFile) -> list[tuple[str, list[Cells], bool]]:
    """(name, columns, whether the whole file is this one sheet) for each tab."""
    if not file.content:
        raise ImportRefused(f"Berkas {file.name} kosong (0 bita).")
    _refuse_past("file_bytes", len(file.content), name=file.name)
    path = PurePath(file.name)
    answer = _read_apart(
        file.name, [file.name, path.stem, path.suffix.lower(), file.content, limits.for_job()]
    )
    whole = not file.content.startswith((b"PK", b"\xd0\xcf\x11\xe0"))
    try:
        tabs = [(str(name), _columns(rows, columns), whole) for name, rows, columns in answer]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        # Not what our job answers: the file has made something else of it.
        raise ImportRefused(_unreadable(file.name)) from error
    if whole:
        # An export of ours has a quote before what a spreadsheet would run; it is no part of the text.
        for cells in (column for _, columns, _ in tabs for column in columns):
            cells.values[:] = [unquoted(v) if isinstance(v, str) else v for v in cells.values]
    for name, columns, _ in tabs:
        _refuse_past("text", sum(map(_characters, columns)), sheet=name)
    return tabs


def _read_apart(name: str, arguments: list[Any]) -> Any:
    """The answer of the reading job; its death is a refusal that says what to do."""
    try:
        return confined.run("sop_core.confined.sheets", arguments, limits.JOB)
    except Refused as error:
        raise ImportRefused(str(error)) from error
    except (TooLarge, TooSlow) as error:
        raise ImportRefused(
            f"Berkas {name} terlalu besar untuk dibaca. Hapus baris dan kolom kosong di luar tabel"
            " atau pecah menjadi beberapa berkas, lalu unggah lagi."
        ) from error
    except WorkFailed as error:
        raise ImportRefused(_unreadable(name)) from error


def _unreadable(name: str) -> str:
    return (
        f"Berkas {name} tidak dapat dibaca: rusak, atau ada isi jauh di luar tabel. Hapus baris dan"
        " kolom kosong di luar tabel, simpan ulang sebagai .xlsx, lalu unggah lagi."
    )


_KINDS: dict[str, Callable[..., Any]] = {
    "date": dt.date.fromisoformat,
    "datetime": dt.datetime.fromisoformat,
    "time": dt.time.fromisoformat,
    "timedelta": dt.timedelta,
}


def _columns(rows: int, columns: list[Any]) -> list[Cells]:
    """What the job answered for one sheet, held against what it may answer."""
    made = []
    for values, packed in columns:
        codes = np.frombuffer(packed, np.int32)
        if len(codes) != rows or (rows and not 0 <= codes.min() <= codes.max() < len(values)):
            raise ValueError("codes without a value")
        made.append(Cells([_KINDS[v[0]](*v[1:]) if type(v) is list else v for v in values], codes))
    return made


def _characters(cells: Cells) -> int:
    """Characters of all texts of a column, each as often as it stands there.

    One text of 32,000 characters may stand in a million rows of a file of a few kB.
    """
    lengths = np.fromiter((len(v) if type(v) is str else 8 for v in cells.values), np.int64)
    return int((np.bincount(cells.codes, minlength=len(lengths)) * lengths).sum())


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
    sheet, at, columns = _find_heading([named] if named else sheets, rows)
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
        raise ImportRefused(_missing_column(sheet, missing, headings, columns, at + 1))
    if named is None:
        readings.append(Reading("lembar", "", tab, sheet.name))
    _note_headings(sheet, headings, columns, readings)
    below = [Cells(column.values, column.codes[at + 1 :]) for column in cells]
    filled = np.flatnonzero(~np.logical_and.reduce([column.blank() for column in below]))
    kept = [Cells(column.values, column.codes[filled]) for column in below]
    return RawSheet(sheet, headings, columns, kept, (filled + at + 2).astype(np.int32))


def _find_heading(
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


def _missing_column(
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


def _note_headings(
    sheet: Sheet, headings: list[str], columns: dict[int, Column], readings: list[Reading]
) -> None:
    for position, heading in enumerate(headings):
        column = columns.get(position)
        if column is None:
            if heading and heading not in (ORIGIN, WHY, DOUBT):
                readings.append(Reading("kolom", sheet.name, heading, ""))
        elif normalise_heading(heading) != normalise_heading(column.name):
            readings.append(Reading("kolom", sheet.name, heading, column.name))
