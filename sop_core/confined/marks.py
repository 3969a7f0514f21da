"""What calamine leaves out of a workbook's sheets: cells in error, what is hidden, merged ranges,
struck-through cells, comments.

calamine gives a cell in error (#REF!, #N/A) as empty text, and says nothing of the others. So
the XML is asked, and only where a first look at its bytes shows that there is something to find:
going through every element of a large sheet takes as long as reading it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from sop_core.confined.parts import column_number, parse
from sop_core.confined.strikes import NO, Struck

_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# A cell in error, a hidden row or column, of .xlsx; the same and a merged range, of .ods.
_OF_XLSX = re.compile(rb"""\st=["']e["']|\shidden=["'](?:1|true)["']""")
_SIGNS = (b'="e"', b"='e'", b"hidden=")
"""Without any of these ``_OF_XLSX`` finds nothing."""
_OF_ODS = re.compile(
    rb"""calcext:value-type=["']error["']|table:visibility=["'](?:collapse|filter)["']"""
    rb"""|table:number-rows-spanned=["'](?!1["'])|<office:annotation[\s>]"""
    rb"""|style:text-line-through-(?:style|type)=["'](?!none["'])"""
)
# A formula of which the file holds no value: no program computed it. One whose value is empty text
# is kept as such (t="str") and is a blank.
_FORMULA = re.compile(
    rb"""(?:</(?:\w+:)?f>|<(?:\w+:)?f(?:\s[^>]*)?/>)\s*"""
    rb"""(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"""
)
NOT_COMPUTED = "rumus tanpa nilai"
MOST_COLUMNS = 16_384
"""Of a sheet, in every program."""
_ERROR = re.compile(r"#\S+[!?A]?|Err:\d+")


@dataclass
class Marks:
    """Of one sheet; positions count from 0, ``hidden`` are rows, ``merged`` (row, column, rows).

    ``columns`` are the hidden ones; ``struck`` and ``noted`` cells are (row, column), filled or not.
    """

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    columns: set[int] = field(default_factory=set)
    struck: list[tuple[int, int]] = field(default_factory=list)
    noted: list[tuple[int, int]] = field(default_factory=list)


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


def of_xlsx(archive: zipfile.ZipFile, path: str, most: int, struck: Struck) -> Marks:
    """The marks of one sheet of an .xlsx. Raises ValueError past ``most`` marked cells."""
    reader = _Xlsx(most, struck)
    parse(archive, path, reader.start, reader.end, reader.text)
    return reader.marks


def of_ods(archive: zipfile.ZipFile, path: str, most: int) -> dict[str, Marks]:
    """The marks of each sheet of an .ods by its name. Raises ValueError past ``most`` of them."""
    reader = _Ods(most)
    parse(archive, path, reader.start, reader.end, reader.text)
    return reader.sheets


class _Xlsx:
    """Follows rows and cells, which may leave their number out: then it is the next one."""

    def __init__(self, most: int, struck: Struck) -> None:
        self.marks, self.most, self.struck = Marks(), most, struck
        self.row, self.column = -1, -1
        self.in_value = False
        self.said, self.kind, self.formula = "", "", False
        self.crossed = False

    def start(self, name: str, given: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self.row = int(given["r"]) - 1 if "r" in given else self.row + 1
                self.column = -1
                if given.get("hidden") in ("1", "true"):
                    self.marks.hidden.append(self.row)
            case "col" if given.get("hidden") in ("1", "true"):
                # One may stand for all columns to the end; nothing stands there.
                last = min(int(given["max"]), MOST_COLUMNS)
                self.marks.columns.update(range(int(given["min"]) - 1, last))
            case "c":
                place = _CELL.fullmatch(given.get("r", ""))
                self.column = column_number(place[1]) if place else self.column + 1
                if place:
                    self.row = int(place[2]) - 1
                self.kind, self.formula, self.said = given.get("t", ""), False, ""
                self.crossed = given.get("s", "") in self.struck.styles
            case "f":
                self.formula = True
            case "v":
                self.in_value = self.kind == "e" or self.formula or self.shared
            case "strike" if given.get("val") not in NO:
                self.crossed = True  # a text of the cell's own, struck in part

    def text(self, data: str) -> None:
        if self.in_value:
            self.said += data

    def end(self, name: str) -> None:
        match name.rpartition(":")[2]:
            case "v":
                self.in_value = False
            case "c":
                self._cell()

    @property
    def shared(self) -> bool:
        """Whether the cell's value is the number of a text some of which are struck."""
        return self.kind == "s" and bool(self.struck.texts)

    def _cell(self) -> None:
        if self.crossed or (self.shared and self.said.strip() in self.struck.texts):
            _add(self.marks.struck, (self.row, self.column), self.most)
        if self.kind == "e":
            _note(self.marks, self.row, self.column, _shown(self.said), self.most)
        elif self.formula and self.kind != "str" and not self.said.strip():
            _note(self.marks, self.row, self.column, NOT_COMPUTED, self.most)


class _Ods:
    """Follows tables, rows and cells, of which one may stand for many alike."""

    def __init__(self, most: int) -> None:
        self.sheets: dict[str, Marks] = {}
        self.marks, self.most = Marks(), most
        self.row, self.column, self.rows, self.columns = 0, 0, 1, 1
        self.in_error, self.said = False, ""
        self.crossed: set[str] = set()
        self.style, self.defaults, self.in_note = "", list[str](), False

    def start(self, name: str, given: dict[str, str]) -> None:
        match name:
            case "table:table":
                self.marks = self.sheets.setdefault(given.get("table:name", ""), Marks())
                self.row, self.defaults = 0, []
            case "table:table-column":
                self._columns(given)
            case "style:style":
                self.style = given.get("style:name", "")
            case "style:text-properties":
                lines = [given.get(f"style:text-line-through-{by}") for by in ("style", "type")]
                if any(line not in (None, *NO) for line in lines):
                    self.crossed.add(self.style)
            case "office:annotation":
                self.in_note = True
                _add(self.marks.noted, (self.row, self.column), self.most)
            case "text:span" if given.get("text:style-name") in self.crossed and not self.in_note:
                _add(self.marks.struck, (self.row, self.column), self.most)
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
                if self.crossed and "office:value-type" in given:
                    self._strike(given)

    def _columns(self, given: dict[str, str]) -> None:
        # One may stand for all columns to the end of the sheet; nothing stands there.
        first, repeated = len(self.defaults), int(given.get("table:number-columns-repeated", 1))
        here = max(0, min(repeated, MOST_COLUMNS - first))
        self.defaults += [given.get("table:default-cell-style-name", "")] * here
        if given.get("table:visibility") in ("collapse", "filter"):
            self.marks.columns.update(range(first, first + here))

    def _strike(self, given: dict[str, str]) -> None:
        for column in range(self.column, min(self.column + self.columns, len(self.defaults))):
            if given.get("table:style-name", self.defaults[column]) in self.crossed:
                for row in range(self.row, self.row + self.rows):
                    _add(self.marks.struck, (row, column), self.most)

    def text(self, data: str) -> None:
        if self.in_error and not self.in_note:
            self.said += data

    def end(self, name: str) -> None:
        if name == "office:annotation":
            self.in_note = False
        if name == "table:table-row":
            self.row += self.rows
        elif name in ("table:table-cell", "table:covered-table-cell"):
            if self.in_error:
                for row in range(self.row, self.row + self.rows):
                    for column in range(self.column, self.column + self.columns):
                        _note(self.marks, row, column, _shown(self.said), self.most)
                self.in_error = False
            self.column += self.columns


def _add(places: list[tuple[int, int]], place: tuple[int, int], most: int) -> None:
    if len(places) >= most:
        raise ValueError("more marked cells than cells")
    if not places or places[-1] != place:
        places.append(place)


def _note(marks: Marks, row: int, column: int, said: str, most: int) -> None:
    if len(marks.errors) >= most:
        raise ValueError("more cells in error than cells")
    marks.errors[row, column] = said


def _shown(said: str) -> str:
    """What a cell in error shows, if it is that."""
    text = said.strip()[:20]
    return text if _ERROR.fullmatch(text) else "galat"


def within(marks: Marks, rows: int, columns: int) -> Iterator[list[int]]:
    """The merged ranges that go down within a table of this size, as (row, column, rows)."""
    for row, column, deep in marks.merged:
        if row < rows and column < columns and deep > 1:
            yield [row, column, min(deep, rows - row)]
