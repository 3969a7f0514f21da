"""The workbook in which staff write a revision of the SOP: handed out filled, read back."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from sop_core import exporting
from sop_core.coherence import Contradiction
from sop_core.definition import Revision, Step, faults, read_revision
from sop_core.importing import ImportRefused, Problem, SourceFile
from sop_core.importing.contract import Column, Sheet
from sop_core.importing.parsing import ParsedSheet, parse_book
from sop_core.importing.reading import read_book
from sop_core.importing.template import Limits, formats_of, heading
from sop_core.indonesian import MONTH_NUMBER, MONTHS
from sop_core.revisions import words
from sop_core.units import UnitFinder


def _choices(names: dict[str, str]) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names, ())


_REVISION = Sheet(
    "Revisi", "revision", ("revision",),
    (
        Column("Kode SOP", "code", "text", True),
        Column("Nomor Revisi", "revision", "text", True, ("revisi", "no revisi")),
        Column("Judul", "title", "text", True),
        Column("Tanggal Pembuatan", "created", "date", True, earliest=2000),
        Column("Tanggal Revisi", "revised", "date", True, earliest=2000),
        Column("Berlaku Mulai", "effective", "date", True, ("tanggal efektif",), earliest=2000,
               help="Kegiatan yang mulai pada atau sesudah hari ini dinilai menurut revisi ini"),
        Column("Tanggal Batas Siklus", "latest_day", "count", True,
               help="Siklus nasional dibuka paling lambat tanggal ini pada tahun berikutnya"),
        Column("Bulan Batas Siklus", "latest_month", "choice", True, choices=dict.fromkeys(MONTHS, ())),
    ),
)  # fmt: skip
_FLOWS = Sheet(
    "Alur", "flows", ("id",),
    (
        Column("Alur", "id", "flow", True),
        Column("Nama", "name", "text", True),
        Column("Siklus Nasional", "national_period", "choice", True, choices=_choices(words.PERIODS)),
    ),
)  # fmt: skip
_STAKEHOLDERS = Sheet(
    "Pemangku Kepentingan", "stakeholders", ("letter",),
    (Column("Huruf", "letter", "text", True), Column("Nama", "name", "text", True)),
)  # fmt: skip
_STEPS = Sheet(
    "Langkah SOP", "steps", ("flow", "no"),
    (
        Column("Alur", "flow", "flow", True),
        Column("No", "no", "step", True),
        Column("Tingkat", "level", "choice", True, choices=_choices(words.LEVELS)),
        Column("Tonggak", "milestone", "choice", choices=_choices(words.STEPS),
               help="Langkah yang dicari aplikasi menurut artinya, berapa pun nomornya"),
        Column("Aktivitas", "activity", "text", True),
        Column("Kelengkapan", "inputs", "text", True),
        Column("Norma HK", "sla_days", "norm", False, ("waktu", "norma"), help="Kosong atau N/A: tanpa norma"),
        Column("Batas Tanggal", "deadline_day_after_quarter", "count",
               help="Hari pada bulan sesudah triwulan (D.8)"),
        Column("Output", "output", "text", True),
        Column("Pelaksana", "performers", "lines", True,
               help=f"Satu per baris: {', '.join(words.PERFORMERS)}"),
        Column("Dasar Pelaksana", "performers_source", "choice", True, choices=_choices(words.SOURCES)),
        Column("Keterangan", "remarks", "lines", help="Satu keterangan per baris (Alt+Enter)"),
        Column("Pilihan", "optional", "yes_no", help="ya bila langkah boleh dilewati"),
        Column("Dasar Pilihan", "optional_reason", "text"),
        Column("Mensyaratkan", "requires", "text", help="Nomor langkah yang harus selesai, mis. 4; 5"),
        Column("Letak", "place", "text", True, help="Letak pada dokumen, mis. A.1, hal. 6"),
    ),
)  # fmt: skip
_ROUTING = Sheet(
    "Penerusan", "routing", ("steps", "text"),
    (
        Column("Langkah", "steps", "text", True, help="Kode langkah, mis. A.4; A.7"),
        Column("Jenis", "kind", "choice", True, choices=_choices(words.ROUTES)),
        Column("Jenis Unit", "unit_kind", "choice", choices=_choices(words.KINDS)),
        Column("Bersama Pusat", "joint", "yes_no"),
        Column("Fungsi", "function", "choice", choices={"fasilitator": (), "CAPA": ()}),
        Column("Kelompok Produk", "product", "choice", choices={"OTSKKos": (), "Pangan Olahan": ()}),
        Column("Sertifikasi", "certification", "yes_no"),
        Column("Tujuan", "targets", "text", help="Kode unit, KOORDINATOR, atau UNIT_KERJA_PUSAT"),
        Column("Bunyi", "text", "text", True),
        Column("Letak", "place", "text", True),
    ),
)  # fmt: skip
SHEETS = (_REVISION, _FLOWS, _STAKEHOLDERS, _STEPS, _ROUTING)
_BY_KEY = {sheet.table: sheet for sheet in SHEETS}
_FIELDS = {
    "national_year_latest": "latest_day",
    "joint_with_center": "joint",
}
"""Keys of the model that a column of another name fills."""
_WIDE = {"text": 34, "lines": 44}


@dataclass
class Draft:
    """A revision as a file gives it, or why it cannot be taken; nothing is kept yet."""

    file: SourceFile
    revision: Revision | None
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def form(revision: Revision) -> bytes:
    """A workbook (.xlsx) that holds the whole revision, with drop-downs, to be changed and read back."""
    buffer = io.BytesIO()
    with exporting.new_workbook(buffer) as book:
        formats = formats_of(book)
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 2 if sheet is _STEPS else 1)
            for position, column in enumerate(sheet.columns):
                heading(page, position, column, formats, Limits())
                if column.help:
                    page.write_comment(0, position, column.help)
                if column.kind in _WIDE:
                    page.set_column(position, position, _WIDE[column.kind])
            for number, row in enumerate(_rows_of(sheet, revision), 1):
                for position, column in enumerate(sheet.columns):
                    _write(page, number, position, row.get(column.field), formats)
    return buffer.getvalue()


def _write(page: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if isinstance(value, dt.date):
        page.write_datetime(
            row, column, dt.datetime(value.year, value.month, value.day), formats["date"]
        )
    elif isinstance(value, int):
        page.write_number(row, column, value, formats["wrap"])
    elif value:
        page.write_string(row, column, value, formats["wrap"])


def _rows_of(sheet: Sheet, revision: Revision) -> list[dict[str, Any]]:
    match sheet.table:
        case "revision":
            month, day = map(int, revision.opening.national_year_latest.split("-"))
            return [{**vars(revision), "latest_day": day, "latest_month": MONTHS[month - 1]}]
        case "flows":
            return [
                {
                    "id": f.id,
                    "name": f.name,
                    "national_period": words.word(words.PERIODS, f.national_period),
                }
                for f in revision.flows
            ]
        case "stakeholders":
            return [{"letter": k, "name": v} for k, v in revision.stakeholders.items()]
        case "steps":
            return [_step_row(step) for step in revision.steps]
        case _:
            return [
                {
                    **rule.model_dump(), **rule.when.model_dump(),
                    "steps": "; ".join(rule.steps), "targets": "; ".join(rule.targets),
                    "kind": words.word(words.ROUTES, rule.kind),
                    "unit_kind": words.word(words.KINDS, rule.when.unit_kind) if rule.when.unit_kind else None,
                    "joint": _yes_no(rule.when.joint_with_center),
                    "certification": _yes_no(rule.when.certification),
                }
                for rule in revision.routing
            ]  # fmt: skip


def _step_row(step: Step) -> dict[str, Any]:
    return {
        **step.model_dump(),
        "level": words.word(words.LEVELS, step.level),
        "milestone": words.word(words.STEPS, step.milestone) if step.milestone else None,
        "sla_days": step.sla_days or "N/A",
        "performers": "\n".join(words.word(words.PERFORMERS, p) for p in step.performers),
        "performers_source": words.word(words.SOURCES, step.performers_source),
        "remarks": "\n".join(step.remarks),
        "optional": _yes_no(step.optional or None),
        "requires": "; ".join(map(str, step.requires)),
    }


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "ya" if value else "tidak"


def read(file: SourceFile, today: dt.date) -> Draft:
    """A revision from the workbook of ``form``, or from a TOML file as data/sop/ holds them.

    Raises ImportRefused for a file that is neither, DefinitionError for a TOML file at fault.
    """
    if PurePath(file.name).suffix.lower() == ".toml":
        return Draft(file, read_revision(file.name, file.content))
    book = read_book([file], SHEETS)
    parsed = parse_book(book, UnitFinder([]), today)
    given = {p.sheet.table: p for p in parsed.sheets}
    missing = [s.name for s in SHEETS if s.table not in given and s is not _ROUTING]
    if missing:
        raise ImportRefused(
            f"Lembar {', '.join(missing)} tidak ada. Mulai dari formulir yang diunduh."
        )
    draft = Draft(file, None, parsed.problems, parsed.notes)
    raw = _raw(given, draft.problems)
    if draft.problems:
        return draft
    try:
        draft.revision = Revision.model_validate(raw)
    except ValidationError as error:
        draft.problems += [_located(fault, given) for fault in faults(error)]
    return draft


def _raw(given: dict[str, ParsedSheet], problems: list[Problem]) -> dict[str, Any]:
    """What the sheets say, under the keys of the model."""
    rows = {key: sheet.table.to_pylist() for key, sheet in given.items()}
    if len(rows["revision"]) != 1:
        number = rows["revision"][1]["row_no"] if rows["revision"] else 2
        problems.append(Problem("Revisi", number, "Nomor Revisi", "", "harus tepat satu baris"))
        return {}
    head = rows["revision"][0]
    number = head["revision"] or ""
    month = MONTH_NUMBER.get(str(head["latest_month"]).lower(), 0)
    return {
        **{key: head[key] for key in ("code", "title", "created", "revised", "effective")},
        # Excel makes 5 of 05.
        "revision": number.zfill(2) if number.isdigit() else number,
        "opening": {
            "unit_year": "first_working_day_after_year",
            "national_year": "all_reports_in",
            "national_year_latest": f"{month:02}-{head['latest_day'] or 0:02}",
            "national_quarter": "first_working_day_after_quarter",
        },
        "stakeholders": {row["letter"]: row["name"] for row in rows["stakeholders"]},
        "flows": [
            {
                **_filled(row, "id", "name"),
                "national_period": words.PERIODS.get(row["national_period"]),
            }
            for row in rows["flows"]
        ],
        "steps": [_step(row, problems) for row in rows["steps"]],
        "routing": [_rule(row) for row in rows.get("routing", [])],
    }


def _filled(row: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: row[key] for key in keys if row[key] is not None}


def _step(row: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    performers = []
    by_name = {name.lower(): key for name, key in words.PERFORMERS.items()}
    for name in _parts(row["performers"]):
        if name.lower() not in by_name:
            message = f"pelaksana tidak dikenal; harus {', '.join(words.PERFORMERS)}"
            problems.append(Problem(_STEPS.name, row["row_no"], "Pelaksana", name, message))
        performers.append(by_name.get(name.lower()))
    requires = _parts(row["requires"])
    if not all(part.isdigit() for part in requires):
        message = "tulis nomor langkah, mis. 4; 5"
        problems.append(
            Problem(_STEPS.name, row["row_no"], "Mensyaratkan", row["requires"], message)
        )
        requires = []
    return {
        **_filled(
            row, "flow", "no", "activity", "inputs", "sla_days", "deadline_day_after_quarter"
        ),
        **_filled(row, "output", "optional", "optional_reason", "place"),
        "level": words.LEVELS.get(row["level"]),
        "milestone": words.STEPS.get(row["milestone"]),
        "performers": performers,
        "performers_source": words.SOURCES.get(row["performers_source"]),
        "remarks": (row["remarks"] or "").splitlines(),
        "requires": [int(part) for part in requires],
    }


def _rule(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **_filled(row, "text", "place"),
        "steps": _parts(row["steps"]),
        "kind": words.ROUTES.get(row["kind"]),
        "targets": _parts(row["targets"]),
        "when": {
            "unit_kind": words.KINDS.get(row["unit_kind"]),
            "joint_with_center": row["joint"],
            **_filled(row, "function", "product", "certification"),
        },
    }


def _parts(text: str | None) -> list[str]:
    """``A.4; A.7`` as two, whether written with semicolons, commas or line breaks."""
    return [part.strip() for part in re.split(r"[;,\n]", text or "") if part.strip()]


def _located(fault: Contradiction, given: dict[str, ParsedSheet]) -> Problem:
    """Where in the workbook a fault of the model stands: sheet, row, column and what is there."""
    key = str(fault.at[0]) if fault.at else "revision"
    sheet = _BY_KEY.get(key, _REVISION)
    names = [_FIELDS.get(str(part), str(part)) for part in fault.at]
    column = next((c for c in sheet.columns if c.field in names), None)
    position = next((part for part in fault.at if isinstance(part, int)), None)
    rows = given[sheet.table].table.to_pylist() if sheet.table in given else []
    if sheet is _REVISION:
        position = 0
    if position is None or position >= len(rows):
        return Problem(sheet.name, 1, column.name if column else "", "", fault.message)
    row = rows[position]
    value = "" if column is None or row[column.field] is None else str(row[column.field])
    return Problem(sheet.name, row["row_no"], column.name if column else "", value, fault.message)
