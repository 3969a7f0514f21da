"""The four flows (alur) of the SOP and what sets them apart: traits as data, said once.

A revision may reword and renumber a flow's steps; that flow A ends in a yearly recap and flow
D in a quarterly report is what the flows are, and no revision changes it (``coherence``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Flow:
    """One flow's traits.

    ``national_period`` is what a national cycle spans; ``annual_report``: every UPT owes one
    a year, the last step of level unit-year; ``follow_ups``: its activities end in
    recommendations that somebody carries out; ``people``: its activities are batches of
    facilitators; ``function``: its activities serve fasilitator or CAPA, by which they report.
    """

    flow: str
    national_period: Literal["year", "quarter"]
    annual_report: bool
    follow_ups: bool
    people: bool
    function: bool


FLOWS = (
    Flow("A", "year", annual_report=True, follow_ups=True, people=False, function=False),
    Flow("B", "year", annual_report=True, follow_ups=True, people=False, function=True),
    Flow("C", "year", annual_report=True, follow_ups=True, people=False, function=False),
    Flow("D", "quarter", annual_report=False, follow_ups=False, people=True, function=False),
)
"""SOP A.7-A.10, B.4, B.7-B.10, C.5-C.8, D.3-D.9. The store keeps them as ``flow_trait``."""
CODES = tuple(f.flow for f in FLOWS)
WITH_FOLLOW_UPS = tuple(f.flow for f in FLOWS if f.follow_ups)
WITH_ANNUAL_REPORT = tuple(f.flow for f in FLOWS if f.annual_report)
PEOPLE = next(f.flow for f in FLOWS if f.people)
"""The flow that forms facilitators."""


def annual_report_id(flow: str, year: int, unit: str) -> str:
    """The id of an office's annual report: ``A-2026-BBPOM-PDG``."""
    return f"{flow}-{year}-{unit}"


def national_ids(flow: str, year: int) -> list[str]:
    """The ids of a year's national cycles: ``A-2026-NASIONAL``, ``D-2026-TW1`` to ``TW4``."""
    period = next(f.national_period for f in FLOWS if f.flow == flow)
    if period == "year":
        return [f"{flow}-{year}-NASIONAL"]
    return [quarter_id(year, quarter, flow) for quarter in (1, 2, 3, 4)]


def quarter_id(year: int, quarter: int, flow: str = PEOPLE) -> str:
    """The id of one quarter's national cycle: ``D-2026-TW1``."""
    return f"{flow}-{year}-TW{quarter}"
