"""From one cell to one value, or to a plain reason why not."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from sop_core.calendar import LAST_YEAR
from sop_core.errors import CellError
from sop_core.importing.contract import Column
from sop_core.importing.limits import SUGGESTED_LENGTH, SUGGESTIONS
from sop_core.indonesian import MONTH_NUMBER, MONTHS
from sop_core.units import UnitFinder

Parser = Callable[[Any], Any]
_YES = {"ya", "y", "yes", "true", "1", "x", "v", "✓", "benar"}
_NO = {"tidak", "t", "tdk", "no", "n", "false", "0", "-", "salah"}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d.*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_WORDS = re.compile(r"(\d{1,2})\s+([A-Za-z]+)\.?\s+(\d{4})")


def clean_text(value: Any) -> str:
    """A cell as one line of text: NBSP and runs of blanks become one space."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def clean_lines(value: Any) -> str:
    """A cell of several lines, each as one line of text; empty ones are left out."""
    lines = str(value).splitlines() if isinstance(value, str) else [value]
    return "\n".join(filter(None, map(clean_text, lines)))


def parser_for(column: Column, finder: UnitFinder, today: dt.date) -> Parser:
    """The function that reads a cell of this column. It raises CellError."""
    match column.kind:
        case "id":
            return clean_text
        case "text":
            return clean_text
        case "lines":
            return clean_lines
        case "date":
            return lambda value: parse_date(value, column.earliest)
        case "count":
            return lambda value: parse_integer(value, 0, 10_000_000)
        case "norm":
            return parse_norm
        case "year":
            return lambda value: parse_integer(value, 2018, today.year + 1)
        case "step":
            return parse_step
        case "yes_no":
            return parse_yes_no
        case "flow":
            return parse_flow
        case "unit":
            return _unit_parser(finder)
        case "choice":
            return lambda value: parse_choice(value, column)


def parse_date(value: Any, earliest: int = 2018) -> dt.date:
    """A real date, ``2026-03-02``, ``02/03/2026`` (day first) or ``2 Maret 2026``."""
    if isinstance(value, dt.datetime):
        day = value.date()
    elif isinstance(value, dt.date):
        day = value
    elif isinstance(value, (int, float, dt.time, dt.timedelta)):
        raise CellError(
            f"{clean_text(value)} bukan tanggal; ubah format sel menjadi Tanggal"
            " atau tulis seperti 02/03/2026"
        )
    else:
        day = _date_from_text(clean_text(value))
    if not earliest <= day.year <= LAST_YEAR:
        raise CellError(f"tahun {day.year} di luar rentang {earliest}–{LAST_YEAR}")
    return day


def _date_from_text(text: str) -> dt.date:
    if match := _ISO.fullmatch(text):
        year, month, day = (int(g) for g in match.groups())
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = (int(g) for g in match.groups())
    elif (match := _WORDS.fullmatch(text)) and match[2].lower() in MONTH_NUMBER:
        day, month, year = int(match[1]), MONTH_NUMBER[match[2].lower()], int(match[3])
    else:
        raise CellError(
            "bukan tanggal yang dikenal; tulis seperti 2026-03-02, 02/03/2026, atau 2 Maret 2026"
        )
    if not 1 <= month <= 12:
        raise CellError(f"bulan {month} tidak ada; tanggal ditulis hari/bulan/tahun")
    if year < 1 or year > 9999:
        raise CellError(f"tahun {year} tidak ada")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise CellError(f"tanggal {day} tidak ada: {MONTHS[month - 1]} {year} hanya {last} hari")
    return dt.date(year, month, day)


def parse_integer(value: Any, low: int, high: int) -> int:
    """A whole number between two bounds, a point between thousands allowed."""
    text = clean_text(value)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+", text):
        text = text.replace(".", "")
    if not re.fullmatch(r"-?\d+", text):
        raise CellError("harus bilangan bulat")
    # Python itself refuses to make a number of more than 4,300 digits.
    number = int(text) if len(text) < 20 else high + 1
    if not low <= number <= high:
        raise CellError(f"harus antara {low} dan {high}")
    return number


def parse_step(value: Any) -> int:
    """The number of a step in its flow; the flow itself stands with the activity."""
    written = re.fullmatch(r"[A-Za-z]\s*\.?\s*(\d{1,2})", clean_text(value))
    if written:
        raise CellError(f"tulis nomornya saja, tanpa huruf alur: {int(written[1])}")
    return parse_integer(value, 1, 99)


def parse_norm(value: Any) -> int | None:
    """A norm (mutu baku waktu) in HK as the SOP writes it: ``10 HK``, ``10``, or ``N/A``."""
    text = clean_text(value).upper().removesuffix("HK").strip()
    return None if text in ("N/A", "NA", "-", "–") else parse_integer(text, 1, 999)


def parse_yes_no(value: Any) -> bool:
    """``ya`` or ``tidak`` in their usual spellings."""
    text = clean_text(value).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise CellError("harus ya atau tidak")


def parse_flow(value: Any) -> str:
    """The letter of a flow (alur), alone or before its name."""
    text = clean_text(value).upper()
    match = re.fullmatch(r"(?:ALUR )?([A-D])(?:[.\s].*)?", text)
    if not match:
        raise CellError("alur tidak dikenal; harus A, B, C, atau D")
    return match[1]


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
        return first[1]
    if not column.closed:
        return text
    raise CellError(f"pilihan tidak dikenal; harus salah satu dari: {', '.join(column.choices)}")
