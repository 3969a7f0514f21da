"""A report as Excel: a first sheet to read, a sheet a table, and the charts beside their numbers."""

from __future__ import annotations

import io
from typing import Any

from sop_core.exporting import Table, add_table, for_paper, new_workbook
from sop_core.reports.model import Chart, Report

_TYPES = {
    "stacked": {"type": "bar", "subtype": "stacked"},
    "paired": {"type": "bar"},
    "lines": {"type": "line"},
}
_ROW = 20
"""Height of a row of a sheet, in px."""
_LINE, _CHARACTERS = 15, 95
"""Height of a line of the first sheet, in points, and the characters that fit on it."""


def write(report: Report) -> bytes:
    """The report as .xlsx, with every row of every table."""
    buffer = io.BytesIO()
    with new_workbook(buffer) as book:
        _front(book, report)
        used = {"Ringkasan", "Grafik"}
        for section in report.sections:
            if section.table is not None:
                name = _free(section.table.name, used)
                table = section.table
                add_table(
                    book, Table(name, table.headings, table.rows, table.widths, table.percent)
                )
        charts = [s.chart for s in report.sections if s.chart is not None]
        if charts:
            _charts(book, charts)
    return buffer.getvalue()


def _free(name: str, used: set[str]) -> str:
    short = name[:28]
    number = 2
    while short in used:
        short = f"{name[:26]} {number}"
        number += 1
    used.add(short)
    return short


def _front(book: Any, report: Report) -> None:
    sheet = book.add_worksheet("Ringkasan")
    for_paper(sheet)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, report.title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, report.subtitle, book.add_format({"font_size": 12}))
    row = 3
    for name, value in report.identity:
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, value, wrap)
        row += 1
    for heading, lines in (
        ("Ringkasan eksekutif", report.summary),
        ("Sumber dan catatan", report.notes),
    ):
        row += 1
        sheet.write_string(row, 0, heading, bold)
        for line in lines:
            sheet.write_string(row, 1, line, wrap)
            sheet.set_row(row, _LINE * -(-len(line) // _CHARACTERS))
            row += 1


def _charts(book: Any, charts: list[Chart]) -> None:
    sheet = book.add_worksheet("Grafik")
    for_paper(sheet)
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 5, 22)
    row = 0
    for chart in charts:
        last = row + 1 + len(chart.categories)
        sheet.write_string(row, 0, chart.caption, bold)
        for number, (name, _, _) in enumerate(chart.series, 1):
            sheet.write_string(row + 1, number, name, bold)
        for offset, category in enumerate(chart.categories):
            sheet.write_string(row + 2 + offset, 0, category)
            for number, (_, _, values) in enumerate(chart.series, 1):
                sheet.write_number(row + 2 + offset, number, values[offset])
        height = max(240, 110 + 24 * len(chart.categories)) if chart.kind != "lines" else 300
        sheet.insert_chart(row, 7, _native(book, chart, row + 1, last, height))
        row = max(last, row + height // _ROW) + 3


def _native(book: Any, chart: Chart, head: int, last: int, height: int) -> Any:
    drawn = book.add_chart(_TYPES[chart.kind])
    for number, (_, color, _) in enumerate(chart.series, 1):
        fill = (
            {"line": {"color": color, "width": 2}}
            if chart.kind == "lines"
            else {"fill": {"color": color}}
        )
        drawn.add_series(
            {
                "name": ["Grafik", head, number],
                "categories": ["Grafik", head + 1, 0, last, 0],
                "values": ["Grafik", head + 1, number, last, number],
                **fill,
            }
        )
    drawn.set_title({"name": chart.caption, "name_font": {"size": 11}})
    if len(chart.series) == 1:
        drawn.set_legend({"none": True})
    else:
        drawn.set_legend({"position": "bottom"})
    if chart.kind != "lines":
        drawn.set_y_axis({"reverse": True})
    drawn.set_size({"width": 720, "height": height})
    return drawn
