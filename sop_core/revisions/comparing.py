"""What one revision of the SOP changes against another, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sop_core.coherence import LEVEL_NAMES, MILESTONES
from sop_core.definition import Revision, Step
from sop_core.indonesian import format_date
from sop_core.revisions import words

_STEP_FIELDS = {
    "level": "Tingkat",
    "milestone": "Tonggak",
    "activity": "Aktivitas",
    "inputs": "Kelengkapan",
    "sla_days": "Norma",
    "counted_from": "Dihitung dari",
    "counted_reason": "Dasar hitungan",
    "deadline_day_after_quarter": "Batas tanggal",
    "output": "Output",
    "recipient": "Penerima",
    "performers": "Pelaksana",
    "performers_source": "Dasar pelaksana",
    "remarks": "Keterangan",
    "optional": "Pilihan",
    "optional_reason": "Dasar pilihan",
    "requires": "Mensyaratkan",
    "place": "Letak",
}
_HEAD = {
    "code": "Kode SOP",
    "revision": "Nomor revisi",
    "title": "Judul",
    "created": "Tanggal pembuatan",
    "revised": "Tanggal revisi",
    "effective": "Berlaku mulai",
}


@dataclass(frozen=True)
class Difference:
    """One thing that changes: where (``A.4``, ``Penerusan``), what, from and to."""

    place: str
    what: str
    before: str
    after: str


def differences(before: Revision, after: Revision) -> list[Difference]:
    """Everything in which two revisions differ, in the order of the later one.

    A step is the same one where its activity is worded the same, else where its number is.
    """
    found = [
        Difference("Revisi", name, _said(key, vars(before)[key]), _said(key, vars(after)[key]))
        for key, name in _HEAD.items()
        if vars(before)[key] != vars(after)[key]
    ]
    latest = [r.opening.national_year_latest for r in (before, after)]
    if latest[0] != latest[1]:
        found.append(Difference("Revisi", "Batas siklus nasional", *latest))
    found += _named("Pemangku kepentingan", before.stakeholders, after.stakeholders)
    found += _named("Alur", _flow_names(before), _flow_names(after))
    for flow in after.flows:
        found += _steps(before.flow_steps(flow.id), after.flow_steps(flow.id))
    old, new = ([_rule(r) for r in revision.routing] for revision in (before, after))
    found += [Difference("Penerusan", "Dihapus", rule, "") for rule in old if rule not in new]
    found += [Difference("Penerusan", "Baru", "", rule) for rule in new if rule not in old]
    return found


def _steps(before: list[Step], after: list[Step]) -> list[Difference]:
    found = []
    pairs = _paired(before, after)
    for step in after:
        earlier = pairs.get(step.no)
        if earlier is None:
            found.append(
                Difference(step.code, "Langkah baru", "", f"{step.activity} ({step.norm})")
            )
            continue
        if earlier.no != step.no:
            found.append(Difference(step.code, "Nomor", earlier.code, step.code))
        found += [
            Difference(step.code, name, _said(key, vars(earlier)[key]), _said(key, vars(step)[key]))
            for key, name in _STEP_FIELDS.items()
            if vars(earlier)[key] != vars(step)[key]
        ]
    kept = {step.no for step in pairs.values()}
    found += [
        Difference(step.code, "Langkah dihapus", f"{step.activity} ({step.norm})", "")
        for step in before
        if step.no not in kept
    ]
    return found


def _paired(before: list[Step], after: list[Step]) -> dict[int, Step]:
    """Number of a later step to the earlier one that it continues."""
    by_words = {step.activity: step for step in before}
    pairs = {step.no: by_words[step.activity] for step in after if step.activity in by_words}
    taken = {step.no for step in pairs.values()}
    left = {step.no: step for step in before if step.no not in taken}
    return pairs | {s.no: left[s.no] for s in after if s.no not in pairs and s.no in left}


def _flow_names(revision: Revision) -> dict[str, str]:
    return {flow.id: flow.name for flow in revision.flows}


def _named(place: str, before: dict[str, str], after: dict[str, str]) -> list[Difference]:
    return [
        Difference(place, key, before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys([*before, *after])
        if before.get(key) != after.get(key)
    ]


def _rule(rule: Any) -> str:
    conditions = rule.when.model_dump(exclude_none=True)
    when = ", ".join(f"{key}={value}" for key, value in conditions.items())
    return f"{', '.join(rule.steps)} ({when or 'selalu'}): {rule.text} [{rule.place}]"


def _said(key: str, value: Any) -> str:
    match key:
        case "sla_days":
            return f"{value} HK" if value else "N/A"
        case "level":
            return LEVEL_NAMES[value]
        case "milestone":
            return MILESTONES[value] if value else "–"
        case "performers":
            return ", ".join(words.word(words.PERFORMERS, name) for name in value)
        case "performers_source":
            return words.word(words.SOURCES, value)
        case "created" | "revised" | "effective":
            return format_date(value)
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, list):
        return "; ".join(map(str, value)) or "–"
    return "–" if value is None else str(value)
