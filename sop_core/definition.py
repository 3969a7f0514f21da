"""The SOP as data: its flows, steps, norms and routing, one file per revision.

Source: SOP POM-04.01/CFM.01/SOP.01. Each step carries its place in that document.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Collection, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from sop_core.coherence import Contradiction, contradictions
from sop_core.errors import DefinitionError
from sop_core.paths import DATA

Flow = Literal["A", "B", "C", "D"]
Level = Literal["activity", "unit_year", "national_cycle"]
Performer = Literal["unit_kerja_pusat", "upt", "kepala_bpom", "pptm", "ppsdm"]
CountedFrom = Literal["mulai", "pemicu"]
ProductGroup = Literal["OTSKKos", "OTSK", "Kosmetik", "Pangan Olahan"]
Milestone = Literal[
    "held", "reported", "registered", "recruited", "certified", "applied", "endorsed",
    "monitored", "quarter_report", "directed", "escort",
]  # fmt: skip
# A form is a workbook, and several of these stand in one cell of it (at most 32,767 characters).
Text = Annotated[str, Field(min_length=1, max_length=2_000)]
_MOST = 16
"""Remarks of a step, steps that it requires, targets of a rule; revision 04 has at most 4."""


_DOCUMENTS = frozenset(
    {
        "laporan", "rekap", "rekapitulasi", "dokumen", "sertifikat", "disposisi", "surat", "nota",
        "undangan", "berita", "notula", "notulen", "memo", "memorandum", "keputusan", "sk", "lembar",
        "formulir", "piagam", "perjanjian", "mou", "pks",
    }
)  # fmt: skip
"""How an output begins that is a document."""
_CONTRADICTION = "sop_contradiction"
_SAID = {
    "missing": "wajib diisi",
    "extra_forbidden": "tidak dikenal",
    "string_too_short": "wajib diisi",
    "string_pattern_mismatch": "bentuknya tidak dikenal",
    "string_too_long": "paling banyak {max_length} karakter",
    "too_short": "wajib diisi",
    "too_long": "paling banyak {max_length} isian",
    "greater_than_equal": "paling sedikit {ge}",
    "less_than_equal": "paling banyak {le}",
    "literal_error": "harus salah satu dari {expected}",
    "int_parsing": "harus bilangan bulat",
    "int_parsing_size": "harus bilangan bulat",
    "int_from_float": "harus bilangan bulat",
    "int_type": "harus bilangan bulat",
    "finite_number": "harus bilangan bulat",
    "date_from_datetime_parsing": "bukan tanggal",
    "date_parsing": "bukan tanggal",
    "date_from_datetime_inexact": "bukan tanggal",
    "date_type": "bukan tanggal",
    "string_type": "harus teks",
    "bool_parsing": "harus ya atau tidak",
    "bool_type": "harus ya atau tidak",
    "list_type": "harus daftar",
    "dict_type": "harus tabel",
    "model_type": "harus tabel",
}
"""pydantic's kinds of error in Indonesian, filled from their context."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Step(_Strict):
    """One row of the SOP's table (section A, Diagram Alir).

    ``sla_days`` is the norm (mutu baku waktu) in HK, or None for N/A.
    ``counted_from``, with its reason, is from what the norm is counted: ``mulai``, the recorded
    start, else the finish of the step before; or ``pemicu``, the finish of the step before or
    the case's opening, whatever start is recorded.
    ``deadline_day_after_quarter`` is a day of the month after the quarter (D.8).
    ``requires`` lists step numbers of the same flow that must be done, not skipped.
    ``milestone`` says what a step is where the product asks for it by that. ``recipient`` is to
    whom its output goes, in the SOP's own words; None where the SOP says nothing.
    """

    flow: Flow
    no: Annotated[int, Field(ge=1, le=99)]
    level: Level
    milestone: Milestone | None = None
    activity: Text
    inputs: Text
    sla_days: Annotated[int, Field(ge=1, le=999)] | None = None
    counted_from: CountedFrom = "mulai"
    counted_reason: Text | None = None
    deadline_day_after_quarter: Annotated[int, Field(ge=1, le=28)] | None = None
    output: Text
    recipient: Text | None = None
    performers: Annotated[list[Performer], Field(min_length=1)]
    performers_source: Literal["stated", "inferred"]
    remarks: Annotated[list[Text], Field(max_length=_MOST)] = []
    optional: bool = False
    optional_reason: Text | None = None
    requires: Annotated[list[int], Field(max_length=_MOST)] = []
    place: Text

    @property
    def code(self) -> str:
        """``A.7``, as people call it."""
        return f"{self.flow}.{self.no}"

    @property
    def norm(self) -> str:
        """``20 HK``, or ``N/A`` as the SOP writes it."""
        return f"{self.sla_days} HK" if self.sla_days else "N/A"

    @property
    def output_is_document(self) -> bool:
        """Whether the output (SOP table, column Output) is a document, by the SOP's own word for it.

        So of A.4's Laporan, A.8's Rekap, A.9's Disposisi, D.2's Dokumen and D.6's Sertifikat; not
        of A.1's Rencana, A.2's Bahan and A.3's Hasil.
        """
        parts = re.split(r"[,;/\n]|\b(?:dan|atau|berupa|serta)\b", self.output.lower())
        return any(
            found[0] in _DOCUMENTS for part in parts if (found := re.findall(r"[a-z]+", part))
        )


class FlowInfo(_Strict):
    """One flow (alur); ``national_period`` is what a national cycle spans."""

    id: Flow
    name: Text
    national_period: Literal["year", "quarter"]


class Opening(_Strict):
    """When a case without a step before it opens (the SOP leaves it open, A.7 remark 1)."""

    unit_year: Literal["first_working_day_after_year"]
    national_year: Literal["all_reports_in"]
    national_year_latest: Annotated[str, Field(pattern=r"^\d\d-\d\d$")]
    national_quarter: Literal["first_working_day_after_quarter"]


class Condition(_Strict):
    """What must hold of a case for a routing rule; unset fields match anything.

    A case of several products meets ``product`` where any of them is in the group.
    """

    unit_kind: Literal["balai_besar", "balai", "loka", "pusat"] | None = None
    joint_with_center: bool | None = None
    function: Literal["fasilitator", "CAPA"] | None = None
    product: ProductGroup | None = None
    certification: bool | None = None


class Routing(_Strict):
    """To whom a step's product goes, what it is, or who performs it, and where the SOP says so."""

    steps: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-D]\.\d{1,2}$")]], Field(min_length=1, max_length=40)
    ]
    kind: Literal["recipient", "output", "performer", "next_step"]
    when: Condition
    targets: Annotated[list[Text], Field(max_length=_MOST)]
    text: Text
    place: Text


class Revision(_Strict):
    """One revision of the SOP; a case is judged by the one in force when it started."""

    code: Text
    revision: Annotated[str, Field(pattern=r"^[0-9A-Za-z.-]{1,12}$")]
    title: Text
    created: dt.date
    revised: dt.date
    effective: dt.date
    opening: Opening
    stakeholders: dict[Annotated[str, Field(pattern="^[a-z]$")], Text]
    flows: list[FlowInfo]
    steps: list[Step]
    routing: list[Routing] = []

    @model_validator(mode="after")
    def _parts_agree(self) -> Revision:
        found = contradictions(self)
        if found:
            raise PydanticCustomError(
                _CONTRADICTION, "{said}", {"said": found[0].message, "found": found}
            )
        return self

    def flow_steps(self, flow: str) -> list[Step]:
        """The steps of one flow in order."""
        return sorted((s for s in self.steps if s.flow == flow), key=lambda s: s.no)

    def step(self, flow: str, no: int) -> Step:
        """One step; raises KeyError if the flow has no such number."""
        for s in self.steps:
            if s.flow == flow and s.no == no:
                return s
        raise KeyError(f"{flow}.{no}")

    def step_of(self, flow: str, milestone: Milestone) -> Step:
        """The step of a flow that is a milestone. Raises KeyError where the flow has none."""
        for s in self.steps:
            if s.flow == flow and s.milestone == milestone:
                return s
        raise KeyError(f"{flow}: {milestone}")

    def code_of(self, flow: str, milestone: Milestone) -> str:
        """Its code, as ``D.8`` for the quarterly report. Raises KeyError."""
        return self.step_of(flow, milestone).code

    def escorts(self) -> dict[str, str]:
        """By flow, the step that escorts (mengawal) results not optimal yet: A.10, C.8."""
        return {s.flow: s.code for s in self.steps if s.milestone == "escort"}

    def routes(self, step: str, groups: Collection[str] = (), **case: object) -> list[Routing]:
        """Routing rules of a step (``"B.4"``) whose every condition the case meets.

        ``groups`` are those of its products, ``case`` the other fields of Condition.
        """
        return [
            rule
            for rule in self.routing
            if step in rule.steps
            and rule.when.product in (None, *groups)
            and all(
                case.get(field) == wanted
                for field, wanted in rule.when.model_dump(exclude_none=True).items()
                if field != "product"
            )
        ]


def load_revision(path: Path) -> Revision:
    """Read one revision file.

    Raises DefinitionError naming the file and the offending key.
    """
    return read_revision(path.name, path.read_bytes())


def _where(error: ValueError) -> str:
    """The place that the reader stumbled at; its words for it are English."""
    if isinstance(error, UnicodeDecodeError):
        return f": bita ke-{error.start + 1} bukan UTF-8"
    found = re.search(r"at line (\d+), column (\d+)\)$", str(error))
    return f", baris {found[1]}, kolom {found[2]}" if found else ", di akhir berkas"


@lru_cache(maxsize=16)  # by content: every store that is opened asks for the same few
def read_revision(name: str, content: bytes) -> Revision:
    """A revision from the content of a TOML file called ``name``. Raises DefinitionError."""
    try:
        raw = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{name}: bukan TOML yang sah{_where(error)}.") from error
    try:
        return Revision.model_validate(raw)
    except ValidationError as error:
        first = faults(error)[0]
        raise DefinitionError(f"{name}: {_key_path(raw, first.at)}: {first.message}") from error


def faults(error: ValidationError) -> list[Contradiction]:
    """Everything pydantic found wrong, in Indonesian, each at its key."""
    found: list[Contradiction] = []
    for detail in error.errors():
        context: dict[str, Any] = detail.get("ctx") or {}
        if detail["type"] == _CONTRADICTION:
            found += context["found"]
        else:
            said = _SAID.get(detail["type"], "isinya tidak sesuai").format(**context)
            found.append(Contradiction(detail["loc"], said))
    return found


def _key_path(raw: dict[str, object], loc: tuple[int | str, ...]) -> str:
    """``steps[A.7].sla_days`` rather than ``steps.6.sla_days``."""
    steps = raw.get("steps")
    if len(loc) >= 2 and loc[0] == "steps" and isinstance(loc[1], int) and isinstance(steps, list):
        step = steps[loc[1]] if isinstance(steps[loc[1]], dict) else {}
        name = f"steps[{step.get('flow', '?')}.{step.get('no', '?')}]"
        return ".".join([name, *map(str, loc[2:])])
    return ".".join(map(str, loc)) or "berkas"


def load_revisions(folder: Path = DATA / "sop") -> list[Revision]:
    """All revisions, the oldest first. Raises DefinitionError if none or two in force at once."""
    revisions = sorted((load_revision(p) for p in folder.glob("*.toml")), key=lambda r: r.effective)
    if not revisions:
        raise DefinitionError(f"{folder}: tidak ada berkas revisi SOP")
    dates = [r.effective for r in revisions]
    if len(set(dates)) != len(dates):
        raise DefinitionError(f"{folder}: effective: dua revisi berlaku pada tanggal yang sama")
    return revisions


def merged(shipped: Sequence[Revision], entered: Sequence[Revision]) -> list[Revision]:
    """The revisions that count, the oldest first: one entered by staff stands for a shipped one.

    A shipped file gives way to an entered revision of its number, and to one that takes
    effect on its day, as an entered correction of the calendar wins over a shipped one.
    """
    numbers = {r.revision for r in entered}
    days = {r.effective for r in entered}
    kept = [r for r in shipped if r.revision not in numbers and r.effective not in days]
    return sorted([*kept, *entered], key=lambda r: r.effective)


def in_force(revisions: Sequence[Revision], day: dt.date) -> Revision:
    """The revision in force on a day; before the first one on file, the first."""
    current = revisions[0]
    for revision in revisions:
        if revision.effective <= day:
            current = revision
    return current


PRODUCT_GROUPS: dict[str, tuple[ProductGroup, ...]] = {
    "Pangan Olahan": ("Pangan Olahan",),
    "Obat Tradisional": ("OTSK", "OTSKKos"),
    "Suplemen Kesehatan": ("OTSK", "OTSKKos"),
    "Kosmetik": ("Kosmetik", "OTSKKos"),
}
"""Product to the groups by which B.3-B.5 route it. The SOP has none for Obat."""
