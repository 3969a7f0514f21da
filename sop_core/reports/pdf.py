"""A report as PDF."""

from __future__ import annotations

import io
from functools import cache, partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm, inch
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Image,
    KeepTogether,
    LongTable,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    TableStyle,
)

from sop_core.indonesian import format_date
from sop_core.reports import drawing, layout
from sop_core.reports.model import Chart, Report, Section

_INK = HexColor("#1F2A33")
_ACCENT = HexColor("#1F5F8B")
_LINE = HexColor("#C9D2D8")
_STRIPE = HexColor("#F4F7F9")
_MARGIN = 2 * cm
_WIDTH = A4[0] - 2 * _MARGIN
_LINES = TableStyle(
    [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, _ACCENT),
        ("ROWBACKGROUNDS", (0, 1), (-1, -1), [None, _STRIPE]),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
)


@cache
def _fonts() -> None:
    # matplotlib carries DejaVu Sans, so that no font must be installed.
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont("Sans", folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont("Sans-Bold", folder / "DejaVuSans-Bold.ttf"))


def _style(name: str, size: float, bold: bool = False, **more: Any) -> ParagraphStyle:
    font = "Sans-Bold" if bold else "Sans"
    return ParagraphStyle(
        name, fontName=font, fontSize=size, leading=size * 1.35, textColor=_INK, **more
    )


_TITLE = _style("judul", 17, bold=True, spaceAfter=2)
_SUBTITLE = _style("subjudul", 11, spaceAfter=8)
_HEADING = _style("kepala", 12, bold=True, spaceBefore=12, spaceAfter=5, keepWithNext=1)
_TEXT = _style("teks", 9, spaceAfter=3)
_BULLET = _style("butir", 9, leftIndent=11, bulletIndent=1, spaceAfter=3)
_SMALL = _style("kecil", 7.5, spaceAfter=4)
_CELL = _style("sel", 7)
_NUMBER = _style("angka", 7, alignment=TA_RIGHT)
_HEAD = _style("kepala tabel", 7, bold=True)
_HEAD_NUMBER = _style("kepala angka", 7, bold=True, alignment=TA_RIGHT)


def write(report: Report) -> bytes:
    """The report as .pdf."""
    _fonts()
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN,
        bottomMargin=_MARGIN, title=f"{report.title} {report.subtitle}", author="Pantau SOP",
        lang="id", invariant=1,
    )  # fmt: skip
    story: list[Any] = [
        Paragraph("BADAN PENGAWAS OBAT DAN MAKANAN", _SMALL),
        Paragraph(escape(report.title), _TITLE),
        Paragraph(escape(report.subtitle), _SUBTITLE),
        _identity(report),
        Paragraph("Ringkasan eksekutif", _HEADING),
        *_bullets(report.summary),
    ]
    for section in report.paper:
        story += _section(section)
    story += [Paragraph("Sumber dan catatan", _HEADING), *_bullets(report.notes)]
    footer = partial(_footer, report=report)
    document.build(story, onFirstPage=footer, onLaterPages=footer)
    return buffer.getvalue()


def _footer(canvas: Any, document: Any, report: Report) -> None:
    canvas.setFont("Sans", 7)
    canvas.setFillColor(_INK)
    demo = "DATA DEMO · " if report.demo else ""
    canvas.drawString(_MARGIN, 1.1 * cm, f"{demo}{report.title} · per {format_date(report.as_of)}")
    canvas.drawRightString(A4[0] - _MARGIN, 1.1 * cm, f"Halaman {document.page}")


def _identity(report: Report) -> LongTable:
    rows = [[Paragraph(escape(k), _HEAD), Paragraph(escape(v), _CELL)] for k, v in report.identity]
    return LongTable(rows, [3.4 * cm, _WIDTH - 3.4 * cm], splitInRow=1, style=TableStyle(
        [("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
         ("LEFTPADDING", (0, 0), (-1, -1), 3), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
         ("TOPPADDING", (0, 0), (-1, -1), 2)]))  # fmt: skip


def _bullets(lines: list[str]) -> list[Paragraph]:
    return [Paragraph(escape(line), _BULLET, bulletText="•") for line in lines]


def _section(section: Section) -> list[Any]:
    head: list[Any] = [Paragraph(escape(section.heading), _HEADING)]
    head += [Paragraph(escape(text), _TEXT) for text in section.paragraphs]
    # A heading never stands alone at the foot of a page.
    parts: list[Any] = [CondPageBreak(4 * cm)]
    if section.chart is not None:
        parts.append(KeepTogether([*head, *_picture(section.chart)]))
    else:
        parts += head
    if section.table is not None:
        parts.append(_table(section))
    if section.left_out:
        parts.append(Paragraph(escape(section.left_out), _SMALL))
    return parts


def _picture(chart: Chart) -> list[Any]:
    image = Image(io.BytesIO(drawing.png(chart)))
    scale = _WIDTH / (drawing.WIDTH * inch)
    image.drawWidth, image.drawHeight = _WIDTH, image.imageHeight * 72 / 200 * scale
    return [Paragraph(escape(chart.caption), _SMALL), image, Spacer(1, 6)]


def _table(section: Section) -> LongTable:
    assert section.table is not None
    numbers = layout.number_columns(section)
    rows = [
        [Paragraph(escape(h), _HEAD_NUMBER if n else _HEAD) for h, n in zip(section.table.headings, numbers, strict=True)]
    ]  # fmt: skip
    rows += [
        [Paragraph(escape(c), _NUMBER if n else _CELL) for c, n in zip(row, numbers, strict=True)]
        for row in section.on_paper
    ]
    widths = [share * _WIDTH for share in layout.column_shares(section)]
    # A row goes on over the page's end only where it is higher than a page.
    return LongTable(rows, widths, repeatRows=1, splitInRow=1, style=_LINES)
