"""Every rule over one year's evidence, ranked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pandas as pd

from sop_core import silence
from sop_core.indonesian import format_date
from sop_core.recommendations import evidence
from sop_core.recommendations.model import Finding, Recommendation, Rule, key_of, load_rules
from sop_core.recommendations.rules import JUDGES, Setting
from sop_core.store import Store

Question = Callable[[Store, int, dt.date], pd.DataFrame]

QUESTIONS: dict[str, Question] = {
    "terlambat_berulang": evidence.repeated_lateness,
    "laporan_tahunan": evidence.annual_reports,
    "na_lama": evidence.without_norm,
    "tindak_lanjut": evidence.follow_ups,
    "fasilitator": evidence.facilitators,
    "jangkauan": evidence.reach,
    "target_kegiatan": evidence.activity_targets,
    "waktu_mulai": evidence.lead_times,
    "beban_triwulan": evidence.quarter_load,
}
"""Which evidence a rule is judged by, and its target measured by in year n+1."""
# The place (A, or A.7) ends the office: NASIONAL-A is the nation in flow A, not an office.
_ID = re.compile(
    r"[0-9]{4}-[a-z_]+-(?P<unit>[A-Z0-9]+(?:-[A-Z0-9]+)*?)-[A-D](?:\.[0-9]{1,2})?(?:-.*)?",
    re.DOTALL,
)


def evidence_day(year: int, as_of: dt.date) -> dt.date:
    """What counts as known at the end of a year: no later than its last day."""
    return min(as_of, dt.date(year, 12, 31))


def recommend(
    store: Store,
    year: int,
    as_of: dt.date,
    units: tuple[str, ...] | None = None,
    only: str | None = None,
) -> list[Recommendation]:
    """Proposals for year ``year`` + 1 from what was known on ``as_of``, the highest score first.

    ``units`` are office codes (None: all). The rank is national whatever the units, so that
    an office sees where it stands: the evidence is compared with the whole nation's, and
    what is handed on is the viewer's. ``only`` names a single rule.
    """
    viewer, store = store.viewer, store.nationwide()
    setting = Setting(year, store.calendar(), store.sop(as_of))
    found: list[tuple[float, Rule, Finding]] = []
    for name, rule in load_rules().items():
        if only in (None, name):
            frame = QUESTIONS[name](store, year, as_of)
            found += [
                (round(100 * rule.weight * finding.severity, 2), rule, finding)
                for finding in JUDGES[name](frame, rule, setting)
            ]
    found.sort(
        key=lambda f: (-f[0], f[1].name, f[2].unit, f[2].flow, f[2].step or "", f[2].topic or "")
    )
    quiet = silence.silent_offices(store, as_of)
    ranked = [
        _written(number, score, rule, finding, year, quiet)
        for number, (score, rule, finding) in enumerate(found, 1)
    ]
    return [r for r in ranked if (units is None or r.unit in units) and viewer.sees(r.unit)]


def unit_of(recommendation_id: str) -> str:
    """The office that a recommendation's id names, or the id itself where it names none."""
    match = _ID.fullmatch(recommendation_id)
    return match["unit"] if match else recommendation_id


def id_of(year: int, rule: str, finding: Finding) -> str:
    """The id of a recommendation from the evidence of a year; ``unit_of`` reads it."""
    place = finding.step or finding.flow
    return "-".join(filter(None, [str(year), rule, finding.unit, place, finding.topic]))


def _written(
    rank: int,
    score: float,
    rule: Rule,
    finding: Finding,
    year: int,
    quiet: dict[str, dt.date | None],
) -> Recommendation:
    target = round(finding.target, 4)
    values = {
        "flow": finding.flow, "step": finding.step or "", "target": rule.written(target),
        **finding.values,
    }  # fmt: skip
    return Recommendation(
        id=id_of(year, rule.name, finding),
        rank=rank,
        unit=finding.unit,
        flow=finding.flow,
        step=finding.step,
        rule=rule.name,
        title=rule.title.format(**values),
        reason=rule.reason.format(**values) + _known_until(finding.unit, quiet),
        score=score,
        evidence={
            "parts": {"bobot": rule.weight, "keparahan": round(finding.severity, 4)},
            "numbers": finding.numbers,
            "cases": finding.cases,
        },
        target=target,
        proposal=rule.proposal.format(**values),
        sop_ref=rule.sop_ref,
        topic=finding.topic,
    )


def _known_until(unit: str, quiet: dict[str, dt.date | None]) -> str:
    """Up to when the evidence on an office goes that has been silent since; else nothing."""
    if unit not in quiet:
        return ""
    until = quiet[unit]
    return (
        f" Data unit ini s.d. {format_date(until)}." if until else " Unit ini belum pernah melapor."
    )


def measures(
    store: Store, rules: set[str], year: int, as_of: dt.date
) -> dict[str, dict[tuple[str, str, str, str], float]]:
    """By rule, what was measured in a year for each office, flow, step and topic."""
    result: dict[str, dict[tuple[str, str, str, str], float]] = {}
    for name in rules:
        frame = QUESTIONS[name](store.nationwide(), year, as_of)
        frame = frame[[store.viewer.sees(unit) for unit in frame["unit_code"]]]
        result[name] = {
            key_of(row["unit_code"], row["flow"], row.get("step"), row.get("topic")): float(
                row["measure"]
            )
            for row in frame.to_dict("records")
            if not pd.isna(row["measure"])
        }
    return result


def measure_key(
    name: str, unit: str, flow: str, step: str | None, topic: str | None
) -> tuple[str, str, str, str]:
    """The key of a recommendation in ``measures``: facilitators are counted without a step."""
    return key_of(unit, flow, None if name == "fasilitator" else step, topic)
