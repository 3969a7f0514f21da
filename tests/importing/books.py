"""Workbooks as people leave them: cells in error, merged, hidden rows and tabs (openpyxl)."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any

import openpyxl

from sop_core.importing import SourceFile
from sop_core.importing.reading import Book, read_book


def book(
    rows: Sequence[Sequence[Any]],
    tab: str = "Langkah",
    merged: Iterable[str] = (),
    hidden: Iterable[int] = (),
    also: Iterable[tuple[str, str, Sequence[Sequence[Any]]]] = (),
) -> bytes:
    """One tab of these rows; ``also`` are others: name, state (visible, hidden), rows."""
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = tab
    _fill(sheet, rows)
    for place in merged:
        sheet.merge_cells(place)
    for number in hidden:
        sheet.row_dimensions[number].hidden = True
    for name, state, more in also:
        other = made.create_sheet(name)
        other.sheet_state = state
        _fill(other, more)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _fill(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    for row in rows:
        sheet.append([None if v == "" else v for v in row])


def raw(content: bytes, name: str = "uji.xlsx") -> Book:
    """The book of one file."""
    return read_book([SourceFile(name, content)])


def cells(found: Book, number: int = 0) -> list[list[Any]]:
    """The data rows of one sheet as read, by its columns."""
    sheet = found.sheets[number]
    return [[column[row] for column in sheet.cells] for row in range(len(sheet.row_numbers))]


STEPS = ["ID Kegiatan", "No Langkah", "Tanggal Mulai", "Tanggal Selesai", "Keterangan"]
ACTIVITIES = ["ID Kegiatan", "Alur", "Tahun", "Kode Unit", "Judul", "Jumlah Peserta"]
D = dt.date
