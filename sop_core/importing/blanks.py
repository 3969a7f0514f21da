"""What people write into a cell of which nothing is known yet.

A row must not wait for a certificate that is still being made, and "-" must never become its
number. So such words are blank where a cell may be blank, each told and counted in the notes.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from sop_core.importing.contract import NUMBERED, Column

_STROKES = re.compile(r"[-‐‑‒–—―−_.…?]+")
"""Nothing but dashes, dots and question marks: no remark is made of them."""
_NOTHING_YET = {
    "n/a", "n.a.", "n.a", "na", "belum", "belum ada", "belum selesai", "belum terbit", "blm",
    "proses", "dalam proses", "on process", "on progress", "menyusul", "tbd", "tba",
}  # fmt: skip
_NONE = {"nihil", "tidak ada", "kosong"}
"""None at all. Beside a count that is as well 0, so there the uploader says which."""
_ZERO_DAY = re.compile(
    r"0{1,2}[/.\- ](?:0?[01]|jan(?:uari|uary)?)[/.\- ](?:1900|00)|0?1/0{1,2}/(?:1900|00)"
    r"|0{1,4}[/.\-]0{1,2}[/.\-]0{1,4}|0?0[:.]00(?:[:.]00)?|12:00(?::00)? am"
)
"""How Excel shows an empty date that a formula made 0: 00/01/1900, or only its time; and how a
database writes one."""
_BEGIN = {word[0] for word in _NOTHING_YET | _NONE} | {"0", "1"}
"""What all of these begin with but the strokes: nearly no cell does, and it is asked of each."""
_DAY_ZERO = {dt.date(1899, 12, 30), dt.date(1899, 12, 31)}
"""The same as a date: by LibreOffice's count and by Excel's."""
LONGEST = 16
"""Characters of the longest of these."""


def is_placeholder(column: Column, value: Any) -> bool:
    """Whether a filled cell of this column says that nothing is known yet."""
    if column.kind == "norm":  # has its own reading of N/A: the step has no norm
        return False
    if not isinstance(value, str):
        return _is_zero(column, value)
    if value[:1].isalnum() and value[0].lower() not in _BEGIN:
        return False
    text = " ".join(value.lower().split())
    if len(text) > LONGEST:
        return False
    if not text[:1].isalnum() and _STROKES.fullmatch(text):
        return True
    if column.kind in ("text", "lines") and column.field not in NUMBERED:
        return False  # "belum" and "proses" are remarks there, and stay
    if text in _NONE:
        # To a question for yes or no it is an answer, or none: it is refused there.
        return column.kind not in ("count", "yes_no")
    if text in _NOTHING_YET:
        # "belum" beside "belum optimal" may be short for it.
        return not any(choice.lower().startswith(text + " ") for choice in column.choices)
    return _may_be_zero(column) and (
        text == "0" or (column.kind == "date" and bool(_ZERO_DAY.fullmatch(text)))
    )


def _may_be_zero(column: Column) -> bool:
    """No day and no certificate has the number 0; a count has."""
    return column.kind == "date" or column.field in NUMBERED


def _is_zero(column: Column, value: Any) -> bool:
    if type(value) in (int, float):
        return value == 0 and _may_be_zero(column)
    if column.kind != "date":
        return False
    if isinstance(value, dt.datetime):
        value = value.date() if value.time() == dt.time() else None
    return value in _DAY_ZERO or value in (dt.time(), dt.timedelta())
