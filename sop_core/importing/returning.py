"""The workbook to send back: the user's own rows that were refused or doubted, and why."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

from sop_core import spelling
from sop_core.exporting import Table, to_xlsx
from sop_core.importing.contract import DOUBT, ORIGIN, WHY
from sop_core.importing.parsing import Parsed, Problem
from sop_core.importing.raw import RawSheet
from sop_core.importing.tabs import ErrorCell

_OURS = {spelling.heading(name) for name in (ORIGIN, WHY, DOUBT)}


def rejected_workbook(parsed: Parsed, problems: list[Problem]) -> bytes:
    """Rejected rows as they were written, with their row number and reasons (.xlsx).

    Headings stay the user's, so the corrected workbook can be uploaded as it is. It holds the
    rows of the problems that are listed (limits.LISTED); the page says how many there are.
    However often it goes round, it has the columns of reasons once, with what is said of the
    file that was just uploaded.
    """
    return _workbook(parsed, problems, WHY)


def doubted_workbook(parsed: Parsed, warnings: list[Problem]) -> bytes:
    """The same of rows that are kept though something about them is doubtful (.xlsx)."""
    return _workbook(parsed, warnings, DOUBT)


def _workbook(parsed: Parsed, problems: list[Problem], heading: str) -> bytes:
    reasons: dict[tuple[str, int], list[str]] = defaultdict(list)
    for p in problems:
        value = f" “{p.value}”" if p.value else ""
        reasons[p.sheet, p.row].append(f"{p.column}{value}: {p.message}")
    tables = []
    for raw in parsed.book.sheets:
        # A workbook that went round before brings the reasons of then, which are answered or stale.
        own = [i for i, name in enumerate(raw.headings) if spelling.heading(name) not in _OURS]
        rows = [
            [
                *(_writable(raw.cells[i][at]) for i in own),
                _origin(raw, number),
                "; ".join(reasons[raw.where(number)]),
            ]
            for at, number in enumerate(raw.row_numbers.tolist())
            if raw.where(number) in reasons
        ]
        if rows:
            headings = [*(raw.headings[i] for i in own), ORIGIN, heading]
            tables.append(Table(raw.sheet.name, headings, rows, widths={heading: 90}))
    return to_xlsx(tables)


def _origin(raw: RawSheet, number: int) -> int | str:
    part, row = raw.part_of(number), raw.row_of(number)
    return f"{part}, {row}" if part else row


def _writable(value: Any) -> Any:
    # A spreadsheet has no number for these; its reader makes them of the texts nan and inf.
    if isinstance(value, ErrorCell):
        return str(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
