"""What reports say of why steps are late or wait, what is planned, and what was remarked."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sop_core import hindrances, remarks
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date
from sop_core.reports.model import Section, rows_of
from sop_core.store import Store

PAPER_ROWS = 25
"""Rows of a list that paper shows."""


def beside(frame: pd.DataFrame, columns: dict[str, str]) -> tuple[pd.DataFrame, dict[str, str]]:
    """A list of steps with reason, plan and day in one column; as it was where none has any."""
    told = frame["hindrance"].notna()
    if not told.any():
        return frame, columns
    texts = [
        f"{row['hindrance']}: {row['plan']} ({format_date(row['plan_on'])})" if has else None
        for row, has in zip(frame.to_dict("records"), told, strict=True)
    ]
    return frame.assign(hindered=pd.Series(texts, index=frame.index, dtype=object)), {
        **columns,
        "hindered": "Hambatan dan rencana",
    }


def of_case(store: Store, case_id: str, steps: pd.DataFrame, as_of: dt.date) -> list[Section]:
    """What stands of the steps of one case, and the remarks on it by then; empty without any.

    ``steps`` is an answer of ``region.case_steps``.
    """
    found = []
    told = steps[steps["hindrance"].notna()]
    if len(told):
        columns = {"step": "Langkah", **hindrances.HEADINGS}
        found.append(
            Section("Hambatan dan rencana", ["Tidak menggeser tenggat."], rows_of("Hambatan", told, columns))
        )  # fmt: skip
    said = remarks.listed(store, case_id, as_of)
    if len(said):
        frame = said.assign(said_on=said["said_at"].dt.normalize())
        columns = {"said_on": "Pada", "said_by": "Oleh", "unit": "Unit", "remark": "Catatan"}
        found.append(
            Section("Catatan kasus", [], rows_of("Catatan kasus", frame, columns), paper_rows=PAPER_ROWS)
        )  # fmt: skip
    return found


def passed_plans(store: Store, scope: Scope) -> list[Section]:
    """Plans whose day is over while their step is not done; empty where there are none."""
    frame = hindrances.standing(store, scope, passed_only=True)
    if frame.empty:
        return []
    columns = {
        "unit": "Unit", "step": "Langkah", "title": "Judul", **hindrances.HEADINGS, "case_id": "ID",
    }  # fmt: skip
    return [
        Section(
            "Rencana terlewat",
            ["Tanggal rencananya sudah lewat dan langkahnya belum selesai."],
            rows_of("Rencana terlewat", frame, columns), paper_rows=PAPER_ROWS,
        )
    ]  # fmt: skip
