"""A recommendation for year n+1, and the rules that make one."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sop_core.errors import DefinitionError
from sop_core.indonesian import MONTHS, format_number, format_percent
from sop_core.paths import DATA

Unit = Literal["share", "count", "people", "HK", "month"]


NUMBER_NAMES = {
    "late": "Terlambat",
    "judged": "Dinilai",
    "unknown": "Tidak diketahui (unit belum melapor)",
    "excess": "Rata-rata lewat norma (HK)",
    "national": "Nasional",
    "predicted": "Taksiran peluang terlambat",
    "days_late": "Terlambat (HK)",
    "median": "Median (HK)",
    "ratio": "Taksiran kelipatan lama nasional",
    "bad": "Terlambat atau belum optimal",
    "total": "Seluruhnya",
    "finished_late": "Selesai terlambat",
    "not_optimal": "Belum optimal",
    "posterior": "Taksiran bagian sebenarnya",
    "planned": "Target",
    "trained": "Dilatih",
    "expiring": "Sertifikat berakhir tahun depan",
    "chance": "Peluang terjadi secara kebetulan",
    "expected": "Harapan menurut nasional",
    "held": "Terlaksana",
    "after": "Selesai terlalu lambat",
    "duration": "Lama kegiatan (HK)",
    "most": "Pada triwulan tersibuk",
}
"""Names of the numbers that evidence holds, as a reader sees them."""


class Rule(BaseModel):
    """One rule as ``data/recommendation_rules.toml`` writes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    label: str
    steps: Annotated[list[str], Field(min_length=1)]
    sop_ref: str
    weight: Annotated[float, Field(gt=0, le=1)]
    min_cases: Annotated[int, Field(ge=1)]
    threshold: Annotated[float, Field(ge=1)]
    title: str
    reason: str
    proposal: str
    measure: str
    unit: Unit
    direction: Literal["at_least", "at_most"]

    def met(self, actual: float, target: float) -> bool:
        """Whether what was measured keeps the target."""
        return actual >= target if self.direction == "at_least" else actual <= target

    def written(self, value: float) -> str:
        """A measured or proposed number as a reader sees it."""
        match self.unit:
            case "share":
                return format_percent(value)
            case "month":
                return MONTHS[min(12, max(1, round(value))) - 1]
            case "HK":
                return f"{format_number(value)} HK"
            case "people":
                return f"{format_number(value)} orang"
            case "count":
                return format_number(value)


def load_rules(path: Path = DATA / "recommendation_rules.toml") -> dict[str, Rule]:
    """The rules by name. Raises DefinitionError naming file and key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = [Rule.model_validate(rule) for rule in raw["rules"]]
    except (tomllib.TOMLDecodeError, KeyError) as error:
        raise DefinitionError(f"{path.name}: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise DefinitionError(
            f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}"
        ) from error
    return {rule.name: rule for rule in rules}


@dataclass(frozen=True)
class Finding:
    """What a rule found in one place, before it is ranked and written out.

    ``severity`` runs from 0 to 1 and is shrunk already; ``values`` fill the rule's texts;
    ``cases`` are ids of the records behind it; ``topic`` tells two findings of one rule,
    office and flow apart.
    """

    unit: str
    flow: str
    severity: float
    target: float
    values: dict[str, str]
    numbers: dict[str, float]
    step: str | None = None
    topic: str | None = None
    cases: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Recommendation:
    """A proposal for year n+1, ranked, with its evidence.

    ``score`` is 100 x weight x severity; ``evidence`` holds both parts, the numbers and the
    cases behind them; ``target`` is in the rule's unit.
    """

    id: str
    rank: int
    unit: str
    flow: str
    step: str | None
    rule: str
    title: str
    reason: str
    score: float
    evidence: dict[str, Any]
    target: float
    proposal: str
    sop_ref: str
    topic: str | None


def key_of(unit: str, flow: str, step: str | None, topic: str | None) -> tuple[str, str, str, str]:
    """What a measure in year n+1 is looked up by."""
    return unit, flow, step or "", topic or ""
