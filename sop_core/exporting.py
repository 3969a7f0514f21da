"""Tables out of the product: Excel and CSV that are safe to open."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import xlsxwriter

# A fixed creation date: the same table exported twice is the same file.
_CREATED = dt.datetime(2022, 4, 7)
_NARROWEST, _WIDEST = 12, 70
"""Widths of columns, in characters: a date fits, and no text pushes the rest off the screen."""
_RUNS_AS_FORMULA = frozenset("=+-@")
"""What a spreadsheet takes for a formula, in whatever width it is written (＝ ＋ － ＠)."""
_QUOTE = "'"
_LONGEST_NAME = 31
"""Of a sheet, in units of UTF-16; Excel's own limit."""
LONGEST_CELL = 32_767
"""Of a text in one cell, in units of UTF-16; Excel's own limit. An import refuses longer ones."""
_CUT = "… [terpotong]"


@dataclass
class Table:
    """One sheet of an export: headings and rows of plain values.

    ``percent`` names the headings whose numbers are shares between 0 and 1.
    """

    name: str
    headings: list[str]
    rows: Iterable[Sequence[Any]]
    widths: dict[str, int] = field(default_factory=dict)
    percent: tuple[str, ...] = ()


def zip_entry(name: str) -> zipfile.ZipInfo:
    """An entry of a zip, packed, without a trace of when it was made."""
    entry = zipfile.ZipInfo(name, _CREATED.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def frame_table(name: str, frame: pd.DataFrame) -> Table:
    """A pandas frame as a table of plain Python values; NaN and NaT become blanks."""
    plain = frame.astype(object).where(frame.notna(), None)
    return Table(name, [str(c) for c in frame.columns], list(plain.itertuples(index=False)))


@contextmanager
def new_workbook(buffer: io.BytesIO) -> Iterator[xlsxwriter.Workbook]:
    """A workbook without a trace of when it was made, in which text never runs as a formula."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"created": _CREATED, "author": "Pantau SOP"})
        yield book


def add_table(book: xlsxwriter.Workbook, table: Table) -> Any:
    """One table on a sheet of its own, dates as real dates; returns the sheet."""
    heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    date = book.add_format({"num_format": "dd/mm/yyyy", "align": "left"})
    share = book.add_format({"num_format": "0.0%"})
    sheet = book.add_worksheet(sheet_name(table.name))
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    for_paper(sheet)
    longest = dict(enumerate(len(name) for name in table.headings))
    shares = {position for position, name in enumerate(table.headings) if name in table.percent}
    for position, name in enumerate(table.headings):
        sheet.write_string(0, position, name, heading)
    for number, row in enumerate(table.rows, 1):
        for position, value in enumerate(row):
            _write(sheet, number, position, value, date, share if position in shares else None)
            if isinstance(value, str):
                longest[position] = max(longest.get(position, 0), len(value))
    for position, name in enumerate(table.headings):
        width = table.widths.get(name, max(_NARROWEST, min(_WIDEST, longest[position] + 2)))
        sheet.set_column(position, position, width)
    return sheet


def sheet_name(name: str) -> str:
    """A name that Excel takes for a sheet: an id in it may hold a slash, and be long.

    At most 31 units of UTF-16, none of ``[ ] : * ? / \\``, no quote at either end.
    """
    plain = "".join("-" if c in "[]:*?/\\" or unicodedata.category(c) == "Cc" else c for c in name)
    cut = plain.encode("utf-16-le")[: 2 * _LONGEST_NAME].decode("utf-16-le", "ignore")
    return cut.strip(_QUOTE) or "Lembar"


def for_paper(sheet: Any) -> None:
    """A4 across, every column on one page's width."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def to_xlsx(tables: Sequence[Table]) -> bytes:
    """The tables as one workbook, a sheet each."""
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        for table in tables:
            add_table(book, table)
    return buffer.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, date: Any, number: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_string(row, column, "ya" if value else "tidak")
    elif isinstance(value, (dt.datetime, dt.date)):
        day = dt.datetime(value.year, value.month, value.day)
        sheet.write_datetime(row, column, day, date)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, number)
    else:
        sheet.write_string(row, column, _fitting(str(value)))


def cell_length(text: str) -> int:
    """How long a text is in a cell, as Excel counts: units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _fitting(text: str) -> str:
    """A text that a cell can hold: of a longer one its beginning, and that it is cut.

    xlsxwriter would leave the cell empty and say nothing.
    """
    if cell_length(text) <= LONGEST_CELL:
        return text
    kept = text.encode("utf-16-le", "surrogatepass")[: 2 * (LONGEST_CELL - len(_CUT))]
    return kept.decode("utf-16-le", "ignore") + _CUT


def to_csv(table: Table) -> bytes:
    """One table as CSV with semicolons and a BOM, as Indonesian Excel opens it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(map(quoted, table.headings))
    for row in table.rows:
        writer.writerow([_csv_cell(value) for value in row])
    return buffer.getvalue().encode("utf-8-sig")


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, (dt.datetime, dt.date)):
        return value.strftime("%Y-%m-%d")
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(text: str) -> str:
    """A text as a CSV holds it: a quote before what a spreadsheet would run.

    So it is for a text that looks quoted already, and ``unquoted`` gives back every text.
    """
    return _QUOTE + text if _would_run(text.lstrip(_QUOTE)) else text


def unquoted(text: str) -> str:
    """A text as it was before ``quoted``: an export that comes back has the same ids."""
    if text.startswith(_QUOTE) and _would_run(text.lstrip(_QUOTE)):
        return text[len(_QUOTE) :]
    return text


def _would_run(text: str) -> bool:
    # Some programs drop blanks, control and invisible characters before they look; a tab or a
    # line break may also start the next cell when the text is pasted.
    start = next((c for c in text if not _unseen(c)), "")
    return unicodedata.normalize("NFKC", start)[:1] in _RUNS_AS_FORMULA or text[:1] in (
        "\t",
        "\r",
        "\n",
    )


def _unseen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")
