"""A workbook seen as a zip, before anything is built of it: its sheets one after another, how far
each reaches, and the marks that calamine leaves out.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from xml.parsers import expat

from sop_core.confined import marks, parts, strikes
from sop_core.confined.bounds import Bounds
from sop_core.confined.marks import Marks
from sop_core.errors import Refused

_CHUNK = 1 << 20
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
_MANIFEST, _CONTENT = "META-INF/manifest.xml", "content.xml"
_DIRECTORY = 4 << 20
"""Bytes of a workbook's list of sheets that are looked at; a real one has a few thousand."""


class Look:
    """What a zip says of itself. Raises Refused, in Indonesian, here and for each sheet.

    Of an .ods, which is one document, all is looked at here.
    """

    def __init__(self, content: bytes, bounds: Bounds) -> None:
        self._bounds = bounds
        self._found: dict[str, Marks] = {}
        with _broken_told(bounds.name):
            self._archive = zipfile.ZipFile(io.BytesIO(content))
            entries = self._archive.infolist()
            bounds.hold("entries", len(entries))
            unpacked = sum(entry.file_size for entry in entries)
            bounds.hold("unpacked", unpacked)
            packed = max(1, sum(entry.compress_size for entry in entries))
            # Small files may repeat themselves as they like.
            if unpacked > bounds.most("unpacked") // 10:
                bounds.hold("ratio", unpacked // packed)
            names = _sheet_names(self._archive)
            bounds.hold("sheets", len(names))
            self._ahead = list(names.items())
            self._struck = strikes.of_workbook(self._archive) if names else strikes.Struck()
            if not names:
                self._found = _look_at_document(self._archive, bounds)

    def at(self, name: str) -> Marks:
        """The marks of a sheet, after a look at it and at those that come before it.

        Where none goes by that name, as in a workbook that means to mislead, at all of them.
        """
        here = [at for at, (_, tab) in enumerate(self._ahead) if tab == name]
        if here or name not in self._found:
            last = here[-1] + 1 if here else len(self._ahead)
            looked, self._ahead = self._ahead[:last], self._ahead[last:]
            with _broken_told(self._bounds.name):
                for path, tab in looked:
                    self._look(path, tab)
        return self._found.get(name) or Marks()

    def _look(self, path: str, name: str) -> None:
        shown, merged = _look_at_sheet(self._archive, path, name, self._bounds, self._struck)
        noted = strikes.comments(self._archive, path)
        most = self._bounds.most("cells")
        self._found[name] = (
            marks.of_xlsx(self._archive, path, most, self._struck) if shown else Marks()
        )
        self._found[name].merged, self._found[name].noted = merged, noted


@contextmanager
def _broken_told(name: str) -> Iterator[None]:
    try:
        yield
    except Refused:  # a ValueError too, with words of its own
        raise
    except _BROKEN_ZIP as error:
        raise Refused(damaged(name)) from error


def locked(name: str) -> str:
    """The words for a workbook that has a password."""
    return (
        f"Berkas {name} dilindungi sandi. Buka di Excel, hapus sandinya"
        " (Info > Proteksi Buku Kerja), simpan, lalu unggah lagi."
    )


def damaged(name: str) -> str:
    """The words for a workbook that cannot be read."""
    return (
        f"Berkas {name} bukan lembar kerja yang dapat dibaca (rusak atau dilindungi sandi)."
        " Buka di Excel, simpan sebagai .xlsx, lalu unggah lagi."
    )


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
        raise Refused(locked(bounds.name))
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
