"""How a file was read where it could be read otherwise, told in one line a kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sop_core.importing.limits import NOTED
from sop_core.indonesian import format_number

EXAMPLES = 3
"""Of one kind that are named in its line; the rest are counted."""
LENGTH = 80
"""Characters of what somebody wrote that are shown in a line."""
BLANK, VALUE, CLOCK, SHORT_YEAR = "kosong", "nilai", "jam", "tahun"
MOVED, MONTH_FIRST, RANGE, DOUBT = "geser", "bulan", "rentang", "tukar"
"""Kinds that are of cells: their lines name the column and count its cells."""
# What a line says of what was recognised and of what was not; {items} are its examples.
_KNOWN = {
    "lembar": "Lembar {items} dari judul kolomnya.",
    "kolom": "{sheet}: kolom {items}.",
    "unit": "{sheet}: unit {items}.",
    BLANK: "{sheet}: kolom {column}: {count} sel berisi {items} dibaca kosong.",
    VALUE: "{sheet}: kolom {column}: {count} sel dibaca menurut artinya: {items}.",
    CLOCK: "{sheet}: kolom {column}: {count} sel berisi jam, yang tidak disimpan: {items}.",
    SHORT_YEAR: "{sheet}: kolom {column}: {count} sel bertahun dua angka: {items}.",
    MOVED: "{sheet}: kolom {column}: {count} cap waktu dibaca sebagai hari di Jakarta: {items}.",
    MONTH_FIRST: "{sheet}: kolom {column}: {count} sel dibaca bulan/hari/tahun: {items}.",
    RANGE: "{sheet}: kolom {column}: {count} rentang dibaca sebagai mulai dan selesai: {items}.",
    DOUBT: "{sheet}: kolom {column}: {count} sel tanggal semuanya bertanggal 1–12, sedangkan {items}"
    " tertulis sebagai teks; Excel mungkin menukar hari dan bulannya. Periksa.",
}
_UNKNOWN = {
    "lembar": "Lembar {items} tidak dikenal dan tidak dibaca.",
    "kolom": "{sheet}: kolom {items} tidak dikenal dan tidak diimpor.",
}
# The line itself says as what all of these were read.
_LISTED = {BLANK, DOUBT}


@dataclass(frozen=True)
class Reading:
    """What was written, and as what it was read; ``read_as`` is empty where it was left out.

    ``kind`` is lembar, kolom, unit or one of those of cells; ``sheet`` is empty for a sheet.
    ``column`` and ``count`` say where cells stand and how many they are.
    """

    kind: str
    sheet: str
    written: str
    read_as: str
    column: str = ""
    count: int = 0


@dataclass(frozen=True)
class Told:
    """A value that a parser read from something else than what it says, and the kinds of note."""

    value: Any
    shown: str
    kinds: tuple[str, ...] = (VALUE,)


Group = tuple[str, str, str, bool]
"""Kind, sheet, column, and whether it was read at all."""


def _grouped(readings: Iterable[Reading]) -> dict[Group, dict[tuple[str, str], int]]:
    """Of each group, what was written and as what it was read, with the number of its cells.

    Blanks apart, two spellings may be one; and one may stand in two tabs of a sheet.
    """
    groups: dict[Group, dict[tuple[str, str], int]] = {}
    for r in readings:
        group = groups.setdefault((r.kind, r.sheet, r.column, r.read_as != ""), {})
        same = (r.written, r.read_as)
        group[same] = group.get(same, 0) + r.count
    return groups


def _first(of: Group, cells: dict[tuple[str, str], int], most: int) -> list[Reading]:
    kind, sheet, column, _ = of
    return [
        Reading(kind, sheet, written, read_as, column, count)
        for (written, read_as), count in islice(cells.items(), most)
    ]


def lines(readings: Iterable[Reading]) -> list[str]:
    """One line a kind, sheet and column: what was recognised apart from what was not."""
    return [_line(of, cells) for of, cells in _grouped(readings).items()]


def _line(of: Group, cells: dict[tuple[str, str], int]) -> str:
    kind, sheet, column, was_read = of
    said = [_said(reading) for reading in _first(of, cells, EXAMPLES)]
    more = len(cells) - len(said)
    if more:
        said.append(f"dan {format_number(more)} lainnya")
    items = ("; " if was_read and kind not in _LISTED else ", ").join(said)
    words = _KNOWN if was_read else _UNKNOWN
    count = format_number(sum(cells.values()))
    return words[kind].format(sheet=sheet, column=column, count=count, items=items)


def _said(reading: Reading) -> str:
    written = reading.written
    cut = written if len(written) <= LENGTH else written[: LENGTH - 1] + "…"
    if not reading.read_as or reading.kind in _LISTED:
        filled = (
            f" ({format_number(reading.count)} sel terisi)"
            if reading.kind == "kolom" and reading.count
            else ""
        )
        return f"“{cut}”{filled}"
    return f"“{cut}” dibaca sebagai {reading.read_as}"


def listed(readings: Iterable[Reading]) -> list[Reading]:
    """The first NOTED of each kind, sheet and column."""
    return [r for of, cells in _grouped(readings).items() for r in _first(of, cells, NOTED)]
