"""A revision of the SOP written out as a workbook that staff change and hand in again."""

from __future__ import annotations

import datetime as dt
import io
import textwrap
from typing import Any

from sop_core import exporting
from sop_core.definition import Revision, Step
from sop_core.importing.contract import Column, Sheet
from sop_core.importing.template import Limits, formats_of, heading
from sop_core.indonesian import MONTHS
from sop_core.revisions import words
from sop_core.revisions.sheets import SHEETS, STEPS

_NARROWEST, _WIDEST = 8, 44
"""Widths of columns, in characters."""
_LINE = 15
"""Height of a line, in points."""


def form(revision: Revision) -> bytes:
    """A workbook (.xlsx) that holds the whole revision, with drop-downs, to be changed and read back."""
    buffer = io.BytesIO()
    with exporting.new_workbook(buffer) as book:
        formats = formats_of(book)
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 2 if sheet is STEPS else 1)
            exporting.for_paper(page)
            rows = _rows_of(sheet, revision)
            widths = [_width(column, rows) for column in sheet.columns]
            for position, column in enumerate(sheet.columns):
                heading(page, position, column, formats, Limits())
                if column.help:
                    page.write_comment(0, position, column.help)
                kept = formats["date"] if column.kind == "date" else None
                page.set_column(position, position, widths[position], kept)
            for number, row in enumerate(rows, 1):
                values = [row.get(column.field) for column in sheet.columns]
                # Not every spreadsheet program grows a row by itself when it opens a file.
                page.set_row(number, _LINE * max(map(_lines, values, widths)))
                for position, value in enumerate(values):
                    _write(page, number, position, value, formats)
    return buffer.getvalue()


def _width(column: Column, rows: list[dict[str, Any]]) -> int:
    """Characters: as wide as the heading and the longest line, within bounds."""
    lines = [line for row in rows for line in str(row.get(column.field) or "").splitlines()]
    longest = max([len(column.name), *map(len, lines)])
    return max(_NARROWEST, min(_WIDEST, longest) + 2)


def _lines(value: Any, width: int) -> int:
    """Lines that a value takes in a column so wide, wrapped by words."""
    return max(1, sum(len(textwrap.wrap(line, width)) for line in str(value or "").splitlines()))


def _write(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        page.write_datetime(
            row, column, dt.datetime(value.year, value.month, value.day), formats["date"]
        )
    elif isinstance(value, int):
        page.write_number(row, column, value, formats["wrap"])
    elif value:
        page.write_string(row, column, value, formats["wrap"])


def _rows_of(sheet: Sheet, revision: Revision) -> list[dict[str, Any]]:
    match sheet.table:
        case "revision":
            month, day = map(int, revision.opening.national_year_latest.split("-"))
            return [{**vars(revision), "latest_day": day, "latest_month": MONTHS[month - 1]}]
        case "flows":
            return [
                {
                    "id": f.id,
                    "name": f.name,
                    "national_period": words.word(words.PERIODS, f.national_period),
                }
                for f in revision.flows
            ]
        case "stakeholders":
            return [{"letter": k, "name": v} for k, v in revision.stakeholders.items()]
        case "steps":
            return [_step_row(step) for step in revision.steps]
        case _:
            return [
                {
                    **rule.model_dump(), **rule.when.model_dump(),
                    "steps": "; ".join(rule.steps), "targets": "; ".join(rule.targets),
                    "kind": words.word(words.ROUTES, rule.kind),
                    "unit_kind": words.word(words.KINDS, rule.when.unit_kind) if rule.when.unit_kind else None,
                    "joint": _yes_no(rule.when.joint_with_center),
                    "certification": _yes_no(rule.when.certification),
                }
                for rule in revision.routing
            ]  # fmt: skip


def _step_row(step: Step) -> dict[str, Any]:
    return {
        **step.model_dump(),
        "level": words.word(words.LEVELS, step.level),
        "milestone": words.word(words.STEPS, step.milestone) if step.milestone else None,
        "sla_days": step.sla_days or "N/A",
        "performers": "\n".join(words.word(words.PERFORMERS, p) for p in step.performers),
        "performers_source": words.word(words.SOURCES, step.performers_source),
        "remarks": "\n".join(step.remarks),
        "optional": _yes_no(step.optional or None),
        "requires": "; ".join(map(str, step.requires)),
    }


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "ya" if value else "tidak"
