"""A revision of the SOP read back from the file of staff, or why it cannot be."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from pydantic import ValidationError

from sop_core import confined
from sop_core.coherence import Contradiction
from sop_core.definition import Revision, faults, read_revision
from sop_core.errors import Busy, DefinitionError, ImportRefused, WorkFailed
from sop_core.importing import Problem, SourceFile, limits
from sop_core.importing.parsing import ParsedSheet, parse_book
from sop_core.importing.reading import read_book
from sop_core.indonesian import MONTH_NUMBER
from sop_core.revisions import words
from sop_core.revisions.sheets import REVISION, ROUTING, SHEETS, STAKEHOLDERS, STEPS
from sop_core.units import UnitFinder

_BY_KEY = {sheet.table: sheet for sheet in SHEETS}
_FIELDS = {
    "national_year_latest": "latest_day",
    "joint_with_center": "joint",
}
"""Keys of the model that a column of another name fills."""


@dataclass
class Draft:
    """A revision as a file gives it, or why it cannot be taken; nothing is kept yet."""

    file: SourceFile
    revision: Revision | None
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(file: SourceFile, today: dt.date) -> Draft:
    """A revision from the workbook of ``form``, or from a TOML file as data/sop/ holds them.

    Raises ImportRefused for a file that is neither, DefinitionError for a TOML file at fault.
    """
    if PurePath(file.name).suffix.lower() == ".toml":
        return Draft(file, _from_toml(file))
    book = read_book([file], SHEETS)
    parsed = parse_book(book, UnitFinder([]), today)
    given = {p.sheet.table: p for p in parsed.sheets}
    missing = [s.name for s in SHEETS if s.table not in given and s is not ROUTING]
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


def _from_toml(file: SourceFile) -> Revision:
    """Read in a process of its own first: a small file can keep the reader busy for hours."""
    said = limits.refusal("toml_bytes", len(file.content), name=file.name)
    if said is not None:
        raise ImportRefused(said)
    try:
        confined.run("sop_core.confined.trial", [file.content], limits.TRIAL)
        return read_revision(file.name, file.content)
    except DefinitionError:
        raise
    except Busy as error:
        raise ImportRefused(str(error)) from error
    except (WorkFailed, ValueError, RecursionError) as error:
        raise ImportRefused(
            f"Berkas {file.name} tidak dapat dibaca sebagai TOML: isinya terlalu besar atau"
            " bertingkat terlalu dalam. Mulai dari formulir yang diunduh."
        ) from error


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
        "stakeholders": _stakeholders(rows["stakeholders"], problems),
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


def _stakeholders(rows: list[dict[str, Any]], problems: list[Problem]) -> dict[str, str]:
    named: dict[str, str] = {}
    for row in rows:
        if row["letter"] in named:
            message = "huruf ini sudah dipakai di atas"
            problems.append(
                Problem(STAKEHOLDERS.name, row["row_no"], "Huruf", row["letter"], message)
            )
        named[row["letter"]] = row["name"]
    return named


def _step(row: dict[str, Any], problems: list[Problem]) -> dict[str, Any]:
    performers = []
    by_name = {name.lower(): key for name, key in words.PERFORMERS.items()}
    for name in _parts(row["performers"]):
        if name.lower() not in by_name:
            message = f"pelaksana tidak dikenal; harus {', '.join(words.PERFORMERS)}"
            problems.append(Problem(STEPS.name, row["row_no"], "Pelaksana", name, message))
        performers.append(by_name.get(name.lower()))
    requires = _parts(row["requires"])
    # str.isdigit says yes to what int() does not read, like a raised 2.
    if not all(re.fullmatch("[0-9]{1,3}", part) for part in requires):
        message = "tulis nomor langkah, mis. 4; 5"
        problems.append(
            Problem(STEPS.name, row["row_no"], "Mensyaratkan", row["requires"], message)
        )
        requires = []
    return {
        **_filled(
            row, "flow", "no", "activity", "inputs", "sla_days", "deadline_day_after_quarter"
        ),
        **_filled(row, "counted_from", "counted_reason"),
        **_filled(row, "output", "recipient", "optional", "optional_reason", "place"),
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
    sheet = _BY_KEY.get(key, REVISION)
    names = [_FIELDS.get(str(part), str(part)) for part in fault.at]
    column = next((c for c in sheet.columns if c.field in names), None)
    position = next((part for part in fault.at if isinstance(part, int)), None)
    rows = given[sheet.table].table.to_pylist() if sheet.table in given else []
    if sheet is REVISION:
        position = 0
    if position is None or position >= len(rows):
        return Problem(sheet.name, 1, column.name if column else "", "", fault.message)
    row = rows[position]
    value = "" if column is None or row[column.field] is None else str(row[column.field])
    return Problem(sheet.name, row["row_no"], column.name if column else "", value, fault.message)
