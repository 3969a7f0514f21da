"""From evidence to findings: one small pure function a rule.

Each takes the frame of the function of the same question in ``evidence`` and its rule, and
knows nothing of the store. Shares and means are shrunk before anything is called high.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sop_core.calendar import WorkingCalendar
from sop_core.definition import Revision
from sop_core.flows import PEOPLE
from sop_core.indonesian import MONTHS, format_date, format_number, format_percent
from sop_core.recommendations import shrinkage
from sop_core.recommendations.model import Finding, Rule


@dataclass(frozen=True)
class Setting:
    """What a rule may know besides its frame: the year n, its calendar and the SOP's words."""

    year: int
    calendar: WorkingCalendar
    revision: Revision


Judge = Callable[[pd.DataFrame, Rule, Setting], Iterator[Finding]]


def terlambat_berulang(frame: pd.DataFrame, rule: Rule, _: Setting) -> Iterator[Finding]:
    """A step late in an office again and again, beyond what step and office explain by chance.

    Expected is the step's national share times how much later this office is than others over
    all its steps; the pair's own record then moves the estimate as far as it has weight.
    """
    if frame.empty:
        return
    frame = frame.copy()
    by_step = frame.groupby("step")[["weighted_late", "weighted_judged"]].sum()
    overall = by_step["weighted_late"].sum() / by_step["weighted_judged"].sum()
    national = (by_step["weighted_late"] + 5 * overall) / (by_step["weighted_judged"] + 5)
    frame["national"] = frame["step"].map(national)
    frame["chance"] = frame["weighted_judged"] * frame["national"]
    by_unit = frame.groupby("unit_code")[["weighted_late", "chance"]].sum()
    pace = pd.Series(
        shrinkage.ratio(by_unit["weighted_late"].to_numpy(), by_unit["chance"].to_numpy(), 4.0),
        index=by_unit.index,
    )
    expected = np.clip(frame["national"] * frame["unit_code"].map(pace), 0.005, 0.95)
    _strength, frame["predicted"] = shrinkage.share(
        frame["weighted_late"].to_numpy(float),
        frame["weighted_judged"].to_numpy(float),
        expected.to_numpy(float),
    )
    for row in _records(frame):
        again = row["late"] >= 2 and row["judged"] >= rule.min_cases
        if not again or row["predicted"] < rule.threshold * row["national"]:
            continue
        yield Finding(
            row["unit_code"], row["flow"], row["predicted"],
            target=max(1 - row["national"], _up(1 - row["predicted"] / 2, 0.05)),
            step=row["step"], cases=row["cases"],
            values={
                "late": format_number(row["late"]), "judged": format_number(row["judged"]),
                "share": format_percent(row["late"] / row["judged"]),
                "excess": format_number(row["excess"], 1),
                "national": format_percent(row["national"]),
                "predicted": format_percent(row["predicted"]),
            },
            numbers=_numbers(row, "late", "judged", "unknown", "excess", "national", "predicted"),
        )  # fmt: skip


def laporan_tahunan(frame: pd.DataFrame, rule: Rule, _: Setting) -> Iterator[Finding]:
    """An annual report that came late, or has not come at all."""
    for row in _records(frame[frame["late"]]):
        missing = row["overdue"]
        again = row["late_before"] is True
        severity = 0.85 if missing else 0.35 + 0.4 * min(1.0, row["days_late"] / 20)
        yield Finding(
            row["unit_code"], row["flow"], min(1.0, severity + 0.15 * again), target=1,
            step=row["step"], cases=row["cases"],
            values={
                "problem": "belum masuk" if missing else "terlambat",
                "report_year": str(int(row["report_year"])), "due": format_date(row["due"]),
                "days_late": format_number(row["days_late"]),
                "again": " Tahun sebelumnya juga terlambat." if again else "",
            },
            numbers=_numbers(row, "days_late"),
        )  # fmt: skip


def na_lama(frame: pd.DataFrame, rule: Rule, _: Setting) -> Iterator[Finding]:
    """A step without a norm that takes an office far longer than others."""
    if frame.empty:
        return
    frame = frame.copy()
    for _step, group in frame.groupby("step"):
        usual = float(np.average(group["log_mean"], weights=group["judged"]))
        spread = group["log_variance"].dropna()
        variance = float(spread.mean()) if len(spread) else 1.0
        effect = shrinkage.mean(
            group["log_mean"].to_numpy(float) - usual, group["judged"].to_numpy(float), variance
        )
        frame.loc[group.index, "ratio"] = np.exp(effect)
        frame.loc[group.index, "national"] = float(group["median"].median())
    for row in _records(frame):
        if row["judged"] < rule.min_cases or row["ratio"] < rule.threshold:
            continue
        yield Finding(
            row["unit_code"], row["flow"], min(1.0, math.log(row["ratio"]) / math.log(4)),
            target=math.ceil(row["national"]), step=row["step"], cases=row["cases"],
            values={
                "median": format_number(row["median"]), "judged": format_number(row["judged"]),
                "national": format_number(row["national"]),
                "ratio": format_number(row["ratio"], 1),
            },
            numbers=_numbers(row, "median", "judged", "national", "ratio"),
        )  # fmt: skip


def tindak_lanjut(frame: pd.DataFrame, rule: Rule, _: Setting) -> Iterator[Finding]:
    """Follow-ups past their target or not optimal, which A.10 and C.8 escort."""
    for row in _shrunk(frame, "bad", "total"):
        if row["bad"] < 2 or row["total"] < rule.min_cases:
            continue
        if row["posterior"] < rule.threshold * row["national"]:
            continue
        yield Finding(
            row["unit_code"], row["flow"], row["posterior"],
            target=max(1 - row["national"], _up(1 - row["posterior"] / 2, 0.05)),
            cases=row["cases"],
            values={
                "bad": format_number(row["bad"]), "total": format_number(row["total"]),
                "late": format_number(row["late"]),
                "not_optimal": format_number(row["not_optimal"]),
                "finished_late": format_number(row["finished_late"]),
                "share": format_percent(row["bad"] / row["total"]),
                "national": format_percent(row["national"]),
            },
            numbers=_numbers(
                row, "bad", "total", "late", "not_optimal", "finished_late", "unknown", "national", "posterior"
            ),
        )  # fmt: skip


def fasilitator(frame: pd.DataFrame, rule: Rule, setting: Setting) -> Iterator[Finding]:
    """Too few people trained against the target, or certificates that end by next year's end."""
    for row in _records(frame):
        planned = 0.0 if _missing(row["planned"]) else float(row["planned"])
        short = max(0.0, planned - row["trained"])
        need = short + row["expiring"]
        if need < rule.min_cases or need < 0.2 * max(planned, 5):
            continue
        severity = shrinkage.ratio(np.array([need]), np.array([max(planned, need)]), 0.0)[0]
        # A shortage of two people says less than one of twenty.
        severity *= need / (need + 5)
        yield Finding(
            row["unit_code"], PEOPLE, float(severity), target=math.ceil(need), cases=row["cases"],
            step=setting.revision.code_of(PEOPLE, "held"),
            values={
                "trained": format_number(row["trained"]),
                "planned": format_number(planned) if planned else "(tanpa target)",
                "expiring": format_number(row["expiring"]), "next_year": str(setting.year + 1),
            },
            numbers={"planned": planned} | _numbers(row, "trained", "expiring"),
        )  # fmt: skip


def jangkauan(frame: pd.DataFrame, rule: Rule, setting: Setting) -> Iterator[Finding]:
    """A stakeholder kind or product group that no activity of an office reached.

    Only where that would be surprising: under one in twenty, were the office like others.
    """
    for row in _records(frame[(frame["measure"] == 0) & (frame["total"] >= rule.min_cases)]):
        chance = (1 - row["expected"]) ** row["total"]
        if chance >= 0.05:
            continue
        kind, _sep, name = row["topic"].partition(":")
        named = setting.revision.stakeholders.get(name, name) if kind == "pemangku" else name
        yield Finding(
            row["unit_code"], row["flow"], row["expected"] * (1 - chance),
            target=max(1, round(row["expected"] * row["total"] / 2)), topic=row["topic"],
            cases=row["cases"],
            values={
                "topic": named, "total": format_number(row["total"]),
                "national": format_percent(row["expected"]),
                "chance": format_percent(chance, 1),
            },
            numbers={"chance": chance} | _numbers(row, "total", "expected"),
        )  # fmt: skip


def target_kegiatan(frame: pd.DataFrame, rule: Rule, _: Setting) -> Iterator[Finding]:
    """Fewer activities held than planned."""
    if frame.empty:
        return
    frame = frame.copy()
    by_flow = frame.groupby("flow")[["held", "planned"]].sum()
    frame["national"] = frame["flow"].map(by_flow["held"] / by_flow["planned"])
    strength = 4.0
    done = (frame["held"] + strength * frame["national"]) / (frame["planned"] + strength)
    frame["severity"] = np.clip(1 - done, 0, 1)
    for row in _records(frame):
        short = row["planned"] - row["held"]
        if short < rule.min_cases or row["held"] >= 0.8 * row["planned"]:
            continue
        yield Finding(
            row["unit_code"], row["flow"], row["severity"],
            target=max(row["held"] + 1, math.ceil((row["held"] + row["planned"]) / 2)),
            cases=row["cases"],
            values={
                "held": format_number(row["held"]), "planned": format_number(row["planned"]),
                "share": format_percent(row["held"] / row["planned"]),
                "national": format_percent(row["national"]),
            },
            numbers=_numbers(row, "held", "planned", "national"),
        )  # fmt: skip


def waktu_mulai(frame: pd.DataFrame, rule: Rule, setting: Setting) -> Iterator[Finding]:
    """Activities reported after November: by which month must they start next year?

    Counted back from 30 November by the HK that eight in ten need.
    """
    end = dt.date(setting.year + 1, 11, 30)
    for row in _shrunk(frame, "after", "total"):
        if row["after"] < 2 or row["total"] < rule.min_cases or _missing(row["duration"]):
            continue
        if row["posterior"] < rule.threshold * row["national"]:
            continue
        start = setting.calendar.latest_start(end, math.ceil(row["duration"]))
        month = start.month if start.year == end.year else 1
        yield Finding(
            row["unit_code"], row["flow"], row["posterior"], target=month, cases=row["cases"],
            values={
                "after": format_number(row["after"]), "total": format_number(row["total"]),
                "share": format_percent(row["after"] / row["total"]),
                "national": format_percent(row["national"]),
                "duration": format_number(math.ceil(row["duration"])),
                "month": MONTHS[month - 1],
            },
            numbers=_numbers(row, "after", "total", "unknown", "national", "duration", "posterior"),
        )  # fmt: skip


def beban_triwulan(frame: pd.DataFrame, rule: Rule, _: Setting) -> Iterator[Finding]:
    """Most of a year's activities begun in one quarter, far more than elsewhere."""
    if frame.empty:
        return
    frame = frame.copy()
    _strength, frame["posterior"] = shrinkage.share(
        frame["most"].to_numpy(float), frame["total"].to_numpy(float),
        frame["expected"].to_numpy(float),
    )  # fmt: skip
    for row in _records(frame):
        heavy = row["posterior"] >= max(0.4, rule.threshold * row["expected"])
        if row["total"] < rule.min_cases or not heavy:
            continue
        yield Finding(
            row["unit_code"], row["flow"], row["posterior"],
            target=max(0.4, _up(row["expected"], 0.05)), cases=row["cases"],
            values={
                "most": format_number(row["most"]), "total": format_number(row["total"]),
                "quarter": str(int(row["quarter"])),
                "share": format_percent(row["most"] / row["total"]),
                "national": format_percent(row["expected"]),
            },
            numbers=_numbers(row, "most", "total", "expected", "posterior"),
        )  # fmt: skip


JUDGES: dict[str, Judge] = {
    judge.__name__: judge
    for judge in (
        terlambat_berulang, laporan_tahunan, na_lama, tindak_lanjut, fasilitator, jangkauan,
        target_kegiatan, waktu_mulai, beban_triwulan,
    )
}  # fmt: skip


def _shrunk(frame: pd.DataFrame, hits: str, of: str) -> list[dict[str, Any]]:
    """Rows with their flow's ``national`` share and their own, shrunk towards it."""
    if frame.empty:
        return []
    frame = frame.copy()
    by_flow = frame.groupby("flow")[[hits, of]].sum()
    frame["national"] = frame["flow"].map(by_flow[hits] / by_flow[of])
    _strength, frame["posterior"] = shrinkage.share(
        frame[hits].to_numpy(float), frame[of].to_numpy(float), frame["national"].to_numpy(float)
    )
    return _records(frame)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    for row in found:
        cases = row.get("cases")
        row["cases"] = [] if cases is None or isinstance(cases, float) else [str(c) for c in cases]
        row["late_before"] = row.get("late_before") in (True, 1)
    return found


def _numbers(row: dict[str, Any], *names: str) -> dict[str, float]:
    return {name: round(float(row[name]), 4) for name in names}


def _missing(value: Any) -> bool:
    return value is None or value != value


def _up(value: float, step: float) -> float:
    return min(1.0, math.ceil(round(value / step, 6)) * step)
