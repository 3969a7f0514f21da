"""The first stage of reading: from bytes to tables of cells, in a process of their own.

``sop_core/confined/sheets.py`` is that process; what it answers is held against what it may.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sop_core import confined, spelling
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
        empty = np.zeros(len(self.values), bool)
        at = -1
        # Looked for by the list itself: a column of 100,000 numbers is asked several times.
        with contextlib.suppress(ValueError):
            while True:
                at = self.values.index("", at + 1)
                empty[at] = True
        return empty[self.codes]

    @cached_property
    def texts(self) -> pa.StringArray:
        """The values as Arrow holds them, NULL what is no text: a pattern is held against all of
        them at once, for a tenth of what asking each costs.
        """
        return pa.array([v if type(v) is str else None for v in self.values], pa.string())

    def over(self, codes: npt.NDArray[np.int32]) -> Cells:
        """The same values in other rows."""
        other = Cells(self.values, codes)
        if "texts" in self.__dict__:
            other.__dict__["texts"] = self.texts
        return other

    def where(self, says: Callable[[Any], bool], sign: str) -> npt.NDArray[np.bool_]:
        """Row by row what is true of the value there, asked once of each.

        Texts without the ``sign`` (an RE2 pattern) are not asked: of them it is known to be false.
        """
        found = np.zeros(len(self.values), bool)
        for code in np.flatnonzero(found_in(self.texts, sign, True)).tolist():
            found[code] = says(self.values[code])
        return found[self.codes]


def found_in(texts: pa.StringArray, pattern: str, null: bool) -> npt.NDArray[np.bool_]:
    """Of each text whether an RE2 pattern finds anything in it; ``null`` of what is none."""
    found = pc.fill_null(pc.match_substring_regex(texts, pattern), null)
    answer: npt.NDArray[np.bool_] = found.to_numpy(zero_copy_only=False)
    return answer


@dataclass(frozen=True)
class ErrorCell:
    """A cell whose formula failed; ``text`` is what it shows, ``#REF!``."""

    text: str

    def __str__(self) -> str:
        return self.text


Places = npt.NDArray[np.int32]


def _nowhere() -> Places:
    return np.empty((0, 2), np.int32)


@dataclass(frozen=True)
class Tab:
    """One table of cells: a sheet of a workbook, or a text file.

    ``alone``: the file is this one table. ``hidden_rows`` and ``merged`` ranges that go down
    (row, column, rows) count from 0, as do ``hidden_columns``. ``struck`` cells (filled ones that
    are struck through) and ``noted`` ones (with a comment, filled or not) are pairs of row and
    column, an array of shape (n, 2), in their order.
    """

    file: str
    name: str
    cells: list[Cells]
    alone: bool
    hidden: bool
    hidden_rows: frozenset[int]
    merged: list[tuple[int, int, int]]
    hidden_columns: frozenset[int] = frozenset()
    struck: Places = field(default_factory=_nowhere)
    noted: Places = field(default_factory=_nowhere)

    @property
    def height(self) -> int:
        """Its rows, blank ones included."""
        return len(self.cells[0].codes) if self.cells else 0


def refuse_past(key: str, found: int, **told: object) -> None:
    said = limits.refusal(key, found, **told)
    if said is not None:
        raise ImportRefused(said)


def tabs(file: SourceFile, known: Iterable[str]) -> list[Tab]:
    """The tables of a file. ``known`` headings tell the separator of a text.

    Raises ImportRefused, in Indonesian.
    """
    if not file.content:
        raise ImportRefused(f"Berkas {file.name} kosong (0 bita).")
    refuse_past("file_bytes", len(file.content), name=file.name)
    path = PurePath(file.name)
    answer = _read_apart(
        file.name,
        [file.name, path.stem, path.suffix.lower(), file.content, limits.for_job(),
         sorted(map(spelling.heading, known))],
    )  # fmt: skip
    alone = not file.content.startswith((b"PK", b"\xd0\xcf\x11\xe0"))
    try:
        found = [_tab(file.name, alone, *table) for table in answer]
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        # Not what our job answers: the file has made something else of it.
        raise ImportRefused(_unreadable(file.name)) from error
    if alone:
        # An export of ours has a quote before what a spreadsheet would run; it is no part of the text.
        for cells in (column for tab in found for column in tab.cells):
            cells.values[:] = [unquoted(v) if isinstance(v, str) else v for v in cells.values]
    for tab in found:
        refuse_past("text", sum(map(_characters, tab.cells)), sheet=tab.name)
    return found


def _tab(
    file: str, alone: bool, name: Any, rows: int, columns: list[Any], marks: dict[str, Any]
) -> Tab:
    """One table as the job answered it. Raises ValueError, TypeError or KeyError for another."""
    merged = [(int(row), int(column), int(deep)) for row, column, deep in marks["merged"]]
    if any(
        row < 0 or deep < 2 or row + deep > rows or not 0 <= column < len(columns)
        for row, column, deep in merged
    ) or sum(deep for _, _, deep in merged) > rows * len(columns):
        raise ValueError("merged ranges outside the table, or over one another")
    return Tab(
        file, str(name), _columns(rows, columns), alone, bool(marks["hidden"]),
        frozenset(map(int, marks["hidden_rows"])), merged,
        frozenset(map(int, marks["hidden_columns"])), _places(marks["struck"]), _places(marks["noted"]),
    )  # fmt: skip


def _places(packed: bytes) -> Places:
    """Raises ValueError or TypeError for what is no list of places."""
    places = np.frombuffer(packed, np.int32).reshape(-1, 2)
    if (places < 0).any():
        raise ValueError("places outside the table")
    return places


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
    "error": ErrorCell,
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
    lengths = pc.fill_null(pc.utf8_length(cells.texts), 8).to_numpy()
    return int((np.bincount(cells.codes, minlength=len(lengths)) * lengths).sum())
