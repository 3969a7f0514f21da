"""From a table and its mapping to sheets of the contract; a column a step becomes a row a step."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from collections.abc import Mapping as Read
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from sop_core.errors import CellError, ImportRefused
from sop_core.importing import rows
from sop_core.importing.cells import parser_for
from sop_core.importing.contract import FASILITATOR, KEGIATAN, LANGKAH, SHEETS, Column
from sop_core.importing.dates import DateRange
from sop_core.importing.headings import Headings, joined, letters
from sop_core.importing.mapping.identifying import (
    MADE,
    Identified,
    Question,
    Row,
    Stored,
    identify,
)
from sop_core.importing.mapping.model import UNREAD, Mapping, column_keys, step_of
from sop_core.importing.notes import Told
from sop_core.importing.raw import Doubt, Part, RawSheet
from sop_core.importing.tabs import Cells, Tab
from sop_core.importing.texts import clean_text
from sop_core.indonesian import format_number
from sop_core.units import UnitFinder

_NO_DAY = dt.date.max.toordinal()
_CALLED = {KEGIATAN.name: "kegiatannya", FASILITATOR.name: "orangnya"}
"""What rows with made IDs are, in a question."""


@dataclass
class Applied:
    """The sheets of one table, and what is told of them."""

    sheets: list[RawSheet]
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Around:
    """What a mapping is applied in: the register, the day, and what is stored by made ID."""

    finder: UnitFinder
    today: dt.date
    stored: Read[str, Stored]


@dataclass
class Table:
    """One table read by its mapping, whose rows may have no IDs yet (``finished``).

    ``sure``: it was not for an answer of this upload that it was read.
    """

    tab: Tab
    mapping: Mapping
    found: Headings
    data: rows.Rows
    main: RawSheet
    told: list[str]
    sure: bool = True


def table(tab: Tab, mapping: Mapping) -> Table:
    """Read one table, whose headings are the mapping's (``Mapper.given``).

    Raises ImportRefused for a mapping without a column that must be there.
    """
    if mapping.lacking:
        raise ImportRefused(
            f"Lembar “{tab.name}”: pemetaannya belum menyebut {', '.join(mapping.lacking)}."
        )
    found = _headings(tab, mapping)
    data = rows.of(found, tab)
    told = list(data.told)
    data = replace(data, cells=_blanked(found, data.cells, mapping, told))
    own = {p: c for p, c in found.columns.items() if step_of(c.field) is None}
    main = _with_constants(
        RawSheet(
            found.sheet, found.names, own, data.cells, data.numbers, [Part(tab.file, tab.name)]
        ),
        mapping,
    )
    return Table(tab, mapping, found, data, main, told)


def finished(
    tables: Sequence[Table], around: Around, same: Collection[str], new: Collection[str]
) -> list[Applied]:
    """The sheets of all tables of an upload. IDs are made for all together: what two tables count
    by the same numbers must not become one.
    """
    _make_ids(tables, around, same, new)
    made = [_finished(one, around) for one in tables]
    if len(tables) > 1:
        for one, its in zip(tables, made, strict=True):
            its.told = [_of_table(sentence, one.tab.name) for sentence in its.told]
    return made


def _of_table(sentence: str, name: str) -> str:
    """What is told of a sheet, of one of its several tables: ``Kegiatan (Januari): ...``."""
    sheet, colon, rest = sentence.partition(":")
    of_ours = sheet in {s.name for s in SHEETS}
    return f"{sheet} ({name}){colon}{rest}" if of_ours else sentence


def _finished(one: Table, around: Around) -> Applied:
    found, mapping, told = one.found, one.mapping, one.told
    steps = _steps(found, one.data, one.main, one.tab, around)
    if steps:
        count = len(one.data.numbers)
        blank = sum(
            int(np.logical_and(*(c.blank() for c in raw.cells[-2:])).sum()) for raw in steps
        )
        told.append(
            f"Langkah: {len(steps)} kolom langkah dari {count} baris menjadi"
            f" {len(steps) * count} catatan langkah"
            + (f"; {blank} di antaranya sel kosong dan tidak dicatat." if blank else ".")
        )
    unread = _unread(found, one.tab, mapping)
    if unread:
        told.append(f"{found.sheet.name}: kolom {', '.join(unread)} tidak diimpor.")
    return Applied([one.main, *steps], told)


def _blanked(found: Headings, cells: list[Cells], mapping: Mapping, told: list[str]) -> list[Cells]:
    """Words that this office writes for nothing are nothing, in the columns that are read."""
    words = {_folded(word) for word in mapping.blank} - {""}
    if not words:
        return cells
    read = {p for p, k in enumerate(column_keys(found.names)) if p in found.columns or k == mapping.key}  # fmt: skip
    made = []
    for at, column in enumerate(cells):
        means = np.fromiter((_folded(v) in words for v in column.values), bool, len(column.values))
        cleared = means[column.codes] if at in read else None
        if cleared is not None and cleared.any():
            written = dict.fromkeys(clean_text(column.values[c]) for c in column.codes[cleared])
            told.append(
                f"{found.sheet.name}: kolom “{found.names[at]}”: {int(cleared.sum())} sel berisi"
                f" {', '.join(f'“{word}”' for word in written)} dibaca kosong menurut pemetaan."
            )
            column = Cells(["" if m else v for m, v in zip(means, column.values, strict=True)], column.codes)  # fmt: skip
        made.append(column)
    return made


def _folded(value: Any) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return " ".join(clean_text(value).casefold().split())
    return ""


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


def _make_ids(
    tables: Sequence[Table], around: Around, same: Collection[str], new: Collection[str]
) -> None:
    """Stable IDs, so that next month's file updates; doubts where a row may be another's."""
    making = [one for one in tables if one.mapping.makes_ids]
    if not making:
        return
    listed = [_rows(one, at, around) for at, one in enumerate(making)]
    answers = {i for one in making for i in one.mapping.same}, {i for one in making for i in one.mapping.new}  # fmt: skip
    found = identify(
        [row for rows_ in listed for row in rows_], around.stored,
        answers[0].union(same), answers[1].union(new),
    )  # fmt: skip
    begins = 0
    for one, its in zip(making, listed, strict=True):
        _identified(one, its, begins, found)
        begins += len(its)


def _identified(one: Table, its: list[Row], begins: int, found: Identified) -> None:
    raw = one.main
    ids = found.ids[begins : begins + len(its)]
    title = raw.sheet.column("title" if raw.sheet is KEGIATAN else "name").name
    doubts = []
    for at, row in enumerate(its):
        number = int(raw.row_numbers[at])
        question = found.questions.get(begins + at)
        if question is not None:
            doubts.append(
                Doubt(number, title, row.title, _asks(question, raw.sheet.name), question.made,
                      question.stored, question.why)
            )  # fmt: skip
        elif begins + at in found.alike:
            here = range(begins, begins + len(its))
            others = sorted(
                int(raw.row_numbers[n - begins]) for n in found.alike[begins + at] if n in here
            )
            doubts.append(
                Doubt(number, title, row.title,
                      f"baris {', '.join(map(str, others[:5]))} berjudul sama dan tidak ada yang"
                      " membedakannya; beri nomor, tanggal, atau judul yang berbeda, atau sisakan"
                      " satu bila kegiatannya satu")
            )  # fmt: skip
    one.main = _with(
        raw, raw.sheet.column(raw.sheet.key[0]), Cells(ids, np.arange(len(ids), dtype=np.int32))
    )
    one.main = replace(one.main, doubts=[*raw.doubts, *doubts])
    by_title = any(row.before in found.by_title for row in its) or one.mapping.key is None
    how = "judul" if by_title else f"kolom “{one.mapping.key}”"
    one.told.append(f"{raw.sheet.name}: ID dibuat dari unit, alur, tahun, dan {how}.")
    if by_title and one.mapping.key is not None:
        one.told.append(
            f"{raw.sheet.name}: kolom “{one.mapping.key}” tidak membedakan semua baris (nomornya"
            " kosong atau berulang, juga antar lembar), maka baris dikenali dari judulnya."
        )


def _asks(question: Question, sheet: str) -> str:
    what = _CALLED[sheet]
    return (
        f"baris ini tampaknya {question.made}, yang tersimpan sebagai “{question.stored}”"
        f" ({question.why}); jawab apakah {what} sama atau lain (pada pemetaan: same atau new)"
    )


def _rows(one: Table, number: int, around: Around) -> list[Row]:
    """What the rows of a table are told apart by."""
    raw = one.main
    titles = _texts(_column(raw, "title") or _column(raw, "name") or Cells([""], _zeros(raw)))
    at = {key: p for p, key in enumerate(column_keys(raw.headings))}
    position = at.get(one.mapping.key) if one.mapping.key is not None else None
    numbered = raw.cells[position] if position is not None else Cells([""], _zeros(raw))
    numbers = [re.sub(r"\W+", "", text) for text in _texts(numbered)]
    days, dated = _first_days(one, around)
    telling = _telling(raw, days, dated)
    befores = _befores(raw, around)
    parts = zip(befores, numbers, titles, days, telling, strict=True)
    return [Row(*part, number) for part in parts]


def _texts(cells: Cells) -> list[str]:
    """The text of each row's cell; each distinct value is cleaned once."""
    texts = [clean_text(value) for value in cells.values]
    return [texts[code] for code in cells.codes.tolist()]


def _column(raw: RawSheet, name: str) -> Cells | None:
    return next((raw.cells[p] for p, c in raw.columns.items() if c.field == name), None)


def _befores(raw: RawSheet, around: Around) -> list[str]:
    """How each row's ID begins; empty where unit, flow or year cannot be read."""
    parts: list[list[str | None]] = []
    for name in ("flow", "year", "unit_code"):
        cells = _column(raw, name)
        if cells is None:
            parts.append([""] * len(raw.row_numbers))
            continue
        parse = parser_for(raw.sheet.column(name), around.finder, around.today)
        read: list[str | None] = []
        for value in cells.values:
            try:
                read.append(str(_plainly(parse(value))) if value != "" else None)
            except CellError:
                read.append(None)
        parts.append([read[code] for code in cells.codes])
    return [
        "" if None in part else MADE + "-".join(map(str, part))
        for part in zip(*parts, strict=True)
    ]  # fmt: skip


def _plainly(value: Any) -> Any:
    return value.value if isinstance(value, Told) else value


def _first_days(one: Table, around: Around) -> tuple[list[dt.date | None], bool]:
    """Of each row the first of its steps' days, or a person's training; whether there is such a
    column.
    """
    columns = [one.data.cells[p] for p, c in one.found.columns.items() if step_of(c.field)]
    trained = _column(one.main, "trained_on") if one.main.sheet is FASILITATOR else None
    columns += [trained] if trained is not None else []
    if not columns:
        return [None] * len(one.main.row_numbers), False
    parse = parser_for(LANGKAH.column("finished"), around.finder, around.today)
    found = []
    for cells in columns:
        of_value = np.array([_day(parse, v) for v in cells.values], np.int64)
        found.append(of_value[cells.codes])
    first = np.minimum.reduce(found).tolist()
    return [None if n == _NO_DAY else dt.date.fromordinal(n) for n in first], True


def _day(parse: Any, value: Any) -> int:
    if value == "":
        return _NO_DAY
    try:
        return int(_plainly(parse(value)).toordinal())
    except DateRange as both:
        return both.first.toordinal()
    except CellError:
        return _NO_DAY  # told where the cell is read


def _telling(raw: RawSheet, days: list[dt.date | None], dated: bool) -> list[str]:
    """What tells rows of one title apart: their first day, else the first column that holds days."""
    if dated:
        return [day.isoformat() if day else "" for day in days]
    cells = next((c for c in raw.cells if any(isinstance(v, dt.date) for v in c.values)), None)
    if cells is None:
        return [""] * len(days)
    return _texts(cells)


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
                main.row_numbers, [Part(tab.file, tab.name, heading)],
            )
        )  # fmt: skip
    return made
