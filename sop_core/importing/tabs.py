"""The first stage of reading: from bytes to tables of cells, in a process of their own.

``sop_core/confined/sheets.py`` is that process; what it answers is held against what it may.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt

from sop_core import confined
from sop_core.errors import ImportRefused, Refused, TooLarge, TooSlow, WorkFailed
from sop_core.exporting import unquoted
from sop_core.importing import limits


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


def refuse_past(key: str, found: int, **told: object) -> None:
    said = limits.refusal(key, found, **told)
    if said is not None:
        raise ImportRefused(said)


def tabs(file: SourceFile) -> list[tuple[str, list[Cells], bool]]:
    """(name, columns, whether the whole file is this one sheet) for each tab."""
    if not file.content:
        raise ImportRefused(f"Berkas {file.name} kosong (0 bita).")
    refuse_past("file_bytes", len(file.content), name=file.name)
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
        refuse_past("text", sum(map(_characters, columns)), sheet=name)
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
