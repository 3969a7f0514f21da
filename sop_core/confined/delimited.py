"""Text with separators: its encoding, which separator, and its cells."""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections.abc import Iterable, Iterator
from itertools import chain, islice, repeat, zip_longest
from typing import Any

from sop_core.confined.bounds import Bounds, thousands
from sop_core.confined.columns import Numbering
from sop_core.errors import Refused
from sop_core.spelling import heading

_DELIMITERS = ",;\t|"
_CHUNK_ROWS = 10_000
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_LOOKED_AT = 20
"""Lines among which the headings are looked for, as in a workbook (importing/headings.py)."""
_LINE = 100_000
"""Characters of such a line that are looked at."""


def read(content: bytes, bounds: Bounds, known: frozenset[str]) -> tuple[int, list[Any]]:
    """Rows, and columns as columns.py packs them. Raises Refused, in Indonesian."""
    content, encoding = _decoded(content, bounds)
    csv.field_size_limit(bounds.most("field"))
    delimiter = _separator(content, encoding, known)
    reader = csv.reader(_lines(content, encoding), delimiter=delimiter)
    columns: list[tuple[Numbering, array[int]]] = []
    rows = 0
    try:
        while chunk := list(islice(reader, _CHUNK_ROWS)):
            width = max(len(columns), *map(len, chunk))
            bounds.hold("columns", width, sheet=bounds.name)
            _add(columns, chunk, rows, width)
            rows += len(chunk)
            bounds.hold("rows", rows, sheet=bounds.name)
            bounds.hold("cells", rows * width)
            _refuse_swallowed(columns, bounds)
    except csv.Error:
        # The only fault that the reader finds without `strict`.
        bounds.refuse("field", bounds.most("field"), line=thousands(reader.line_num))
    _refuse_unclosed(content, encoding, delimiter, bounds)
    return rows, [[list(numbering), codes.tobytes()] for numbering, codes in columns]


def _decoded(content: bytes, bounds: Bounds) -> tuple[bytes, str]:
    """The bytes and their encoding: UTF-8, what Windows wrote before it, or Excel's "Unicode
    Text", which is UTF-16 and is given as UTF-8.
    """
    if content.startswith(_UTF16) and not content.startswith(_UTF32):
        try:
            return content.decode("utf-16").encode(), "utf-8"
        except UnicodeError:
            raise Refused(
                f"Berkas {bounds.name} tidak dapat dibaca sebagai teks Unicode (UTF-16): isinya rusak"
                " atau terpotong. Di Excel pilih Simpan Sebagai > CSV UTF-8, lalu unggah lagi."
            ) from None
    if content.startswith(_UTF32) or b"\0" in content:
        raise Refused(
            f"Berkas {bounds.name} memuat bita nol: bukan CSV, atau teks Unicode (UTF-16, UTF-32)"
            " tanpa tanda di awalnya."
            " Di Excel pilih Simpan Sebagai > CSV UTF-8, lalu unggah lagi."
        )
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content, "cp1252"
    return content, "utf-8-sig"


def _separator(content: bytes, encoding: str, known: frozenset[str]) -> str:
    """The separator by which one of the first lines has the most known headings, each once.

    A title above the headings may hold commas. Where no heading is known: the one that stands
    most often in a line.
    """
    first = [line[:_LINE] for line in islice(_lines(content, encoding), _LOOKED_AT)]

    def headings(separator: str) -> tuple[int, int]:
        cells = [line.rstrip("\r\n").split(separator) for line in first]
        named = [len({heading(c.strip().strip('"')) for c in row} & known) for row in cells]
        return max(named, default=0), max(map(len, cells), default=0)

    return max(_DELIMITERS, key=headings)


def _lines(content: bytes, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")


def _add(
    columns: list[tuple[Numbering, array[int]]], chunk: list[list[str]], rows: int, width: int
) -> None:
    while len(columns) < width:
        columns.append((Numbering({"": 0}), array("i", bytes(4 * rows))))
    # Rows may be shorter than the longest, in this chunk or in all.
    given: Iterator[Iterable[str]] = zip_longest(*chunk, fillvalue="")
    blank = repeat(("",) * len(chunk))
    for (numbering, codes), values in zip(columns, chain(given, blank), strict=False):
        codes.extend(map(numbering.__getitem__, values))


def _refuse_swallowed(columns: list[tuple[Numbering, array[int]]], bounds: Bounds) -> None:
    """A cell of very many lines is a quotation mark that was never closed."""
    most = bounds.most("lines")
    for numbering, codes in columns:
        # Values are numbered in the order of rows; only new ones are worth a look.
        for value, number in islice(reversed(numbering.items()), 2 * _CHUNK_ROWS):
            if len(value) > most and value.count("\n") + value.count("\r") > most:
                row = codes.index(number) + 1
                bounds.refuse("lines", 0, line=thousands(row))


def _refuse_unclosed(content: bytes, encoding: str, delimiter: str, bounds: Bounds) -> None:
    """A quotation mark left open until the end of the file: what follows it is no cell.

    Only the reader's strict way tells that, and it refuses much else; so it is asked only
    where the last quotation mark could be an opening one.
    """
    if content.count(b'"') % 2 == 0:
        return
    begun = 0
    reader = csv.reader(_lines(content, encoding), delimiter=delimiter, strict=True)
    try:
        for _ in reader:
            begun = reader.line_num
    except csv.Error as error:
        if "unexpected end of data" in str(error):
            bounds.refuse("lines", 0, line=thousands(begun + 1))
