"""What a mapping is: which column of an office's table is which of the contract's, and what is
the same for all its rows.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sop_core import spelling
from sop_core.errors import ImportRefused
from sop_core.importing.contract import FASILITATOR, KEGIATAN, SHEETS, Sheet
from sop_core.importing.headings import letters

UNREAD = ""
"""The target of a column that is not read."""
_STEP = re.compile(r"([A-D])\.([1-9][0-9]?) (mulai|selesai)")
MOST = 200
"""Columns, answers and the like in one mapping."""
_MOST_BLANK = 50
_MADE = (KEGIATAN, FASILITATOR)
"""Sheets whose rows can be given an ID of ours."""
Text = Annotated[str, Field(max_length=300)]


class Mapping(BaseModel):
    """How one table is read.

    ``headings`` are the first and the last row of its headings (from 1). ``columns`` gives for
    each column, by its ``column_keys``, the field of the sheet that it fills, a step's day
    (``A.3 selesai``, ``A.3 mulai``; of Kegiatan alone), or nothing. ``constants`` are fields
    that are the same for all rows. Where no column holds an ID, one is made of unit, flow, year
    and ``key``, the column that tells the rows apart, or else of the title. ``same`` and ``new``
    answer doubts: IDs that are the activity that is stored under them, renamed; and those that
    are another one. ``doubts`` names the IDs that are left to answer, for people; it is not read.
    ``blank`` are words that stand for nothing in this table, besides those that everywhere do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: Text
    headings: tuple[Annotated[int, Field(ge=1, le=40)], Annotated[int, Field(ge=1, le=40)]]
    columns: Annotated[dict[Text, Text], Field(max_length=MOST)]
    constants: Annotated[dict[Text, Text], Field(max_length=MOST)] = {}
    key: Text | None = None
    same: Annotated[list[Text], Field(max_length=MOST)] = []
    new: Annotated[list[Text], Field(max_length=MOST)] = []
    doubts: Annotated[dict[Text, str], Field(max_length=MOST)] = {}
    blank: Annotated[list[Text], Field(max_length=_MOST_BLANK)] = []

    @model_validator(mode="after")
    def _fits(self) -> Mapping:
        sheet = self.contract
        fields = {c.field for c in sheet.columns}
        steps = sheet is KEGIATAN
        used: set[str] = set()
        for target in (*self.columns.values(), *self.constants):
            if target == UNREAD:
                continue
            if target not in fields and not (steps and _STEP.fullmatch(target)):
                raise ValueError(f"{target} bukan kolom lembar {sheet.name}")
            if target in used:
                raise ValueError(f"{target} dipakai dua kali")
            used.add(target)
        first, last = self.headings
        if not first <= last <= first + 1:
            raise ValueError("judul kolom berdiri pada satu baris atau dua baris berurutan")
        return self

    @property
    def contract(self) -> Sheet:
        """The sheet that the table fills. Raises ValueError for one that is none."""
        for sheet in SHEETS:
            if sheet.name == self.sheet:
                return sheet
        raise ValueError(f"lembar {self.sheet} tidak ada")

    @property
    def makes_ids(self) -> bool:
        """Whether rows have no ID of their own and are given one."""
        key = self.contract.key[0]
        return self.contract in _MADE and key not in {*self.columns.values(), *self.constants}

    @property
    def lacking(self) -> list[str]:
        """Names of required columns that no column and no constant fills."""
        filled = {*self.columns.values(), *self.constants}
        made = {self.contract.key[0]} if self.makes_ids else set()
        return [c.name for c in self.contract.required if c.field not in filled | made]


def step_of(target: str) -> tuple[str, int, str] | None:
    """Flow, number and ``mulai`` or ``selesai`` of a target that is a step's day."""
    found = _STEP.fullmatch(target)
    return (found[1], int(found[2]), found[3]) if found else None


def column_keys(names: Sequence[str]) -> list[str]:
    """What each column is called: its heading; with its letter where two are alike or it has none."""
    return [
        name if name and names.count(name) == 1 else f"{name} ({letters(at)})".strip()
        for at, name in enumerate(names)
    ]


def fingerprint(names: Sequence[str]) -> str:
    """By which a table is known again: its headings, whatever their case and blanks.

    Columns without a heading right of the last that has one are no part of it: a cell that was
    once touched there makes some.
    """
    joined = "\n".join(map(spelling.heading, names)).rstrip("\n")
    return hashlib.sha256(joined.encode()).hexdigest()[:16]


def from_json(text: str) -> list[Mapping]:
    """A mapping, or a list of them, as somebody wrote it.

    Raises ImportRefused that says what is wrong where.
    """
    try:
        raw: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ImportRefused("Pemetaan bukan JSON yang sah.") from error
    return [checked(one) for one in (raw if isinstance(raw, list) else [raw])]


def checked(raw: Any) -> Mapping:
    """A mapping of these fields. Raises ImportRefused that says what is wrong where."""
    try:
        return Mapping.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = str(first.get("ctx", {}).get("error", "")) or "isinya tidak sesuai"
        raise ImportRefused(f"Pemetaan{f', {where}' if where else ''}: {said}.") from error
