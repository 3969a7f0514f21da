"""A report before it is a file: what it says, in order, whatever the format."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from sop_core.exporting import Table
from sop_core.indonesian import format_date, format_number, format_percent

_NUMBERS_AS_NAMES = {"Tahun", "Unggahan", "Baris"}


@dataclass(frozen=True)
class Chart:
    """Categories and, for each series, its name, colour and values.

    ``stacked`` and ``paired`` are horizontal bars, ``lines`` run over time.
    """

    kind: Literal["stacked", "paired", "lines"]
    caption: str
    categories: list[str]
    series: list[tuple[str, str, list[float]]]


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it.

    ``paper_rows`` is how much of the table Word and PDF show; Excel holds all of it. With 0
    the section is in Excel alone.
    """

    heading: str
    paragraphs: list[str] = field(default_factory=list)
    table: Table | None = None
    chart: Chart | None = None
    paper_rows: int | None = None

    @property
    def on_paper(self) -> list[list[str]]:
        """The table's cells as Word and PDF write them."""
        if self.table is None:
            return []
        rows = list(self.table.rows)[: self.paper_rows]
        return [
            [text_of(self.table, h, v) for h, v in zip(self.table.headings, row, strict=True)]
            for row in rows
        ]

    @property
    def left_out(self) -> str | None:
        """What to say of rows that paper does not show."""
        if self.table is None or self.paper_rows is None:
            return None
        everything = len(list(self.table.rows))
        if everything <= self.paper_rows:
            return None
        return (
            f"Ditampilkan {format_number(self.paper_rows)} dari {format_number(everything)} baris;"
            " seluruhnya ada pada versi Excel."
        )


@dataclass(frozen=True)
class Report:
    """One of the SOP's outputs (section E), or the quarterly report of D.8.

    ``identity`` are the lines of the title block, ``summary`` the executive summary, and
    ``notes`` say what it rests on and what is provisional.
    """

    title: str
    subtitle: str
    as_of: dt.date
    identity: list[tuple[str, str]]
    summary: list[str]
    sections: list[Section]
    notes: list[str]
    demo: bool

    @property
    def paper(self) -> list[Section]:
        """The sections that Word and PDF show."""
        return [s for s in self.sections if s.paper_rows != 0]

    @property
    def stem(self) -> str:
        """A file name without extension."""
        words = f"{'demo ' if self.demo else ''}{self.title} {self.subtitle}".lower()
        plain = "".join(c if c.isalnum() else "-" for c in words)
        return "-".join(filter(None, plain.split("-"))) + f"-{self.as_of:%Y-%m-%d}"


def rows_of(
    name: str, frame: pd.DataFrame, columns: dict[str, str], percent: tuple[str, ...] = ()
) -> Table:
    """Columns of a pandas frame under Indonesian headings; ``percent`` are headings of shares."""
    plain = frame[list(columns)].astype(object)
    plain = plain.where(plain.notna(), None)
    return Table(name, list(columns.values()), plain.to_numpy().tolist(), percent=percent)


def text_of(table: Table, heading: str, value: Any) -> str:
    """One cell as an Indonesian reader writes it; a dash where nothing is known."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, (int, float)):
        if heading in table.percent:
            return format_percent(value, 1)
        if heading in _NUMBERS_AS_NAMES:
            return str(int(value))
        return format_number(value, 0 if value % 1 == 0 else 1)
    return str(value)
