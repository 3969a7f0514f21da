"""From files to raw sheets: xlsx, xls and ods through calamine, CSV by hand."""

from __future__ import annotations

import csv
import difflib
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import python_calamine as calamine

from sop_core.errors import ImportRefused
from sop_core.exporting import unquoted
from sop_core.importing.contract import (
    DEMO_SHEET,
    SHEETS,
    Column,
    Sheet,
    match_headings,
    normalise_heading,
    sheet_by_name,
)

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


@dataclass
class RawSheet:
    """Data rows of one recognised sheet.

    ``rows`` are cells as read; ``row_numbers`` are the spreadsheet's own (first row 1).
    """

    sheet: Sheet
    headings: list[str]
    columns: dict[int, Column]
    rows: list[list[Any]]
    row_numbers: list[int]


@dataclass
class Book:
    """All that one import reads."""

    files: list[SourceFile]
    sheets: list[RawSheet]
    notes: list[str]
    demo: bool

    @property
    def sha256(self) -> str:
        """Of the file; of several files, of their sorted digests."""
        if len(self.files) == 1:
            return self.files[0].sha256
        joined = "\n".join(sorted(f.sha256 for f in self.files))
        return hashlib.sha256(joined.encode()).hexdigest()


def read_book(files: list[SourceFile], sheets: Sequence[Sheet] = SHEETS) -> Book:
    """Read files into the sheets of the contract, or into others that are asked for.

    Raises ImportRefused, in Indonesian, for a file that is not a spreadsheet, a sheet
    without content or without a required column, or nothing to import at all.
    """
    book = Book(files, [], [], False)
    seen: dict[str, str] = {}
    for file in files:
        for tab, rows, from_file in _tabs(file):
            if normalise_heading(tab) == normalise_heading(DEMO_SHEET):
                book.demo = True
                continue
            raw = _recognise(tab, rows, file.name, from_file, book.notes, sheets)
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
    if not any(s.rows for s in book.sheets):
        raise ImportRefused("Tidak ada baris data: semua lembar hanya berisi judul kolom.")
    order = {s.name: i for i, s in enumerate(sheets)}
    book.sheets.sort(key=lambda raw: order[raw.sheet.name])
    return book


def _tabs(file: SourceFile) -> list[tuple[str, list[list[Any]], bool]]:
    """(name, rows, whether the whole file is this one sheet) for each tab."""
    if not file.content:
        raise ImportRefused(f"Berkas {file.name} kosong (0 bita).")
    if file.content[:2] == b"PK" or file.content[:4] == b"\xd0\xcf\x11\xe0":
        try:
            workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(file.content))
            return [
                (name, workbook.get_sheet_by_name(name).to_python(skip_empty_area=False), False)
                for name in workbook.sheet_names
            ]
        except (calamine.CalamineError, OSError) as error:
            raise ImportRefused(
                f"Berkas {file.name} bukan lembar kerja yang dapat dibaca"
                f" (rusak atau dilindungi sandi): {error}"
            ) from error
    if PurePath(file.name).suffix.lower() not in {".csv", ".txt"} or b"\0" in file.content:
        raise ImportRefused(
            f"Berkas {file.name} bukan lembar kerja. Unggah .xlsx, .xls, .ods, atau .csv."
        )
    return [(PurePath(file.name).stem, read_csv(file.content), True)]


def read_csv(content: bytes) -> list[list[Any]]:
    """Rows of a CSV: UTF-8 with or without BOM or Windows-1252, comma or semicolon."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    # An export of ours has a quote before what a spreadsheet would run; it is not part of the text.
    return [[unquoted(cell) for cell in row] for row in rows]


def _recognise(
    tab: str,
    rows: list[list[Any]],
    file_name: str,
    from_file: bool,
    notes: list[str],
    sheets: Sequence[Sheet],
) -> RawSheet | None:
    named = sheet_by_name(tab, sheets)
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
        notes.append(f"Lembar “{tab}” tidak dikenal dan tidak dibaca.")
        return None
    headings = [str(cell).strip() for cell in rows[at]]
    missing = [c for c in sheet.required if c not in columns.values()]
    if missing:
        raise ImportRefused(_missing_column(sheet, missing, headings, columns, at + 1))
    if named is None:
        notes.append(f"Lembar “{tab}” dibaca sebagai {sheet.name} dari judul kolomnya.")
    _note_headings(sheet, headings, columns, notes)
    width = len(headings)
    kept, numbers = [], []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if row.count("") != len(row):
            kept.append(row if len(row) >= width else row + [""] * (width - len(row)))
            numbers.append(number)
    return RawSheet(sheet, headings, columns, kept, numbers)


def _find_heading(
    sheets: Sequence[Sheet], rows: list[list[Any]]
) -> tuple[Sheet | None, int, dict[int, Column]]:
    """The heading row is the one among the first rows that names most columns."""
    best: tuple[int, Sheet | None, int, dict[int, Column]] = (0, None, 0, {})
    for at, row in enumerate(rows[:MAX_HEADING_ROW]):
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
    sheet: Sheet, headings: list[str], columns: dict[int, Column], notes: list[str]
) -> None:
    for position, heading in enumerate(headings):
        column = columns.get(position)
        if column is None:
            if heading:
                notes.append(f"{sheet.name}: kolom “{heading}” tidak dikenal dan tidak diimpor.")
        elif normalise_heading(heading) != normalise_heading(column.name):
            notes.append(f"{sheet.name}: kolom “{heading}” dibaca sebagai {column.name}.")
