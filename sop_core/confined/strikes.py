"""Of a workbook's cells: which are struck through, and which have a comment beside them.

In an .xlsx neither stands in the sheet itself: a cell names a style by its number, the style a
font, the font says ``strike``; a text struck in part is among the shared strings; comments are a
part of their own. Each is looked through only where its bytes hold the word.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from dataclasses import dataclass

from sop_core.confined.parts import CHUNK, column_number, parse

_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_TARGET = re.compile(rb"""\sTarget=["']([^"']+)["']""")
_COMMENTS = re.compile(rb"""\sType=["'][^"']*/relationships/comments["']""")
_DIRECTORY = 4 << 20
NO = ("0", "false", "none")
"""How an attribute says that a line is not drawn."""


@dataclass(frozen=True)
class Struck:
    """Numbers, as text: of cell styles and of shared strings that are struck, all or in part."""

    styles: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    def shown(self, piece: bytes) -> bool:
        """Whether a piece of a sheet's XML may have such a cell."""
        if b"strike" in piece:  # a text of the cell's own
            return True
        if self.texts and b't="s"' in piece:
            return True
        return bool(self.styles) and any(b's="%s"' % s.encode() in piece for s in self.styles)


def of_workbook(archive: zipfile.ZipFile) -> Struck:
    """What its styles and shared strings say. Raises ExpatError, ValueError."""
    here = set(archive.namelist())
    styles, texts = _Styles(), _Texts()
    for path, reader in (("xl/styles.xml", styles), ("xl/sharedStrings.xml", texts)):
        if path in here and _says_so(archive, path):
            parse(archive, path, reader.start, reader.end)
    return Struck(styles.struck, frozenset(texts.struck))


def _says_so(archive: zipfile.ZipFile, path: str) -> bool:
    tail = b""
    with archive.open(path) as stream:
        while part := stream.read(CHUNK):
            if b"strike" in tail + part:
                return True
            tail = part[-8:]
    return False


def comments(archive: zipfile.ZipFile, path: str) -> list[tuple[int, int]]:
    """Row and column, from 0, of the cells of a sheet that have a comment."""
    folder, name = posixpath.split(path)
    links = f"{folder}/_rels/{name}.rels"
    here = set(archive.namelist())
    if links not in here:
        return []
    with archive.open(links) as stream:
        relations = _RELATION.findall(stream.read(_DIRECTORY))
    found = _Comments()
    for relation in relations:
        target = _TARGET.search(relation)
        if target is None or not _COMMENTS.search(relation):
            continue
        written = target[1].decode("utf-8", "replace")
        part = posixpath.normpath(posixpath.join("/", folder, written)).lstrip("/")
        if part in here:
            parse(archive, part, found.start, found.end)
    return sorted(found.places)


class _Styles:
    """Fonts by their order, then the cells' styles by theirs."""

    def __init__(self) -> None:
        self.within = ""
        self.fonts: list[bool] = []
        self.of_style: list[int] = []

    @property
    def struck(self) -> frozenset[str]:
        return frozenset(
            str(number)
            for number, font in enumerate(self.of_style)
            if 0 <= font < len(self.fonts) and self.fonts[font]
        )

    def start(self, name: str, given: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "fonts" | "cellXfs" as part:
                self.within = part
            case "font" if self.within == "fonts":
                self.fonts.append(False)
            case "strike" if self.within == "fonts" and self.fonts:
                self.fonts[-1] = given.get("val") not in NO
            case "xf" if self.within == "cellXfs":
                self.of_style.append(int(given.get("fontId", 0)))

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == self.within:
            self.within = ""


class _Texts:
    """Shared strings by their order."""

    def __init__(self) -> None:
        self.number = -1
        self.struck: set[str] = set()

    def start(self, name: str, given: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "si":
                self.number += 1
            case "strike" if given.get("val") not in NO:
                self.struck.add(str(self.number))

    def end(self, _: str) -> None:
        """Nothing ends that matters."""


class _Comments:
    def __init__(self) -> None:
        self.places: set[tuple[int, int]] = set()

    def start(self, name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "comment":
            place = _PLACE.fullmatch(given.get("ref", ""))
            if place is not None:
                self.places.add((int(place[2]) - 1, column_number(place[1])))

    def end(self, _: str) -> None:
        """Nothing ends that matters."""
