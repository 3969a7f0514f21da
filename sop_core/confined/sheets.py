"""The job that reads a stranger's .xlsx, .xls, .ods or .csv into cells.

The answer is ``[[name, rows, [[values, codes], ...]], ...]``: a sheet by its columns, each as
its distinct values and, row by row, which of them stands there (int32, native order). A
spreadsheet repeats itself, so that is small and quick to make, to send and to take apart.
A value that msgpack has no kind for is a list: its kind and its ISO text.

Limits come as ``{key: [most, message]}`` (sop_core/importing/limits.py has them), so that this
file knows what is measured and that one how much is allowed and what is then said.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import gc
import html
import io
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice, repeat, zip_longest
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

import python_calamine as calamine

from sop_core import confined
from sop_core.errors import Refused

# The job may open no file once it works, and Python opens these where they are first used:
# names in a zip are of code page 437.
for _encoding in ("cp437", "cp1252", "utf-8-sig"):
    codecs.lookup(_encoding)

Table = list[Any]
_DELIMITERS = ",;\t|"
_CHUNK_ROWS = 10_000
_CHUNK = 1 << 20
_NUMBERS = {int, float, bool}
_PLAIN = {str, int, float, bool}
_OLE = b"\xd0\xcf\x11\xe0"
# The entry of an OLE file in which Office puts a workbook that has a password.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
    expat.ExpatError,
)  # fmt: skip
# Columns of one letter cannot be far; looking for two or more passes nearly all cells over.
_FAR = re.compile(rb"""r=["']([A-Z]{2,3})([0-9]{1,7})["']""")
_ANY = re.compile(rb"""r=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MANIFEST, _CONTENT = "META-INF/manifest.xml", "content.xml"
_DIRECTORY = 4 << 20
"""Bytes of a workbook's list of sheets that are looked at; a real one has a few thousand."""


class Bounds:
    """The limits, and the refusal of what is past one."""

    def __init__(self, name: str, limits: dict[str, list[Any]]) -> None:
        self.name = name
        self._limits = limits

    def most(self, key: str) -> int:
        """The largest number allowed."""
        return int(self._limits[key][0])

    def hold(self, key: str, found: int, **told: object) -> None:
        """Raise Refused if this is past the limit."""
        if found > self.most(key):
            self.refuse(key, found, **told)

    def refuse(self, key: str, found: int, **told: object) -> None:
        """Raise Refused with the limit's words."""
        most, message = self._limits[key]
        raise Refused(
            message.format(name=self.name, found=_thousands(found), most=_thousands(most), **told)
        )


class Numbering(dict[Any, int]):
    """Numbers values in the order in which they come."""

    def __missing__(self, value: Any) -> int:
        number = self[value] = len(self)
        return number


def read(name: str, stem: str, suffix: str, content: bytes, limits: dict[str, Any]) -> list[Table]:
    """The sheets of one file. Raises Refused, in Indonesian."""
    bounds = Bounds(name, limits)
    if content.startswith(b"PK"):
        _look_inside(content, bounds)
        return _workbook(content, bounds)
    if content.startswith(_OLE):
        if _LOCKED in content:
            raise Refused(_locked(name))
        return _workbook(content, bounds)
    if suffix not in {".csv", ".txt"}:
        raise Refused(
            f"Berkas {name} bukan lembar kerja. Unggah .xlsx, .xls, .ods, atau .csv;"
            " bila ini unduhan dari situs, buka di Excel lalu simpan sebagai .xlsx."
        )
    return [[stem, *_csv(content, bounds)]]


# ------------------------------------------------------------------ workbooks


def _workbook(content: bytes, bounds: Bounds) -> list[Table]:
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = workbook.sheet_names
        bounds.hold("sheets", len(names))
        tables, cells = [], 0
        for name in names:
            sheet = workbook.get_sheet_by_name(name)
            # All from A1, as to_python gives them: what is far out costs all between.
            rows, columns = (n + 1 for n in sheet.end or (-1, -1))
            bounds.hold("rows", rows, sheet=name)
            bounds.hold("columns", columns, sheet=name)
            cells += rows * columns
            bounds.hold("cells", cells)
            grid = sheet.to_python(skip_empty_area=False)
            encoded = [_encoded(column) for column in zip(*grid, strict=False)]
            tables.append([name, len(grid), encoded])
        return tables
    except (calamine.CalamineError, OSError) as error:
        raise Refused(_damaged(bounds.name)) from error


def _locked(name: str) -> str:
    return (
        f"Berkas {name} dilindungi sandi. Buka di Excel, hapus sandinya"
        " (Info > Proteksi Buku Kerja), simpan, lalu unggah lagi."
    )


def _damaged(name: str) -> str:
    return (
        f"Berkas {name} bukan lembar kerja yang dapat dibaca (rusak atau dilindungi sandi)."
        " Buka di Excel, simpan sebagai .xlsx, lalu unggah lagi."
    )


def _encoded(column: Sequence[Any]) -> list[Any]:
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
    if isinstance(value, dt.timedelta):
        return ["timedelta", value.days, value.seconds, value.microseconds]
    return [type(value).__name__, value.isoformat()]


def _look_inside(content: bytes, bounds: Bounds) -> None:
    """What a zip says of itself, and the farthest cells, before anything is built of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            bounds.hold("entries", len(entries))
            unpacked = sum(entry.file_size for entry in entries)
            bounds.hold("unpacked", unpacked)
            packed = max(1, sum(entry.compress_size for entry in entries))
            # Small files may repeat themselves as they like.
            if unpacked > bounds.most("unpacked") // 10:
                bounds.hold("ratio", unpacked // packed)
            names = _sheet_names(archive)
            bounds.hold("sheets", len(names))
            for path, name in names.items():
                _look_at_sheet(archive, path, name, bounds)
            if not names:
                _look_at_document(archive, bounds)
    except Refused:
        raise
    except _BROKEN_ZIP as error:
        raise Refused(_damaged(bounds.name)) from error


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Path in the zip -> name on the tab, of the sheets of an .xlsx; of others nothing."""
    here = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= here:
        return {}
    targets = {}
    for tag in _RELATION.findall(_head(archive, "xl/_rels/workbook.xml.rels")):
        given = _attributes(tag)
        target = given.get("Target", "")
        path = target[1:] if target.startswith("/") else str(PurePosixPath("xl") / target)
        targets[given.get("Id", "")] = path
    sheets = {}
    for tag in _SHEET.findall(_head(archive, "xl/workbook.xml")):
        given = _attributes(tag)
        path = next((targets.get(v, "") for k, v in given.items() if k.endswith(":id")), "")
        if path in here and path.endswith(".xml"):
            sheets[path] = given.get("name", path)
    return sheets


def _head(archive: zipfile.ZipFile, path: str) -> bytes:
    with archive.open(path) as stream:
        return stream.read(_DIRECTORY)


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        key.decode("ascii", "replace"): html.unescape((one or two).decode("utf-8", "replace"))
        for key, one, two in _ATTRIBUTE.findall(tag)
    }


def _look_at_sheet(archive: zipfile.ZipFile, path: str, name: str, bounds: Bounds) -> None:
    """The farthest column anywhere and the last row: calamine makes room for all between.

    A sheet need not say its rows in order; what this does not see, the memory limit does.
    """
    widest, at = 26, b"Z1"
    tail = b""
    with archive.open(path) as stream:
        while part := stream.read(_CHUNK):
            piece = tail[-64:] + part
            for letters, digits in set(_FAR.findall(piece)):
                if (column := _column(letters)) > widest:
                    widest, at = column, letters + digits
            tail = piece
    last = _ANY.findall(tail)
    height = int(last[-1][1]) if last else 0
    if last and height > max(bounds.most("rows"), bounds.most("cells") // widest):
        at = b"".join(last[-1])
    if (
        at != b"Z1" and (widest > bounds.most("columns") or widest * height > bounds.most("cells"))
    ) or height > bounds.most("rows"):
        bounds.refuse("far", 0, cell=at.decode("ascii"), sheet=name)


def _look_at_document(archive: zipfile.ZipFile, bounds: Bounds) -> None:
    """An .ods to its end: on one that breaks off, calamine turns in circles for ever."""
    here = archive.namelist()
    if _MANIFEST in here and b":encryption-data" in _head(archive, _MANIFEST):
        raise Refused(_locked(bounds.name))
    if _CONTENT not in here:
        return
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with archive.open(_CONTENT) as stream:
        while part := stream.read(_CHUNK):
            parser.Parse(part, False)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    """No spreadsheet declares entities."""
    raise ValueError("DOCTYPE")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# ------------------------------------------------------------------------ CSV


def _csv(content: bytes, bounds: Bounds) -> tuple[int, list[Any]]:
    if content.startswith(_WIDE) or b"\0" in content:
        raise Refused(
            f"Berkas {bounds.name} memuat bita nol: bukan CSV, atau disimpan sebagai teks Unicode"
            " (UTF-16). Di Excel pilih Simpan Sebagai > CSV UTF-8, lalu unggah lagi."
        )
    try:
        content.decode("utf-8-sig")
        encoding = "utf-8-sig"
    except UnicodeDecodeError:
        encoding = "cp1252"
    csv.field_size_limit(bounds.most("field"))
    heading = re.split(r"[\r\n]", next(iter(_lines(content, encoding)), ""), maxsplit=1)[0]
    delimiter = max(_DELIMITERS, key=heading.count)
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
        bounds.refuse("field", bounds.most("field"), line=_thousands(reader.line_num))
    _refuse_unclosed(content, encoding, delimiter, bounds)
    return rows, [[list(numbering), codes.tobytes()] for numbering, codes in columns]


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
                bounds.refuse("lines", 0, line=_thousands(row))


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
            bounds.refuse("lines", 0, line=_thousands(begun + 1))


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", ".")


if __name__ == "__main__":
    # Cells are made by the million and kept to the end: looking for garbage among them finds none.
    gc.disable()
    confined.serve(read)
