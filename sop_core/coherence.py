"""What must hold between the parts of an SOP revision for the product to run on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sop_core.flows import FLOWS, WITH_ANNUAL_REPORT, WITH_FOLLOW_UPS

if TYPE_CHECKING:
    from sop_core.definition import Revision, Step

LEVEL_NAMES = {
    "activity": "Kegiatan / angkatan",
    "unit_year": "Laporan tahunan unit",
    "national_cycle": "Siklus nasional",
}
LEVELS = tuple(LEVEL_NAMES)
"""From the lowest up: a flow's steps never go back to a lower one."""
PERIODS = {f.flow: f.national_period for f in FLOWS}
"""What a national cycle of each flow spans: A.8, B.8, C.6 recapitulate a year, D.8 a quarter."""

MILESTONES = {
    "held": "pelaksanaan",
    "reported": "laporan pelaksanaan",
    "registered": "pendaftaran",
    "recruited": "rekrutmen",
    "certified": "sertifikasi kompetensi",
    "applied": "pengajuan pengakuan",
    "endorsed": "pengesahan",
    "monitored": "monitoring angkatan",
    "quarter_report": "laporan triwulan",
    "directed": "disposisi",
    "escort": "pengawalan",
}
"""Steps that the product asks for by what they are, whatever their number, in Indonesian."""

_ACTIVITY = {"held": "activity", "reported": "activity"}
_REQUIRED = {
    "A": _ACTIVITY,
    "B": _ACTIVITY,
    "C": _ACTIVITY,
    "D": {
        **dict.fromkeys(
            ("registered", "recruited", "held", "certified", "applied", "endorsed", "monitored"),
            "activity",
        ),
        "quarter_report": "national_cycle",
    },
}
_OPTIONAL = {
    flow: dict.fromkeys(("directed", "escort"), "national_cycle") for flow in WITH_FOLLOW_UPS
}


@dataclass(frozen=True)
class Contradiction:
    """What cannot be, and at which key: ``("steps", 3, "sla_days")`` as pydantic names it."""

    at: tuple[int | str, ...]
    message: str


def contradictions(revision: Revision) -> list[Contradiction]:
    """Everything that keeps a revision from being used, in the order of its parts."""
    found = [*_dates(revision), *_flows(revision), *_numbering(revision)]
    if not found:
        found += [*_levels(revision), *_requirements(revision), *_deadlines(revision)]
        found += [*_milestones(revision), *_routing(revision)]
    return found


def _dates(revision: Revision) -> Iterator[Contradiction]:
    if revision.revised < revision.created:
        yield Contradiction(("revised",), "tanggal revisi mendahului tanggal pembuatan")
    if revision.effective < revision.revised:
        yield Contradiction(("effective",), "tanggal berlaku mendahului tanggal revisi")
    month, day = map(int, revision.opening.national_year_latest.split("-"))
    try:
        dt.date(2023, month, day)  # a year of 365 days: it must exist in every year
    except ValueError:
        at = ("opening", "national_year_latest")
        yield Contradiction(at, "bukan tanggal yang ada setiap tahun")


def _flows(revision: Revision) -> Iterator[Contradiction]:
    given = [flow.id for flow in revision.flows]
    if given != list(PERIODS):
        yield Contradiction(("flows",), f"harus alur {', '.join(PERIODS)}, masing-masing sekali")
        return
    for position, flow in enumerate(revision.flows):
        if flow.national_period != PERIODS[flow.id]:
            span = {"year": "tahun", "quarter": "triwulan"}[PERIODS[flow.id]]
            at = ("flows", position, "national_period")
            yield Contradiction(at, f"siklus nasional alur {flow.id} harus {span}")


def _numbering(revision: Revision) -> Iterator[Contradiction]:
    for flow in PERIODS:
        steps = _of_flow(revision, flow)
        if not steps:
            yield Contradiction(("steps",), f"alur {flow} tidak mempunyai langkah")
        for expected, (position, step) in enumerate(steps, 1):
            if step.no != expected:
                message = f"langkah alur {flow} harus bernomor 1, 2, ... tanpa celah; seharusnya {expected}"
                yield Contradiction(("steps", position, "no"), message)
                break


def _levels(revision: Revision) -> Iterator[Contradiction]:
    for flow in PERIODS:
        steps = _of_flow(revision, flow)
        highest = 0
        for position, step in steps:
            if LEVELS.index(step.level) < highest:
                message = f"tingkat {LEVEL_NAMES[step.level]} tidak boleh sesudah tingkat yang lebih tinggi"
                yield Contradiction(("steps", position, "level"), message)
            highest = max(highest, LEVELS.index(step.level))
        # The annual report is one step of one case a unit; flow D has none.
        wanted = {
            "activity": None,
            "unit_year": int(flow in WITH_ANNUAL_REPORT),
            "national_cycle": None,
        }
        for level, count in wanted.items():
            given = sum(step.level == level for _, step in steps)
            if (count is None and not given) or (count is not None and given != count):
                need = "paling sedikit satu" if count is None else str(count)
                message = f"alur {flow} memerlukan {need} langkah tingkat {LEVEL_NAMES[level]}"
                yield Contradiction(("steps", steps[0][0], "level"), message)


def _requirements(revision: Revision) -> Iterator[Contradiction]:
    worded: dict[tuple[str, str], str] = {}
    for position, step in enumerate(revision.steps):
        # A step is known again in another revision by its wording.
        other = worded.setdefault((step.flow, step.activity), step.code)
        if other != step.code:
            yield Contradiction(("steps", position, "activity"), f"sama dengan aktivitas {other}")
        bad = [n for n in step.requires if not 1 <= n < step.no]
        if bad:
            message = f"{step.code} mensyaratkan langkah {bad}, yang bukan sebelumnya"
            yield Contradiction(("steps", position, "requires"), message)
        if step.optional and not step.optional_reason:
            message = f"{step.code} pilihan: sebutkan dasarnya dalam SOP"
            yield Contradiction(("steps", position, "optional_reason"), message)


def _deadlines(revision: Revision) -> Iterator[Contradiction]:
    for position, step in enumerate(revision.steps):
        if step.deadline_day_after_quarter is None:
            continue
        at = ("steps", position, "deadline_day_after_quarter")
        if PERIODS[step.flow] != "quarter" or step.level != "national_cycle":
            yield Contradiction(at, "batas tanggal hanya untuk siklus triwulan (alur D)")
        elif step.sla_days is None:
            yield Contradiction(at, "batas tanggal memerlukan norma HK di sampingnya")


def _milestones(revision: Revision) -> Iterator[Contradiction]:
    for flow in PERIODS:
        allowed = _REQUIRED[flow] | _OPTIONAL.get(flow, {})
        seen: set[str] = set()
        for position, step in _of_flow(revision, flow):
            name = step.milestone
            if name is None:
                continue
            at = ("steps", position, "milestone")
            if name not in allowed or name in seen:
                why = (
                    "sudah ada pada langkah lain"
                    if name in seen
                    else f"tidak dikenal di alur {flow}"
                )
                yield Contradiction(at, f"tonggak {MILESTONES[name]} {why}")
            elif step.level != allowed[name]:
                message = (
                    f"tonggak {MILESTONES[name]} harus pada tingkat {LEVEL_NAMES[allowed[name]]}"
                )
                yield Contradiction(at, message)
            elif name == "quarter_report" and step.sla_days is None:
                yield Contradiction(
                    ("steps", position, "sla_days"), "laporan triwulan memerlukan norma HK"
                )
            seen.add(name)
        for missing in sorted(_REQUIRED[flow].keys() - seen):
            message = f"alur {flow} memerlukan satu langkah dengan tonggak {MILESTONES[missing]}"
            yield Contradiction(("steps",), message)


def _routing(revision: Revision) -> Iterator[Contradiction]:
    codes = {step.code for step in revision.steps}
    for position, rule in enumerate(revision.routing):
        unknown = sorted(set(rule.steps) - codes)
        if unknown:
            at = ("routing", position, "steps")
            yield Contradiction(at, f"langkah {', '.join(unknown)} tidak ada")


def _of_flow(revision: Revision, flow: str) -> list[tuple[int, Step]]:
    """Steps of one flow in order of their number, each with its place in the file."""
    found = [(i, step) for i, step in enumerate(revision.steps) if step.flow == flow]
    return sorted(found, key=lambda pair: pair[1].no)
