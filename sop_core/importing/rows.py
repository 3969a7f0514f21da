"""The fourth stage of reading: which rows below the headings are data, and what fills them.

People write under, over and between their rows what is none: sums, signatures, notes, column
numbers. It is left out and told. What a merged range or "sda" stands for is filled in and told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sop_core.importing import beside
from sop_core.importing.headings import Headings, letters
from sop_core.importing.tabs import Cells, Tab
from sop_core.indonesian import format_number

SUMS = ("jumlah", "total", "sub total", "subtotal", "grand total", "rata-rata")
"""How a row begins that adds up others."""
DITTO = {"sda", "s.d.a", "s.d.a.", "idem", "ditto", '"', "''", "〃", "-//-", "-sda-"}
"""What stands for: as in the cell above."""


def _sign(words: Iterable[str]) -> str:
    """The pattern of texts that may begin with one of these: blanks may stand before it, and what
    begins with another letter or figure is none.
    """
    begin = "|".join(re.escape(word) for word in sorted(words) if word[0].isalnum())
    return f"^(?:[^A-Za-z0-9]|(?i:{begin}))"


_SUM_SIGN, _DITTO_SIGN = _sign(SUMS), _sign(DITTO)
SHOWN = 10
"""Row numbers that a sentence names."""
_UNDER = 500
"""Rows at the end among which those under the table are looked for, one by one."""
Mask = npt.NDArray[np.bool_]


@dataclass
class Rows:
    """The data rows of one table: its columns, and where each row stands (from 1)."""

    cells: list[Cells]
    numbers: npt.NDArray[np.int32]
    told: list[str] = field(default_factory=list)


def of(found: Headings, tab: Tab) -> Rows:
    """The rows below the headings that are data, filled where a cell stands for another."""
    told: list[str] = []
    begins = found.begins
    beside.above(found, tab, told)
    merged = _merged(found, tab, told)
    below = [cells.over(cells.codes[begins:]) for cells in merged]
    blank = np.zeros((len(below), tab.height - begins), bool)
    for position, cells in enumerate(below):
        blank[position] = cells.blank()
    data: Mask = np.asarray(~blank.all(axis=0), bool)
    sums = _sums(found, below, blank)
    under = _under(found, below, blank, sums)
    for rows, what in (
        (_column_numbers(below, data), "berisi nomor kolom, bukan data"),
        (sums & ~under, "berisi jumlah, bukan data"),
        (under, "di bawah tabel bukan data"),
    ):
        if rows.any():
            told.append(f"{found.sheet.name}: {_rows(rows, begins)} {what}.")
            data &= ~rows
    at = np.flatnonzero(data)
    kept = [cells.over(cells.codes[at]) for cells in below]
    kept = _dittos(found, kept, told)
    hidden = np.isin(at + begins, list(tab.hidden_rows))
    if hidden.any():
        told.append(
            f"{found.sheet.name}: {format_number(int(hidden.sum()))} baris tersembunyi"
            f" ({_numbers(at[hidden], begins)}) ikut dibaca."
        )
    beside.columns(found, tab, told)
    beside.cells(found, tab, told)
    return Rows(kept, (at + begins + 1).astype(np.int32), told)


def _rows(mask: Mask, begins: int) -> str:
    at = np.flatnonzero(mask)
    return f"{format_number(len(at))} baris ({_numbers(at, begins)})"


def _numbers(at: npt.NDArray[np.int64], begins: int) -> str:
    shown = [str(n + begins + 1) for n in at[:SHOWN].tolist()]
    more = [f"dan {format_number(len(at) - SHOWN)} lainnya"] if len(at) > SHOWN else []
    return ", ".join(shown + more)


def _column_numbers(below: list[Cells], data: Mask) -> Mask:
    """The first row where it numbers the columns: (1), (2), (3) or 1, 2, 3."""
    found = np.zeros(len(data), bool)
    if not len(data) or not data.any():
        return found
    first = int(np.flatnonzero(data)[0])
    numbers = []
    for cells in below:
        value = cells[first]
        if value == "":
            continue
        written = re.fullmatch(r"\(?(\d{1,3})\)?", str(value).removesuffix(".0").strip())
        if written is None:
            return found
        numbers.append(int(written[1]))
    found[first] = len(numbers) > 2 and numbers == list(range(1, 1 + len(numbers)))
    return found


def _sums(found: Headings, below: list[Cells], blank: npt.NDArray[np.bool_]) -> Mask:
    """Rows that begin with a word of adding up, and beside it say nothing but numbers.

    A title may begin with that word too ("Total sosialisasi"); its row says more, a day or a text.
    """
    says, more = np.zeros(blank.shape[1], bool), np.zeros(blank.shape[1], bool)
    words = [cells.where(_adds_up, _SUM_SIGN) for cells in below]
    for begins, empty in zip(words, blank, strict=True):
        says |= begins & ~empty
    if not says.any():  # which is nearly always: what stands beside is not looked at
        return says
    for cells, begins, empty in zip(below, words, blank, strict=True):
        more |= ~(begins | cells.where(_counts, "")) & ~empty
    return says & ~more & (_needed(found, blank) < 2)


def _adds_up(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower().startswith(SUMS)


def _means_ditto(value: object) -> bool:
    return isinstance(value, str) and value.strip().lower() in DITTO


def _counts(value: object) -> bool:
    if isinstance(value, str):
        return re.fullmatch(r"(rp\.? ?)?-?[\d.,]+ ?(orang|%)?", value.strip().lower()) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _needed(found: Headings, blank: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Of each row, how many of the cells are filled without which it means nothing."""
    required = [p for p, c in found.columns.items() if c.required]
    return (~blank[required]).sum(axis=0) if required else np.full(blank.shape[1], 2)


def _under(found: Headings, below: list[Cells], blank: npt.NDArray[np.bool_], sums: Mask) -> Mask:
    """Rows under the table: from a gap or a sum on, none of which could be a row of it.

    A row that lacks its id right under others is a row whose id was forgotten, and is told as
    that; so the end of the table must show, by a blank row, a sum, or a number that stands alone.
    """
    under = np.zeros(len(sums), bool)
    needed, filled = _needed(found, blank), (~blank).sum(axis=0)
    last = np.flatnonzero(needed > 1)
    start = max(int(last[-1]) + 1 if len(last) else 0, len(sums) - _UNDER)
    ended = False
    for row in range(start, len(sums)):
        if sums[row] or not filled[row]:
            under[row], ended = bool(sums[row]), True
            continue
        alone = filled[row] == 1
        text = next((c[row] for c, e in zip(below, blank[:, row], strict=True) if not e), "")
        lone_number = alone and needed[row] == 0 and not isinstance(text, str)
        remark = alone and isinstance(text, str) and not re.fullmatch(r"\S*\d\S*", text.strip())
        if (ended and (needed[row] == 0 or remark)) or lone_number or (alone and _is_note(text)):
            under[row] = True
            ended = True
        elif needed[row] > 0:
            # A row that names something after all: it and what stands over it is looked at.
            under[:] = False
            ended = False
    return under


def _is_note(text: object) -> bool:
    words = ("catatan", "keterangan", "ket.", "ket:", "sumber", "*", "mengetahui", "note")
    return isinstance(text, str) and text.strip().lower().startswith(words)


def _merged(found: Headings, tab: Tab, told: list[str]) -> list[Cells]:
    """What a range that is merged downwards shows stands in each of its rows."""
    cells = list(tab.cells)
    spread: dict[int, list[str]] = {}
    for row, column, deep in tab.merged:
        if row < found.begins or column not in found.columns or cells[column][row] == "":
            continue
        codes = cells[column].codes.copy()
        # Excel leaves nothing under a merged cell; other programs may, and nobody sees it.
        under = [
            r
            for r in range(row + 1, row + deep)
            if cells[column][r] not in ("", cells[column][row])
        ]
        if under:
            told.append(
                f"{found.sheet.name}: {len(under)} isi di balik sel gabungan"
                f" ({', '.join(f'{letters(column)}{r + 1}' for r in under[:SHOWN])}) tidak dibaca."
            )
        codes[row : row + deep] = codes[row]
        cells[column] = cells[column].over(codes)
        place = letters(column)
        spread.setdefault(column, []).append(f"{place}{row + 1}:{place}{row + deep}")
    for column, ranges in sorted(spread.items()):
        shown = ", ".join(ranges[:3]) + (
            f", dan {format_number(len(ranges) - 3)} lainnya" if len(ranges) > 3 else ""
        )
        told.append(
            f"{found.sheet.name}: {found.columns[column].name} dari sel gabungan ({shown}) dibaca"
            " untuk semua barisnya."
        )
    return cells


def _dittos(found: Headings, kept: list[Cells], told: list[str]) -> list[Cells]:
    """ "sda" and ditto marks as the last cell above them that is filled."""
    cells = list(kept)
    for position, column in found.columns.items():
        codes = cells[position].codes
        means = cells[position].where(_means_ditto, _DITTO_SIGN)
        if not means.any():
            continue
        stands = ~means & ~cells[position].blank()
        above = np.maximum.accumulate(np.where(stands, np.arange(len(codes)), -1))
        filled = means & (above >= 0)
        if not filled.any():
            continue
        cells[position] = cells[position].over(
            np.where(filled, codes[above], codes).astype(np.int32)
        )
        told.append(
            f"{found.sheet.name}: {column.name} {format_number(int(filled.sum()))} sel berisi “sda”"
            " atau tanda sama dibaca seperti sel di atasnya."
        )
    return cells
