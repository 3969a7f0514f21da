"""What calamine leaves out of a workbook's sheets: cells in error, hidden rows, merged ranges.

calamine gives a cell in error (#REF!, #N/A) as empty text, and says nothing of hidden rows. So
the XML is asked, and only where a first look at its bytes shows that there is something to find:
going through every element of a large sheet takes as long as reading it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

_CHUNK = 1 << 20
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# A cell in error, a hidden row or column, of .xlsx; the same and a merged range, of .ods.
_OF_XLSX = re.compile(rb"""\st=["']e["']|\shidden=["'](?:1|true)["']""")
_SIGNS = (b'="e"', b"='e'", b"hidden=")
"""Without any of these ``_OF_XLSX`` finds nothing."""
_OF_ODS = re.compile(
    rb"""calcext:value-type=["']error["']|table:visibility=["'](?:collapse|filter)["']"""
    rb"""|table:number-rows-spanned=["'](?!1["'])"""
)
# A formula of which the file holds no value: no program computed it. One whose value is empty text
# is kept as such (t="str") and is a blank.
_FORMULA = re.compile(
    rb"""(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^>]*)?/>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
NOT_COMPUTED = "rumus tanpa nilai"
_ERROR = re.compile(r"#\S+[!?A]?|Err:\d+")


@dataclass
class Marks:
    """Of one sheet; positions count from 0, ``hidden`` are rows, ``merged`` (row, column, rows)."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)


def shown_in_xlsx(piece: bytes) -> bool:
    """Whether a piece of a sheet's XML has something to mark."""
    # Rows and cells of numbers and shared texts have neither letter, and one letter is looked for
    # a hundred times as quickly as a pattern, fixed bytes ten times.
    if (
        b"e" in piece
        and any(sign in piece for sign in _SIGNS)
        and _OF_XLSX.search(piece) is not None
    ):
        return True
    return (
        b"f" in piece and (b"f>" in piece or b"<f" in piece) and _FORMULA.search(piece) is not None
    )


def shown_in_ods(piece: bytes) -> bool:
    """Whether a piece of content.xml has something to mark."""
    return _OF_ODS.search(piece) is not None


def of_xlsx(archive: zipfile.ZipFile, path: str, most: int) -> Marks:
    """The marks of one sheet of an .xlsx. Raises ValueError past ``most`` cells in error."""
    reader = _Xlsx(most)
    _parse(archive, path, reader.start, reader.end, reader.text)
    return reader.marks


def of_ods(archive: zipfile.ZipFile, path: str, most: int) -> dict[str, Marks]:
    """The marks of each sheet of an .ods by its name. Raises ValueError past ``most`` of them."""
    reader = _Ods(most)
    _parse(archive, path, reader.start, reader.end, reader.text)
    return reader.sheets


def _parse(archive: zipfile.ZipFile, path: str, start: Any, end: Any, text: Any) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse_doctype
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with archive.open(path) as stream:
        while part := stream.read(_CHUNK):
            parser.Parse(part, False)
    parser.Parse(b"", True)


def refuse_doctype(*_: object) -> None:
    """No spreadsheet declares entities. Raises ValueError."""
    raise ValueError("DOCTYPE")


class _Xlsx:
    """Follows rows and cells, which may leave their number out: then it is the next one."""

    def __init__(self, most: int) -> None:
        self.marks, self.most = Marks(), most
        self.row, self.column = -1, -1
        self.in_value = False
        self.said, self.kind, self.formula = "", "", False

    def start(self, name: str, given: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.row = int(given["r"]) - 1 if "r" in given else self.row + 1
                self.column = -1
                if given.get("hidden") in ("1", "true"):
                    self.marks.hidden.append(self.row)
            case "c":
                place = _CELL.fullmatch(given.get("r", ""))
                self.column = column_number(place[1]) if place else self.column + 1
                if place:
                    self.row = int(place[2]) - 1
                self.kind, self.formula, self.said = given.get("t", ""), False, ""
            case "f":
                self.formula = True
            case "v":
                self.in_value = self.kind == "e" or self.formula

    def text(self, data: str) -> None:
        if self.in_value:
            self.said += data

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self.in_value = False
            case "c" if self.kind == "e":
                _note(self.marks, self.row, self.column, _shown(self.said), self.most)
            case "c" if self.formula and self.kind != "str" and not self.said.strip():
                _note(self.marks, self.row, self.column, NOT_COMPUTED, self.most)


class _Ods:
    """Follows tables, rows and cells, of which one may stand for many alike."""

    def __init__(self, most: int) -> None:
        self.sheets: dict[str, Marks] = {}
        self.marks, self.most = Marks(), most
        self.row, self.column, self.rows, self.columns = 0, 0, 1, 1
        self.in_error, self.said = False, ""

    def start(self, name: str, given: dict[str, str]) -> None:
        match name:
            case "table:table":
                self.marks = self.sheets.setdefault(given.get("table:name", ""), Marks())
                self.row = 0
            case "table:table-row":
                self.rows = int(given.get("table:number-rows-repeated", 1))
                self.column = 0
                if given.get("table:visibility") in ("collapse", "filter"):
                    # Rows to the end of the sheet are one element; nothing stands there.
                    self.marks.hidden += range(self.row, self.row + min(self.rows, 10_000))
            case "table:table-cell" | "table:covered-table-cell":
                self.columns = int(given.get("table:number-columns-repeated", 1))
                self.in_error, self.said = given.get("calcext:value-type") == "error", ""
                deep = int(given.get("table:number-rows-spanned", 1))
                if deep > 1:
                    self.marks.merged.append((self.row, self.column, deep))

    def text(self, data: str) -> None:
        if self.in_error:
            self.said += data

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self.row += self.rows
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if self.in_error:
                for row in range(self.row, self.row + self.rows):
                    for column in range(self.column, self.column + self.columns):
                        _note(self.marks, row, column, _shown(self.said), self.most)
                self.in_error = False
            self.column += self.columns


def _note(marks: Marks, row: int, column: int, said: str, most: int) -> None:
    if len(marks.errors) >= most:
        raise ValueError("more cells in error than cells")
    marks.errors[row, column] = said


def _shown(said: str) -> str:
    """What a cell in error shows, if it is that."""
    text = said.strip()[:20]
    return text if _ERROR.fullmatch(text) else "galat"


def column_number(letters: str) -> int:
    """``A`` is 0, ``Z`` 25, ``AA`` 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def within(marks: Marks, rows: int, columns: int) -> Iterator[list[int]]:
    """The merged ranges that go down within a table of this size, as (row, column, rows)."""
    for row, column, deep in marks.merged:
        if row < rows and column < columns and deep > 1:
            yield [row, column, min(deep, rows - row)]
