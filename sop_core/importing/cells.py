"""From one cell to one value, or to a plain reason why not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from sop_core.errors import CellError
from sop_core.importing.contract import FLOW_NAMES, NUMBERED, Column
from sop_core.importing.dates import parse_date, read_date
from sop_core.importing.limits import SUGGESTED_LENGTH, SUGGESTIONS
from sop_core.importing.notes import Told
from sop_core.importing.numbers import (
    parse_integer,
    parse_norm,
    read_count,
    read_year,
    refuse_lost_digits,
    told,
)
from sop_core.importing.step_letters import keeps_letter, read_step
from sop_core.importing.texts import clean_lines, clean_text
from sop_core.indonesian import format_date
from sop_core.units import UnitFinder

__all__ = [
    "clean_lines", "clean_text", "parse_choice", "parse_date", "parse_flow", "parse_id", "parse_integer",
    "parse_norm", "parse_number_given_out", "parse_unit", "parse_yes_no", "parser_for", "read_flow",
]  # fmt: skip
"""Every kind of cell from one place; dates, numbers and steps have files of their own."""
Parser = Callable[[Any], Any]
_YES = {"ya", "y", "yes", "true", "1", "x", "v", "✓", "benar"}
_NO = {"tidak", "t", "tdk", "no", "n", "false", "0", "salah"}
_FLOW_OF = {name: letter for letter, names in FLOW_NAMES.items() for name in names}


def parser_for(
    column: Column, finder: UnitFinder, today: dt.date, month_first: bool = False
) -> Parser:
    """The function that reads a cell of this column. It raises CellError.

    What it reads from something else than the cell says is a Told.
    """
    match column.kind:
        case "id":
            return parse_id
        case "text":
            return parse_number_given_out if column.field in NUMBERED else clean_text
        case "lines":
            return clean_lines
        case "date":
            return lambda value: _dated(value, column, month_first)
        case "count":
            return lambda value: read_count(value, column.most, column.counted)
        case "norm":
            return parse_norm
        case "year":
            return lambda value: read_year(value, 2018, today.year + 1)
        case "step":
            return _step_parser(column)
        case "yes_no":
            return parse_yes_no
        case "flow":
            return read_flow
        case "unit":
            return _unit_parser(finder)
        case "choice":
            return lambda value: parse_choice(value, column)


def parse_id(value: Any) -> str:
    """An id as it is written: 001 and 1 are two."""
    return _as_typed(value, "ID")


def parse_number_given_out(value: Any) -> str:
    """The number of a document or certificate, which is a text of its own."""
    return _as_typed(value, "nomor")


def _as_typed(value: Any, what: str) -> str:
    """The text of a cell that Excel has not made a number or a date of: 1-2 is 1 February there."""
    refuse_lost_digits(value)
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        raise CellError(
            f"tanggal atau jam, bukan {what}: Excel mungkin mengubahnya; format kolom sebagai Teks"
            " lalu ketik ulang"
        )
    if isinstance(value, bool):
        raise CellError(f"TRUE atau FALSE, bukan {what}")
    return clean_text(value)


def _dated(value: Any, column: Column, month_first: bool) -> Any:
    dated = read_date(value, column.earliest, month_first)
    return Told(dated.day, format_date(dated.day), dated.told) if dated.told else dated.day


def _step_parser(column: Column) -> Parser:
    with_letter = keeps_letter(column)
    return lambda value: told(value, read_step(value, with_letter)[0])


def parse_yes_no(value: Any) -> bool:
    """``ya`` or ``tidak`` in their usual spellings."""
    text = clean_text(value).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellError("harus ya atau tidak")


def parse_flow(value: Any) -> str:
    """The letter of a flow (alur), alone, before its name, or the name alone."""
    text = clean_text(value).lower().replace("&", "dan").rstrip(".")
    match = re.fullmatch(r"(?:alur\s+)?(?:([a-d])(?![^\W_])[\s.,:;()/-]*)?(.*)", text)
    letter, name = (match[1], match[2]) if match else (None, text)
    named = _FLOW_OF.get(name)
    if letter is None and named is None:
        raise CellError("alur tidak dikenal; harus A, B, C, atau D")
    # "A. Pembinaan" and "A dan B" name two flows, and which is meant is not known.
    others = {named} - {None} | {one.upper() for one in re.findall(r"\b[a-d]\b", name)}
    if letter and others - {letter.upper()}:
        raise CellError("menyebut dua alur; tulis satu huruf: A, B, C, atau D")
    return letter.upper() if letter else str(named)


def read_flow(value: Any) -> str | Told:
    """The same, with a note where no letter stands there, or something that is no flow's name."""
    flow = parse_flow(value)
    text = clean_text(value).lower().removeprefix("alur").strip()
    bare = re.sub(r"^[a-d](?![^\W_])[\s.,:;()/-]*", "", text)
    return flow if bare != text and bare in {"", *FLOW_NAMES[flow]} else Told(flow, flow)


def _unit_parser(finder: UnitFinder) -> Parser:
    left = SUGGESTIONS

    def parse(value: Any) -> str:
        nonlocal left
        try:
            return parse_unit(value, finder, suggest=left > 0)
        except CellError:
            left -= 1
            raise

    return parse


def parse_unit(value: Any, finder: UnitFinder, suggest: bool = True) -> str:
    """The code of an office, by code or by any spelling of its name."""
    text = clean_text(value)
    code = finder.find(text)
    if code is None or code == "NASIONAL":
        near = finder.suggest(text) if suggest and len(text) <= SUGGESTED_LENGTH else None
        hint = f"; mungkin maksud Anda {near}?" if near else "; lihat lembar Daftar pada templat"
        raise CellError(f"unit tidak dikenal{hint}")
    return code


def parse_choice(value: Any, column: Column) -> str:
    """One of the column's values, in any of their spellings."""
    text = clean_text(value)
    lowered = text.lower()
    for choice, spellings in column.choices.items():
        if lowered == choice.lower() or lowered in spellings:
            return choice
    first = re.match(r"([a-z])[.)]\s", lowered)
    if first and first[1] in column.choices:
        rest = lowered[first.end() :].strip()
        named = {c for c, spellings in column.choices.items() if rest in spellings}
        if named and first[1] not in named:
            raise CellError(f"huruf {first[1]} bukan huruf pilihan itu; tulis salah satunya saja")
        return first[1]
    if not column.closed:
        return text
    raise CellError(f"pilihan tidak dikenal; harus salah satu dari: {', '.join(column.choices)}")
