"""A column as a job answers it: its distinct values and, row by row, which of them stands there.

A spreadsheet repeats itself, so that is small and quick to make, to send and to take apart.
A value that msgpack has no kind for is a list: its kind and its ISO text.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_NUMBERS = {int, float, bool}
_PLAIN = {str, int, float, bool}


@dataclass(frozen=True)
class ErrorText:
    """What a cell in error shows, ``#REF!``."""

    text: str


class Numbering(dict[Any, int]):
    """Numbers values in the order in which they come."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def encoded(column: Sequence[Any]) -> list[Any]:
    """``[values, codes]`` of one column; codes are int32 in native order."""
    numbering = Numbering()
    # 1, 1.0 and True are one key of a dict, but not one cell.
    if len(_NUMBERS.intersection(map(type, column))) > 1:
        codes = array("i", map(numbering.__getitem__, zip(map(type, column), column, strict=True)))
        return [[_plain(value) for _, value in numbering], codes.tobytes()]
    codes = array("i", map(numbering.__getitem__, column))
    return [[_plain(value) for value in numbering], codes.tobytes()]


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, ErrorText):
        return ["error", value.text]
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    return [type(value).__name__, value.isoformat()]
