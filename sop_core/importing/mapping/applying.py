"""From a table and its mapping to sheets of the contract; a column a step becomes a row a step."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Mapping as Read
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sop_core.errors import CellError
from sop_core.importing import rows
from sop_core.importing.cells import parser_for
from sop_core.importing.contract import LANGKAH, Column
from sop_core.importing.dates import DateRange
from sop_core.importing.headings import Headings, joined, letters
from sop_core.importing.mapping.model import UNREAD, Mapping, column_keys, step_of
from sop_core.importing.raw import Doubt, Part, RawSheet
from sop_core.importing.tabs import Cells, Tab
from sop_core.importing.texts import clean_text
from sop_core.indonesian import format_number
from sop_core.units import UnitFinder

MADE = "REKAP-"
"""How the IDs that are made here begin."""


@dataclass
class Applied:
    """The sheets of one table, and what is told of them."""

    sheets: list[RawSheet]
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What a mapping is applied in: the register, the day, and titles of activities by made ID."""

    finder: UnitFinder
    today: dt.date
    stored: Read[str, str]


def applied(tab: Tab, mapping: Mapping, around: Around) -> Applied:
    """Make the sheets of one table, whose headings are the mapping's (``Mapper.given``)."""
    found = _headings(tab, mapping)
    data = rows.of(found, tab)
    told = list(data.told)
    own = {p: c for p, c in found.columns.items() if step_of(c.field) is None}
    main = _with_constants(
        RawSheet(
            found.sheet, found.names, own, data.cells, data.numbers, [Part(tab.file, tab.name)]
        ),
        mapping,
    )
    if mapping.makes_ids:
        main = _with_ids(main, mapping, around)
        told.append(
            f"{found.sheet.name}: ID dibuat dari unit, alur, tahun, dan"
            f" {f'kolom “{mapping.key}”' if mapping.key else 'judul'}."
        )
    steps = _steps(found, data, main, tab, around)
    if steps:
        told.append(
            f"Langkah: {len(steps)} kolom langkah dari {len(data.numbers)} baris menjadi"
            f" {len(steps) * len(data.numbers)} catatan langkah."
        )
    unread = _unread(found, tab, mapping)
    if unread:
        told.append(f"{found.sheet.name}: kolom {', '.join(unread)} tidak diimpor.")
    return Applied([main, *steps], told)


def _unread(found: Headings, tab: Tab, mapping: Mapping) -> list[str]:
    """The columns that no target is given, with how many of their cells are filled."""
    unread = []
    for at, (key, name) in enumerate(zip(column_keys(found.names), found.names, strict=True)):
        if mapping.columns.get(key, UNREAD) != UNREAD or key == mapping.key:
            continue
        filled = int((~tab.cells[at].blank()[found.begins :]).sum())
        if name or filled:
            count = f" ({format_number(filled)} sel terisi)" if filled else ""
            unread.append(f"“{name or f'{letters(at)} (tanpa judul)'}”{count}")
    return unread


def _headings(tab: Tab, mapping: Mapping) -> Headings:
    names = joined(tab, *mapping.headings)
    keys = column_keys(names)
    sheet = mapping.contract
    columns = {}
    for position, key in enumerate(keys):
        target = mapping.columns.get(key, UNREAD)
        if target:
            columns[position] = (
                Column(f"{names[position]}", target, "date")
                if step_of(target)
                else sheet.column(target)
            )
    first, last = mapping.headings
    return Headings(sheet, last, names, columns, last - first + 1)


def _with_constants(raw: RawSheet, mapping: Mapping) -> RawSheet:
    for name, value in mapping.constants.items():
        raw = _with(raw, raw.sheet.column(name), Cells([value], _zeros(raw)))
    return raw


def _with(raw: RawSheet, column: Column, cells: Cells) -> RawSheet:
    return replace(
        raw,
        headings=[*raw.headings, column.name],
        columns={**raw.columns, len(raw.cells): column},
        cells=[*raw.cells, cells],
    )


def _zeros(raw: RawSheet) -> Any:
    return np.zeros(len(raw.row_numbers), np.int32)


def _with_ids(raw: RawSheet, mapping: Mapping, around: Around) -> RawSheet:
    """Stable IDs, so that next month's file updates; doubts where one is of another title."""
    place = [_read(raw, name, around) for name in ("flow", "year", "unit_code")]
    keys = _keys(raw, mapping)
    titles = _column(raw, "title") or _column(raw, "name")
    ids, doubts = [], []
    held: dict[tuple[str, str], str] = {}
    for made, title in around.stored.items():
        held.setdefault((made.rpartition("-")[0], _plain(title)), made)
    named = _texts(titles) if titles else [""] * len(keys)
    plain = list(map(_plain, named))
    here = set(plain)
    for row, (key, title) in enumerate(zip(keys, named, strict=True)):
        before = MADE + "-".join(values[row] for values in place)
        made = held.get((before, plain[row])) or f"{before}-{key}"
        known = around.stored.get(made)
        if known is not None and _plain(known) != plain[row] and made not in mapping.same:
            # The number has gone to another row where the title it had stands in this file too.
            if made in mapping.new or _plain(known) in here:
                made = f"{before}-{_hash(title)}"
            else:
                doubts.append(Doubt(int(raw.row_numbers[row]), "Judul", title,
                    f"baris ini mendapat ID {made}, yang tersimpan sebagai “{known}”; nyatakan pada"
                    " pemetaan apakah kegiatannya sama (same) atau lain (new)"))  # fmt: skip
                made += "?"  # its steps must not become the other one's
        ids.append(made)
    raw = _with(
        raw, raw.sheet.column(raw.sheet.key[0]), Cells(ids, np.arange(len(ids), dtype=np.int32))
    )
    return replace(raw, doubts=[*raw.doubts, *doubts])


def _column(raw: RawSheet, name: str) -> Cells | None:
    return next((raw.cells[p] for p, c in raw.columns.items() if c.field == name), None)


def _texts(cells: Cells) -> list[str]:
    """A column as one line of text, row by row."""
    said = list(map(clean_text, cells.values))
    return [said[code] for code in cells.codes.tolist()]


def _read(raw: RawSheet, name: str, around: Around) -> list[str]:
    """A column's values as they will be typed, row by row; ``X`` where one cannot be read."""
    cells = _column(raw, name)
    if cells is None:
        return [""] * len(raw.row_numbers)
    parse = parser_for(raw.sheet.column(name), around.finder, around.today)
    read = []
    for value in cells.values:
        try:
            read.append(str(parse(value)) if value != "" else "X")
        except CellError:
            read.append("X")
    return [read[code] for code in cells.codes]


def _keys(raw: RawSheet, mapping: Mapping) -> list[str]:
    """What tells the rows apart: their number where each has one of its own, else their title."""
    at = {key: p for p, key in enumerate(column_keys(raw.headings))}
    if mapping.key is not None and mapping.key in at:
        keys = [re.sub(r"\W+", "", text) for text in _texts(raw.cells[at[mapping.key]])]
        if all(keys) and len(set(keys)) == len(keys):
            return keys
    titles = _column(raw, "title") or _column(raw, "name") or Cells([""], _zeros(raw))
    keys = list(map(_hash, _texts(titles)))
    twice = {key for key, count in Counter(keys).items() if count > 1}
    days = [c for c in raw.cells if any(isinstance(v, dt.date) for v in c.values)]
    return [
        _hash(key + "".join(clean_text(c[n]) for c in days[:1])) if key in twice else key
        for n, key in enumerate(keys)
    ]


def _plain(title: str) -> str:
    return re.sub(r"\W+", "", title.casefold())


def _hash(text: str) -> str:
    return hashlib.sha256(_plain(text).encode()).hexdigest()[:8]


def _ranges(cells: Cells, around: Around) -> tuple[Cells, Cells]:
    """A step's one column: two days in a cell are its start and its finish, told where the range
    is read; any other is its finish.
    """
    parse = parser_for(LANGKAH.column("finished"), around.finder, around.today)
    spans = np.zeros(len(cells.values), bool)
    for code, value in enumerate(cells.values):
        if isinstance(value, str) and value:
            try:
                parse(value)
            except DateRange:
                spans[code] = True
            except CellError:
                continue  # told where the cell is read
    values = [*cells.values, ""]
    both, blank = spans[cells.codes], len(cells.values)
    return (
        Cells(values, np.where(both, cells.codes, blank).astype(np.int32)),
        Cells(values, np.where(both, blank, cells.codes).astype(np.int32)),
    )


def _steps(
    found: Headings, data: rows.Rows, main: RawSheet, tab: Tab, around: Around
) -> list[RawSheet]:
    """A table of step records for each step that has a column."""
    ids = _column(main, "case_id")
    days: dict[tuple[str, int], dict[str, tuple[Cells, str]]] = {}
    for position, column in found.columns.items():
        target = step_of(column.field)
        if target is not None:
            flow, number, which = target
            days.setdefault((flow, number), {})[which] = (data.cells[position], column.name)
    if not days or ids is None:
        return []
    zeros = _zeros(main)
    blank = Cells([""], zeros)
    made = []
    for (flow, number), given in sorted(days.items()):
        heading = next(name for _, name in given.values())
        finished = given.get("selesai", (blank, ""))[0]
        started, finished = (
            (given["mulai"][0], finished) if "mulai" in given else _ranges(finished, around)
        )
        cells = {
            "case_id": ids,
            "step_no": Cells([f"{flow}.{number}"], zeros),
            "started": started,
            "finished": finished,
        }
        columns = dict(enumerate(LANGKAH.column(name) for name in cells))
        made.append(
            RawSheet(
                LANGKAH, [c.name for c in columns.values()], columns, list(cells.values()),
                main.row_numbers, [Part(tab.file, heading)],
            )
        )  # fmt: skip
    return made
