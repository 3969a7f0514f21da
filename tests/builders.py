"""Small workbooks for tests: rows in, .xlsx out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sop_core import importing
from sop_core.exporting import Table, to_xlsx
from sop_core.importing import Preview, SourceFile
from sop_core.importing.contract import SHEETS
from sop_core.store import Store

TODAY = dt.date(2026, 11, 24)
HEADINGS = {s.name: [c.name for c in s.columns] for s in SHEETS}
HEADINGS["Kegiatan"] = HEADINGS["Kegiatan"][:5]


def workbook(headings: dict[str, list[str]] | None = None, **sheets: list[list[Any]]) -> bytes:
    """A workbook with the named sheets; short rows are padded with blanks."""
    tables = []
    for name, rows in sheets.items():
        title = name.replace("_", " ")
        names = (headings or {}).get(title, HEADINGS.get(title, []))
        tables.append(Table(title, names, [r + [None] * (len(names) - len(r)) for r in rows]))
    return to_xlsx(tables)


def load(store: Store, **sheets: list[list[Any]]) -> Preview:
    """Import rows as one workbook."""
    file = SourceFile("uji.xlsx", workbook(**sheets))
    return importing.import_files(store, [file], "uji", today=TODAY)


def steps_of(store: Store, case_id: str, as_of: dt.date) -> dict[int, dict[str, Any]]:
    """Evaluated steps of one case, by number."""
    rows = store.rows(
        "SELECT * FROM step_status($as_of) WHERE case_id = $case_id", as_of=as_of, case_id=case_id
    )
    return {row["step_no"]: row for row in rows}
