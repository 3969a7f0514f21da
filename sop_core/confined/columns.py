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


class Column:
    """One column of a sheet, a block of its rows after another."""

    def __init__(self) -> None:
        self._numbering = Numbering()
        self._codes = array("i")
        self._kinds: set[type] = set()

    @property
    def _apart(self) -> bool:
        """1, 1.0 and True are one key of a dict, but not one cell."""
        return len(self._kinds) > 1

    def add(self, block: Sequence[Any]) -> None:
        """The cells of the next rows."""
        if not self._apart:
            self._kinds |= _NUMBERS.intersection(map(type, block))
            if self._apart:
                self._numbering = Numbering(
                    {(type(value), value): number for value, number in self._numbering.items()}
                )
        keys = zip(map(type, block), block, strict=True) if self._apart else block
        self._codes.extend(map(self._numbering.__getitem__, keys))

    def filled(self, row: int) -> bool:
        """Whether the cell there, of those that came, is not blank."""
        return self._codes[row] != self._numbering.get((str, "") if self._apart else "")

    def encoded(self) -> list[Any]:
        """``[values, codes]``; codes are int32 in native order."""
        values = (key[1] for key in self._numbering) if self._apart else self._numbering
        return [[_plain(value) for value in values], self._codes.tobytes()]


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, ErrorText):
        return ["error", value.text]
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    return [type(value).__name__, value.isoformat()]
