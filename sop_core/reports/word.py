"""A report as Word, from a .docx template that an office can edit.

The template is a stranger's file, whoever gave it: it is filled in a process of its own (see
sop_core/confined/word.py), which gets plain values and pictures and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core import confined
from sop_core.confined import Limits
from sop_core.errors import Refused, ReportRefused, TooLarge, TooSlow, WorkFailed
from sop_core.indonesian import format_date
from sop_core.paths import DATA
from sop_core.reports import drawing, layout
from sop_core.reports.model import Report, Section

TEMPLATE = DATA / "templates" / "laporan.docx"
LARGEST_TEMPLATE = 5 * 1024 * 1024
"""Bytes; the shipped one has 40 thousand, a letterhead with pictures some hundred thousand."""
LIMITS = Limits(memory=768, seconds=20, answer=48)
"""The national annual report was measured at 0.8 s on an idle machine, and at 346 MiB."""
_JOB = "sop_core.confined.word"
_EMU_AN_INCH = 914_400


def write(report: Report, template: bytes | None = None) -> bytes:
    """The report as .docx. Raises ReportRefused for a template that cannot be filled."""
    content = TEMPLATE.read_bytes() if template is None else template
    return fill(content, _context(report), _tables(report))


def fill(content: bytes, context: dict[str, Any], tables: list[list[Any]]) -> bytes:
    """A template filled with plain values (confined/word.py). Raises ReportRefused."""
    if len(content) > LARGEST_TEMPLATE:
        raise ReportRefused(f"Templat ditolak: lebih besar dari {LARGEST_TEMPLATE // 1024**2} MB.")
    try:
        filled = confined.run(_JOB, [content, context, tables], LIMITS)
    except Refused as error:
        raise ReportRefused(str(error)) from error
    except WorkFailed as error:
        raise ReportRefused(f"Templat tidak dapat diisi: {_stopped(error)}.") from error
    return bytes(filled)


def read_template(path: Path) -> bytes:
    """A template's file; of a larger one than is allowed no more than shows that. Raises OSError."""
    with path.open("rb") as file:
        return file.read(LARGEST_TEMPLATE + 1)


def _stopped(error: WorkFailed) -> str:
    if isinstance(error, TooSlow):
        return (
            f"pengisiannya melewati {LIMITS.seconds:g} detik, mungkin karena perulangan bersarang"
        )
    if isinstance(error, TooLarge):
        return "isinya memerlukan memori terlalu besar"
    return "pengisiannya terhenti"


def _context(report: Report) -> dict[str, Any]:
    """What a template may name: plain values, and pictures as the job takes them."""
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "as_of": format_date(report.as_of),
        "demo": report.demo,
        "identity": [list(line) for line in report.identity],
        "summary": report.summary,
        "sections": [_section(s) for s in report.paper],
        "notes": report.notes,
    }


def _section(section: Section) -> dict[str, Any]:
    chart = section.chart
    picture = chart and {"png": drawing.png(chart), "width": int(drawing.WIDTH * _EMU_AN_INCH)}
    return {
        "heading": section.heading,
        "paragraphs": section.paragraphs,
        "chart": picture,
        "caption": chart.caption if chart else "",
        "headings": section.table.headings if section.table else [],
        "rows": section.on_paper,
        "left_out": section.left_out,
    }


def _tables(report: Report) -> list[list[Any]]:
    """Headings of each table with its columns' shares of the width, and which are numbers."""
    return [
        [list(s.table.headings), layout.column_shares(s), layout.number_columns(s)]
        for s in report.paper
        if s.table is not None
    ]
