"""From a cell to a whole number, or to the reason why none stands there for certain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sop_core.errors import CellError
from sop_core.importing.notes import Told
from sop_core.importing.texts import clean_text

# A point or a comma between thousands, whichever it is throughout, or blanks; decimals only if
# they are zeros and cannot be thousands: 1.250 is 1250, as are 1,250 and 1.250,00. A lone 40.0
# is what a program made of a number or of an id, so the uploader looks again.
_FORMS = tuple(
    map(
        re.compile,
        (
            r"(-?\d+)(?:[.,]00)?",
            r"([1-9]\d{0,2}(?:\.\d{3})+)(?:,0+)?",
            r"([1-9]\d{0,2}(?:,\d{3})+)(?:\.0+)?",
            r"([1-9]\d{0,2}(?: \d{3})+)(?:[.,]0{1,2})?",
        ),
    )
)
_LONE_ZERO = re.compile(r"(-?\d{1,15})[.,]0")
_DECIMALS = re.compile(r"-?\d+[.,]\d+")
_ABOUT = re.compile(
    r"(?:±|\+/-|~|≈|>|<|≥|≤|kurang lebih|sekitar|kira-kira|lebih dari)|\d+\s*(?:\+|-|–|s\.?/?d\.?)"
)
_YEAR_WORDS = re.compile(r"(?:tahun(?: anggaran)?|t\.?a\.?|thn\.?)\s*", re.IGNORECASE)
_LOST = re.compile(r"-?\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_EXACT = 10**15
"""From here on a number has more than 15 digits, of which Excel keeps 15."""


def parse_integer(value: Any, low: int, high: int) -> int:
    """A whole number between two bounds; 1.250, 1,250 and 1.250,00 are 1250."""
    text = clean_text(value)
    if isinstance(value, float) and not value.is_integer():
        raise CellError(_decimal(value))
    match = next(filter(None, (form.fullmatch(text) for form in _FORMS)), None)
    if match is None:
        raise CellError(_no_integer(text))
    digits = re.sub(r"[., ]", "", match[1])
    # Python itself refuses to make a number of more than 4,300 digits.
    number = int(digits) if len(digits) < 20 else high + 1
    if not low <= number <= high:
        raise CellError(f"harus antara {low} dan {high}")
    return number


def _no_integer(text: str) -> str:
    if match := _LONE_ZERO.fullmatch(text):
        return f"harus bilangan bulat; bila benar, tulis {match[1]} tanpa pecahan"
    if _DECIMALS.fullmatch(text):
        return "harus bilangan bulat; ini bisa ribuan atau pecahan"
    if _ABOUT.match(text.lower()):
        return "harus bilangan bulat yang pasti; ini perkiraan atau rentang"
    return "harus bilangan bulat"


def _decimal(value: float) -> str:
    # An Excel of another language takes the point of 1.250 for a decimal one.
    thousands = round(value * 1000, 6)
    if not thousands.is_integer() or abs(value) >= 1000:
        return "harus bilangan bulat"
    number = int(thousands)
    return (
        f"harus bilangan bulat; bila maksudnya {number:,}".replace(",", ".")
        + f", Excel membacanya sebagai pecahan: ketik {number} tanpa titik"
    )


def read_count(value: Any, most: int, counted: Sequence[str] = ()) -> int | Told:
    """A count, with what is counted behind it where that is what the column counts."""
    if not isinstance(value, str):
        return parse_integer(value, 0, most)
    text = clean_text(value).lower().rstrip(".")
    for word in counted:
        if text.endswith(word):
            text = text.removesuffix(word).rstrip()
            break
    try:
        return told(value, parse_integer(text, 0, most))
    except CellError as error:
        if text in ("nihil", "tidak ada", "kosong"):
            raise CellError("tulis 0, atau kosongkan bila belum diketahui") from error
        raise


def read_year(value: Any, low: int, high: int) -> int | Told:
    """A year, with the words for a budget year before it or without."""
    text = clean_text(value)
    return told(value, parse_integer(_YEAR_WORDS.sub("", text, count=1), low, high))


def parse_norm(value: Any) -> int | None:
    """A norm (mutu baku waktu) in HK as the SOP writes it: ``10 HK``, ``10``, or ``N/A``."""
    text = clean_text(value).upper().removesuffix("HK").strip()
    return None if text in ("N/A", "NA", "-", "–") else parse_integer(text, 1, 999)


def told(value: Any, number: int) -> int | Told:
    """The number, and that it was read from something else where a text says more than it."""
    if isinstance(value, str) and clean_text(value) != str(number):
        return Told(number, str(number))
    return number


def refuse_lost_digits(value: Any) -> None:
    """Raises CellError for a number that no longer is what was typed: two people have one id."""
    if type(value) is str:
        if value[:1].isdigit() and _LOST.fullmatch(value.strip()):
            raise CellError(
                "ditulis dengan E+: Excel sudah membuang angkanya; format kolom sebagai Teks"
                " lalu ketik ulang"
            )
    elif type(value) in (int, float) and abs(value) >= _EXACT:
        raise CellError(
            "lebih dari 15 angka sebagai bilangan: Excel sudah membuang angkanya;"
            " format kolom sebagai Teks lalu ketik ulang"
        )
