"""The job that reads a stranger's .xlsx, .xls, .ods or .csv into cells.

The answer is ``[[name, rows, columns, marks], ...]``: a sheet by its columns as columns.py packs
them, and what calamine leaves out of it (marks.py): ``hidden``, whether the sheet is;
``hidden_rows`` and ``hidden_columns``; ``merged`` ranges that go down, as (row, column, rows);
``struck`` cells that are filled and ``noted`` ones that have a comment, filled or not, each packed
as int32 in native order, row and column by turns. All count from 0.

Limits come as ``{key: [most, message]}`` (sop_core/importing/limits.py has them), so that this
file knows what is measured and that one how much is allowed and what is then said.
"""

from __future__ import annotations

import codecs
import gc
import html
import io
import re
import zipfile
import zlib
from array import array
from collections.abc import Iterable
from itertools import chain
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

import python_calamine as calamine

from sop_core import confined
from sop_core.confined import delimited, marks, parts, strikes
from sop_core.confined.bounds import Bounds
from sop_core.confined.columns import ErrorText, encoded
from sop_core.confined.marks import Marks
from sop_core.errors import Refused

# The job may open no file once it works, and Python opens these where they are first used:
# names in a zip are of code page 437.
for _encoding in ("cp437", "cp1252", "utf-8-sig", "utf-16"):
    codecs.lookup(_encoding)

Table = list[Any]
_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0"
# The entry of an OLE file in which Office puts a workbook that has a password.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_BROKEN_ZIP = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
    expat.ExpatError,
)  # fmt: skip
# Columns of one letter cannot be far; looking for two or more passes nearly all cells over.
_FAR = re.compile(rb"""r=["']([A-Z]{2,3})([0-9]{1,7})["']""")
_ANY = re.compile(rb"""r=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\s+ref=["']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})["']"""
)
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_VISIBLE = calamine.SheetVisibleEnum.Visible
_MANIFEST, _CONTENT = "META-INF/manifest.xml", "content.xml"
_DIRECTORY = 4 << 20
"""Bytes of a workbook's list of sheets that are looked at; a real one has a few thousand."""


def read(
    name: str, stem: str, suffix: str, content: bytes, limits: dict[str, Any], known: list[str]
) -> list[Table]:
    """The sheets of one file; ``known`` are the headings, as ``spelling.heading`` gives them, by
    which the separator of a text is told. Raises Refused, in Indonesian.
    """
    bounds = Bounds(name, limits)
    if content.startswith(b"PK"):
        return _workbook(content, bounds, _look_inside(content, bounds))
    if content.startswith(_OLE):
        if _LOCKED in content:
            raise Refused(_locked(name))
        return _workbook(content, bounds, {})
    if suffix not in {".csv", ".txt", ".tsv"}:
        raise Refused(
            f"Berkas {name} bukan lembar kerja. Unggah .xlsx, .xls, .ods, atau .csv;"
            " bila ini unduhan dari situs, buka di Excel lalu simpan sebagai .xlsx."
        )
    return [[stem, *delimited.read(content, bounds, frozenset(known)), _marks(False, None, [])]]


# ------------------------------------------------------------------ workbooks


def _workbook(content: bytes, bounds: Bounds, found: dict[str, Marks]) -> list[Table]:
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = workbook.sheets_metadata
        bounds.hold("sheets", len(sheets))
        tables, cells = [], 0
        for name, hidden in ((m.name, m.visible != _VISIBLE) for m in sheets):
            sheet = workbook.get_sheet_by_name(name)
            # All from A1, as to_python gives them: what is far out costs all between.
            rows, columns = (n + 1 for n in sheet.end or (-1, -1))
            bounds.hold("rows", rows, sheet=name)
            bounds.hold("columns", columns, sheet=name)
            cells += rows * columns
            bounds.hold("cells", cells)
            grid: list[list[Any]] = sheet.to_python(skip_empty_area=False)
            marked = found.get(name)
            for (row, column), text in marked.errors.items() if marked else ():
                if row < rows and column < columns:
                    grid[row][column] = ErrorText(text)
            packed = [encoded(column) for column in zip(*grid, strict=False)]
            tables.append([name, len(grid), packed, _marks(hidden, marked, grid)])
        return tables
    except (calamine.CalamineError, OSError) as error:
        raise Refused(_damaged(bounds.name)) from error


def _marks(hidden: bool, found: Marks | None, grid: list[list[Any]]) -> dict[str, Any]:
    """What is told of a sheet beside its cells, as far as it reaches."""
    found = found or Marks()
    rows, columns = len(grid), len(grid[0]) if grid else 0
    filled = (
        (row, column)
        for row, column in found.struck
        if row < rows and column < columns and grid[row][column] != ""
    )
    return {
        "hidden": hidden,
        "hidden_rows": [row for row in found.hidden if row < rows],
        "hidden_columns": sorted(column for column in found.columns if column < columns),
        "merged": list(marks.within(found, rows, columns)),
        "struck": _packed(filled),
        "noted": _packed(found.noted),
    }


def _packed(places: Iterable[tuple[int, int]]) -> bytes:
    return array("i", chain.from_iterable(sorted(places))).tobytes()


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


def _look_inside(content: bytes, bounds: Bounds) -> dict[str, Marks]:
    """What a zip says of itself, and the farthest cells, before anything is built of it.

    Returns the marks of its sheets by name, of those that have any.
    """
    found: dict[str, Marks] = {}
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
            struck = strikes.of_workbook(archive) if names else strikes.Struck()
            for path, name in names.items():
                shown, merged = _look_at_sheet(archive, path, name, bounds, struck)
                noted = strikes.comments(archive, path)
                if shown or merged or noted:
                    most = bounds.most("cells")
                    found[name] = marks.of_xlsx(archive, path, most, struck) if shown else Marks()
                    found[name].merged, found[name].noted = merged, noted
            if not names:
                found = _look_at_document(archive, bounds)
    except Refused:
        raise
    except _BROKEN_ZIP as error:
        raise Refused(_damaged(bounds.name)) from error
    return found


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


def _look_at_sheet(
    archive: zipfile.ZipFile, path: str, name: str, bounds: Bounds, struck: strikes.Struck
) -> tuple[bool, list[tuple[int, int, int]]]:
    """The farthest column anywhere and the last row: calamine makes room for all between.

    A sheet need not say its rows in order; what this does not see, the memory limit does.
    Returns whether there are marks to look for, and the merged ranges that go down.
    """
    widest, at = 26, b"Z1"
    tail, shown = b"", False
    merged: set[tuple[bytes, ...]] = set()
    with archive.open(path) as stream:
        while part := stream.read(_CHUNK):
            piece = tail[-64:] + part
            shown = shown or marks.shown_in_xlsx(piece) or struck.shown(piece)
            if b"mergeCell" in piece:
                merged.update(_MERGED.findall(piece))
            for letters, digits in set(_FAR.findall(piece)):
                if (column := parts.column_number(letters.decode()) + 1) > widest:
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
    return shown, sorted(
        (int(top) - 1, parts.column_number(left.decode()), int(bottom) - int(top) + 1)
        for left, top, _, bottom in merged
        if int(bottom) > int(top)
    )


def _look_at_document(archive: zipfile.ZipFile, bounds: Bounds) -> dict[str, Marks]:
    """An .ods to its end: on one that breaks off, calamine turns in circles for ever.

    Returns the marks of its sheets by name.
    """
    here = archive.namelist()
    if _MANIFEST in here and b":encryption-data" in _head(archive, _MANIFEST):
        raise Refused(_locked(bounds.name))
    if _CONTENT not in here:
        return {}
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = parts.refuse_doctype
    tail, shown = b"", False
    with archive.open(_CONTENT) as stream:
        while part := stream.read(_CHUNK):
            shown = shown or marks.shown_in_ods(tail[-64:] + part)
            parser.Parse(part, False)
            tail = part
    parser.Parse(b"", True)
    return marks.of_ods(archive, _CONTENT, bounds.most("cells")) if shown else {}


if __name__ == "__main__":
    # Cells are made by the million and kept to the end: looking for garbage among them finds none.
    gc.disable()
    confined.serve(read)
