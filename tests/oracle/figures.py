"""Every figure of a store as of a day, as plain values that can be held against each other."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from sop_core import (
    evaluation,
    facilitators,
    followups,
    lateness,
    national,
    orders,
    region,
    reports,
    silence,
)
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.recommendations import engine
from sop_core.reports import Request
from sop_core.store import Store

Figures = dict[str, Any]
UPLOAD = ["batch_id", "source_row"]
"""By which upload a row came last; that a later one changed its other cells is no figure."""
FLOWS = ("A", "B", "C", "D")


def plain(value: Any) -> Any:
    """Frames and dataclasses as lists and dictionaries; a missing value is None."""
    if isinstance(value, pd.DataFrame):
        rows = value.drop(columns=UPLOAD, errors="ignore").to_dict("records")
        return [{k: plain(v) for k, v in row.items()} for row in rows]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, str):
        return value
    if isinstance(value, Iterable):
        return [plain(v) for v in value]
    if value is None or value is pd.NaT or value != value:
        return None
    return round(value, 9) if isinstance(value, float) else value


def of(store: Store, day: dt.date, cases: Iterable[str], unit: str) -> Figures:
    """Every figure as of a day: of the nation, of one office, and of some cases by name."""
    found: Figures = {"step_status": _sorted(store, day)}
    scopes = {
        "nation": Scope(day),
        "office": Scope(day, units=(unit,)),
        "year": Scope(day, day.year),
    }
    for name, scope in scopes.items():
        for question in QUESTIONS:
            label = f"{name}: {question.__module__}.{question.__name__}"
            found[label] = plain(question(store, scope))
        for group in facilitators.GROUPS:
            found[f"{name}: people by {group}"] = plain(facilitators.counts_by(store, scope, group))
        for group in ("unit", "stakeholder"):
            found[f"{name}: follow-ups by {group}"] = plain(
                followups.counts_by(store, scope, group)
            )
    for flow in FLOWS:
        found[f"pipeline {flow}"] = plain(region.pipeline(store, Scope(day, flow=flow)))
    year, quarter = facilitators.quarter_before(day)
    found["quarter report"] = plain(facilitators.quarter_report(store, day, year, quarter))
    found["batches"] = plain(facilitators.quarter_batches(store, Scope(day), year, quarter))
    for past in (day.year - 1, day.year):
        found[f"recommend {past}"] = plain(engine.recommend(store, past, day))
    for case_id in cases:
        found[f"steps of {case_id}"] = plain(region.case_steps(store, case_id, day))
        found[f"head of {case_id}"] = plain(region.case_head(store, case_id, day))
    return found | _reports(store, day, cases, unit)


def _sorted(store: Store, day: dt.date) -> dict[tuple[str, int], dict[str, Any]]:
    rows = store.rows("SELECT * FROM step_status($d)", d=day)
    return {(r["case_id"], r["step_no"]): r for r in rows}


def _finished(store: Store, scope: Scope) -> pd.DataFrame:
    return evaluation.finished_between(store, scope, dt.date(2018, 1, 1), scope.as_of)


def _trend(store: Store, scope: Scope) -> pd.DataFrame:
    return national.monthly_trend(store, scope)


def _owed(store: Store, scope: Scope) -> pd.DataFrame:
    # Who uploaded last, and when, is of the store and not of the day.
    return silence.data_status(store, scope).drop(columns=["last_upload", "uploaded_by"])


QUESTIONS: tuple[Callable[[Store, Scope], Any], ...] = (
    evaluation.headline,
    evaluation.by_step,
    evaluation.by_flow,
    evaluation.revisions_used,
    evaluation.provisional_steps,
    _finished,
    national.by_unit,
    national.by_unit_and_step,
    national.rollup,
    national.annual_reports,
    national.missing_reports,
    _trend,
    region.finished_cases,
    region.cases,
    lateness.late_steps,
    facilitators.people,
    facilitators.funnel,
    facilitators.certificates,
    facilitators.endorsements,
    facilitators.coverage,
    followups.rows,
    followups.totals,
    orders.order_faults,
    silence.unknown_steps,
    silence.without_records,
    _owed,
)


def _reports(store: Store, day: dt.date, cases: Iterable[str], unit: str) -> Figures:
    year, quarter = facilitators.quarter_before(day)
    asked = [
        Request("tahunan", day, year=day.year),
        Request("tahunan", day, year=day.year, unit=unit, with_lokas=True),
        Request("monitoring", day, year=day.year),
        Request("monitoring", day, year=year, quarter=quarter, unit=unit),
        Request("fasilitator", day, year=year, quarter=quarter),
        *[Request("kegiatan", day, case_id=case_id) for case_id in cases],
    ]
    found: Figures = {}
    for request in asked:
        try:
            said = _without_upload(plain(reports.build(store, request)))
        except ReportRefused as refusal:
            said = str(refusal)
        found[f"report {request.kind} {request.unit} {request.case_id} {request.quarter}"] = said
    return found


def _without_upload(report: dict[str, Any]) -> dict[str, Any]:
    """By which file a row came, and that more came in since, is true of the store, not of a day."""
    report["notes"] = [note for note in report["notes"] if not note.startswith("Sejak ")]
    for section in report["sections"]:
        table = section["table"]
        if table and "Berkas" in table["headings"]:
            keep = [
                n for n, h in enumerate(table["headings"]) if h not in ("Berkas", "Baris", "Oleh")
            ]
            table["rows"] = [[row[n] for n in keep] for row in table["rows"]]
    return report


def changed(before: Figures, after: Figures) -> list[str]:
    """What is not the same, each as short as it can be said."""
    assert before.keys() == after.keys()
    return [
        f"{name}: {_first(before[name], after[name])}"
        for name in before
        if before[name] != after[name]
    ]


def _first(before: Any, after: Any) -> str:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *after]:
            if before.get(key) != after.get(key):
                return f"{key}: {_first(before.get(key), after.get(key))}"
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            more = [r for r in after if r not in before] or [r for r in before if r not in after]
            return f"{len(before)} rows, then {len(after)}: {str(more[:1])[:300]}"
        for number, (one, other) in enumerate(zip(before, after, strict=True)):
            if one != other:
                return f"[{number}] {_first(one, other)}"
    return f"{str(before)[:200]} -> {str(after)[:200]}"
