"""A report as Word, from a .docx template that an office can edit."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Emu, Inches
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from sop_core.errors import ReportRefused
from sop_core.indonesian import format_date
from sop_core.paths import DATA
from sop_core.reports import drawing, layout
from sop_core.reports.model import Report, Section

TEMPLATE = DATA / "templates" / "laporan.docx"
_ZIP_DATE = (2022, 4, 7, 0, 0, 0)


def write(report: Report, template: Path | bytes | None = None) -> bytes:
    """The report as .docx. Raises ReportRefused for a template that cannot be filled."""
    source: Any = io.BytesIO(template) if isinstance(template, bytes) else template or TEMPLATE
    try:
        document = DocxTemplate(source)
        # An uploaded template may hold any expression: it runs in a sandbox.
        document.render(_context(document, report), SandboxedEnvironment(autoescape=True))
    except TemplateError as error:
        raise ReportRefused(f"Templat tidak dapat diisi: {error}") from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise ReportRefused(f"Templat bukan berkas Word (.docx): {error}") from error
    _lay_out(document, report)
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_dates(buffer.getvalue())


def _context(document: DocxTemplate, report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "subtitle": report.subtitle,
        "as_of": format_date(report.as_of),
        "demo": report.demo,
        "identity": report.identity,
        "summary": report.summary,
        "sections": [_section(document, s) for s in report.paper],
        "notes": report.notes,
    }


def _section(document: DocxTemplate, section: Section) -> dict[str, Any]:
    chart = section.chart
    picture = chart and InlineImage(
        document, io.BytesIO(drawing.png(chart)), width=Inches(drawing.WIDTH)
    )
    return {
        "heading": section.heading,
        "paragraphs": section.paragraphs,
        "chart": picture,
        "caption": chart.caption if chart else "",
        "headings": section.table.headings if section.table else [],
        "rows": section.on_paper,
        "left_out": section.left_out,
    }


def _lay_out(document: DocxTemplate, report: Report) -> None:
    # The template sets one width for every column; numbers and long texts need their own.
    by_headings = {tuple(s.table.headings): s for s in report.paper if s.table is not None}
    page = document.docx.sections[0]
    width = page.page_width - page.left_margin - page.right_margin
    for table in document.docx.tables:
        rows = table.rows
        section = by_headings.get(tuple(cell.text for cell in rows[0].cells)) if rows else None
        if section is None:
            continue
        shares = layout.column_shares(section)
        numbers = layout.number_columns(section)
        table.autofit = False
        for column, share in zip(table.columns, shares, strict=True):
            column.width = Emu(int(width * share))
        for row in rows:
            for cell, share, number in zip(row.cells, shares, numbers, strict=True):
                cell.width = Emu(int(width * share))
                if number:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _without_dates(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return buffer.getvalue()
