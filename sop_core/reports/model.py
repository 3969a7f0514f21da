"""A report before it is a file: what it says, in order, whatever the format."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal

from sop_core.exporting import Table


@dataclass(frozen=True)
class Chart:
    """Stacked bars or lines over categories; ``series`` are names, colours and values."""

    kind: Literal["bars", "lines"]
    categories: list[str]
    series: list[tuple[str, str, list[float]]]
    caption: str
    unit: str = ""


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. ``excel_only`` is too long for paper."""

    heading: str
    paragraphs: list[str] = field(default_factory=list)
    table: Table | None = None
    chart: Chart | None = None
    excel_only: bool = False


@dataclass(frozen=True)
class Report:
    """One of the SOP's outputs (section E), or the quarterly report of D.8.

    ``identity`` are the lines of the title block, ``summary`` the executive summary, and
    ``notes`` say what it rests on and what is provisional.
    """

    kind: str
    title: str
    subtitle: str
    as_of: dt.date
    identity: list[tuple[str, str]]
    summary: list[str]
    sections: list[Section]
    notes: list[str]
    demo: bool

    @property
    def stem(self) -> str:
        """A file name without extension."""
        words = f"{'demo ' if self.demo else ''}{self.title} {self.subtitle}".lower()
        plain = "".join(c if c.isalnum() else "-" for c in words)
        return "-".join(filter(None, plain.split("-"))) + f"-{self.as_of:%Y-%m-%d}"


def rows_of(frame: Any, columns: dict[str, str], name: str, **widths: int) -> Table:
    """Columns of a pandas frame under Indonesian headings."""
    plain = frame[list(columns)].astype(object)
    plain = plain.where(plain.notna(), None)
    return Table(name, list(columns.values()), plain.values.tolist(), widths)
