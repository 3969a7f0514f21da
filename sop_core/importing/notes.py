"""How sheets, columns and offices were recognised, told in one line a kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sop_core.importing.limits import NOTED
from sop_core.indonesian import format_number

EXAMPLES = 3
"""Of one kind that are named in its line; the rest are counted."""
LENGTH = 80
"""Characters of what somebody wrote that are shown in a line."""
# What a line says of what was recognised and of what was not; {items} are its examples.
_KNOWN = {
    "lembar": "Lembar {items} dari judul kolomnya.",
    "kolom": "{sheet}: kolom {items}.",
    "unit": "{sheet}: unit {items}.",
}
_UNKNOWN = {
    "lembar": "Lembar {items} tidak dikenal dan tidak dibaca.",
    "kolom": "{sheet}: kolom {items} tidak dikenal dan tidak diimpor.",
}


@dataclass(frozen=True)
class Reading:
    """What was written, and as what it was read; ``read_as`` is empty where it was left out.

    ``kind`` is lembar, kolom or unit; ``sheet`` is empty for a sheet.
    """

    kind: str
    sheet: str
    written: str
    read_as: str


def _grouped(readings: Iterable[Reading]) -> list[list[Reading]]:
    groups: dict[tuple[str, str, bool], list[Reading]] = {}
    for reading in dict.fromkeys(readings):  # blanks apart, two spellings may be one
        groups.setdefault((reading.kind, reading.sheet, bool(reading.read_as)), []).append(reading)
    return list(groups.values())


def lines(readings: Iterable[Reading]) -> list[str]:
    """One line a kind and sheet: what was recognised apart from what was not."""
    return [_line(group) for group in _grouped(readings)]


def _line(group: list[Reading]) -> str:
    first = group[0]
    words = _KNOWN if first.read_as else _UNKNOWN
    said = [_said(reading) for reading in group[:EXAMPLES]]
    more = len(group) - len(said)
    if more:
        said.append(f"dan {format_number(more)} lainnya")
    items = ("; " if first.read_as else ", ").join(said)
    return words[first.kind].format(sheet=first.sheet, items=items)


def _said(reading: Reading) -> str:
    written = reading.written
    cut = written if len(written) <= LENGTH else written[: LENGTH - 1] + "…"
    return f"“{cut}” dibaca sebagai {reading.read_as}" if reading.read_as else f"“{cut}”"


def listed(readings: Iterable[Reading]) -> list[Reading]:
    """The first NOTED of each kind and sheet."""
    return [reading for group in _grouped(readings) for reading in group[:NOTED]]
