"""What an office's table probably is: proposed from its headings, its titles and its content."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sop_core import spelling
from sop_core.definition import Revision
from sop_core.importing import headings
from sop_core.importing.contract import KEGIATAN, SHEETS, Sheet
from sop_core.importing.headings import Headings
from sop_core.importing.mapping.model import UNREAD, Mapping, column_keys, step_of
from sop_core.importing.tabs import Tab
from sop_core.importing.texts import clean_text
from sop_core.units import UnitFinder

_CODE = re.compile(r"(?<![A-Za-z0-9])([A-D]) ?\.? ?([1-9][0-9]?)(?![0-9A-Za-z])")
_STARTS = re.compile(r"\b(mulai|awal)\b", re.IGNORECASE)
_PLANNED = re.compile(r"\b(rencana|target|jadwal)\b", re.IGNORECASE)
_KEYS = ("no", "nomor", "nourut", "nomorurut")
_YEAR = re.compile(r"(?<!\d)(20[1-4]\d)(?!\d)")
_LIKE = 0.85
"""How alike a heading must be to the step's own wording."""
_LOOKED_AT = 500
"""Rows by which a column is judged."""
_FEWEST = 3
"""Names without which a row is no row of headings."""


@dataclass
class Proposal:
    """A mapping to look at. ``open`` says what it leaves to be answered, a sentence each.

    ``certain``: every column that is filled is known by its name, and nothing was guessed.
    """

    mapping: Mapping
    names: list[str]
    open: list[str] = field(default_factory=list)
    certain: bool = True


@dataclass(frozen=True)
class Hints:
    """What is known beside the table: the register, the SOP of the day, whose file it is."""

    finder: UnitFinder
    sop: Revision
    unit: str | None = None


def propose(tab: Tab, hints: Hints) -> Proposal | None:
    """The likeliest mapping of a table; None for one in which nothing looks like ours."""
    best = _headings(tab, hints.sop)
    if best is None:
        return None
    sheet, rows, names, spoken = best
    keys = column_keys(names)
    columns, doubts = _columns(sheet, names, spoken, rows[1], tab, hints.sop)
    proposal = Proposal(
        Mapping(
            sheet=sheet.name,
            headings=rows,
            columns={keys[p]: target for p, target in columns.items()},
            key=next((keys[p] for p, n in enumerate(names) if spelling.heading(n) in _KEYS), None),
        ),
        names,
        doubts,
        not doubts,
    )
    _constants(proposal, tab, hints)
    return proposal


def step_targets(names: Sequence[str], sop: Revision) -> dict[int, str]:
    """The columns that are a step's day: by its number (``A.3``) or by its own wording."""
    steps = {(s.flow, s.no): s for s in sop.steps if s.level == "activity"}
    wording = {spelling.heading(s.activity): key for key, s in steps.items()}
    found: dict[int, str] = {}
    for position, name in enumerate(names):
        coded = _CODE.search(name)
        step = (coded[1], int(coded[2])) if coded else None
        if step not in steps:
            near = (
                difflib.get_close_matches(spelling.heading(name), wording, 1, _LIKE) if name else []
            )
            step = wording[near[0]] if near else None
        if step is None or _PLANNED.search(name):
            continue
        which = "mulai" if _STARTS.search(name) else "selesai"
        target = f"{step[0]}.{step[1]} {which}"
        if target not in found.values():
            found[position] = target
    return found


def _headings(
    tab: Tab, sop: Revision
) -> tuple[Sheet, tuple[int, int], list[str], headings.Spoken] | None:
    """The rows of headings, and the sheet, that know most columns; a step's column counts."""
    best: tuple[int, Any] = (0, None)
    widest: tuple[int, Any] = (_FEWEST - 1, None)
    for begins, spoken, names, _ in headings.candidates(tab):
        steps = step_targets(names, sop)
        filled = sum(1 for name in names if name and not _YEAR.fullmatch(name))
        if filled > widest[0] and not any(map(_is_day, names)):
            widest = filled, (KEGIATAN, (begins, begins), names, spoken)
        for sheet in SHEETS:
            named = headings.named(sheet, spoken)
            wide = len(steps) if sheet is KEGIATAN else 0
            score = len(named) + wide
            if score > best[0]:
                two = joined_from_two(tab, begins, names)
                best = score, (sheet, (begins - 1 if two else begins, begins), names, spoken)
    # One known name tells nothing: then the row with most names, as of activities.
    chosen = best[1] if best[0] > 1 else widest[1]
    return chosen  # type: ignore[no-any-return]


def _is_day(text: str) -> bool:
    return re.match(r"\d{4}-\d{2}-\d{2}", text) is not None


def joined_from_two(tab: Tab, begins: int, names: list[str]) -> bool:
    """Whether these names are not the last heading row's alone."""
    return names != headings.joined(tab, begins, begins)


def _columns(
    sheet: Sheet,
    names: list[str],
    spoken: headings.Spoken,
    begins: int,
    tab: Tab,
    sop: Revision,
) -> tuple[dict[int, str], list[str]]:
    """Target of each position, and what is doubtful about them."""
    targets = {position: UNREAD for position, name in enumerate(names) if name}
    doubts: list[str] = []
    if sheet is KEGIATAN:
        targets |= step_targets(names, sop)
    probe = Headings(sheet, begins, names, {})
    for name, positions in headings.named(sheet, spoken).items():
        free = [p for p in positions if not step_of(targets.get(p, UNREAD))]
        filled = [p for p in free if headings.is_filled(tab, p, begins)] or free[:1]
        if len(filled) > 1:
            doubts.append(headings.twins(probe.sheet, sheet.column(name), filled))
        elif filled:
            targets[filled[0]] = name
    doubts += [
        f"Kolom “{names[p]}” berisi tanggal dan belum dibaca: pilih langkah yang selesai pada"
        " tanggal itu, atau biarkan."
        for p, target in sorted(targets.items())
        if target == UNREAD and sheet is KEGIATAN and _of_days(tab, p, begins)
    ]
    return targets, doubts


def _of_days(tab: Tab, position: int, begins: int) -> bool:
    """Whether what fills a column is dates, most of it: what an office keeps beside its activities
    is most often the day of one of their steps.
    """
    cells = tab.cells[position]
    here = {int(code) for code in cells.codes[begins : begins + _LOOKED_AT]}
    filled = [v for code in here if (v := cells.values[code]) != ""]
    days = [v for v in filled if isinstance(v, dt.date) or (isinstance(v, str) and _is_day(v))]
    return 2 * len(days) > len(filled)


def _constants(proposal: Proposal, tab: Tab, hints: Hints) -> None:
    """What all rows share, where no column says it: from the steps, the titles, the uploader."""
    mapping = proposal.mapping
    fields = {c.field for c in mapping.contract.columns}
    lacking = {c.field for c in mapping.contract.required} - set(mapping.columns.values())
    titles = [clean_text(v) for v in _titles(tab, mapping.headings[0])]
    found: dict[str, str] = {}
    flows = {step[0] for t in mapping.columns.values() if (step := step_of(t))}
    if "flow" in lacking and len(flows) == 1:
        found["flow"] = next(iter(flows))
    if "year" in lacking:
        years = _titled_years(tab, titles) or _years(tab, mapping, proposal.names)
        if len(years) == 1:
            found["year"] = next(iter(years))
            proposal.open.append(
                f"Tahun {found['year']} dibaca dari judul berkas: periksa di bawah."
            )
    if "unit_code" in lacking:
        unit = _unit(titles, hints) or hints.unit
        if unit is not None:
            found["unit_code"] = unit
            proposal.open.append(
                f"Unit {unit} dibaca dari judul berkas atau akun: periksa di bawah."
            )
    constants = {name: value for name, value in found.items() if name in fields}
    proposal.mapping = mapping.model_copy(update={"constants": constants})
    proposal.open += [f"Kolom {name} belum ada." for name in proposal.mapping.lacking]
    if proposal.open:
        proposal.certain = False


def contradicted(tab: Tab, mapping: Mapping, names: list[str], hints: Hints) -> dict[str, str]:
    """What a table says otherwise than a mapping does for all its rows, by the field.

    The year by its titles, else by its days; of days that lie all after the mapping's year also
    where the titles say nothing of it. The office by its titles.
    """
    titles = [clean_text(v) for v in _titles(tab, mapping.headings[0])]
    found: dict[str, str] = {}
    year = mapping.constants.get("year")
    if year is not None:
        dated = _years(tab, mapping, names)
        told = _titled_years(tab, titles)
        if told and year not in told:
            found["year"] = max(told)
        elif dated and year not in dated and (not told or min(dated) > year):
            found["year"] = max(dated)
    unit = mapping.constants.get("unit_code")
    if unit is not None:
        named = _unit(titles, hints)
        if named is not None and named != hints.finder.find(unit):
            found["unit_code"] = named
    return found


def _titled_years(tab: Tab, titles: list[str]) -> set[str]:
    return {y for title in (*titles, tab.name, tab.file) for y in _YEAR.findall(title)}


def _titles(tab: Tab, first: int) -> list[Any]:
    return [c[n] for n in range(min(first - 1, tab.height)) for c in tab.cells if c[n] != ""]


def _years(tab: Tab, mapping: Mapping, names: list[str]) -> set[str]:
    """The year of all days in the columns that are days, where it is one."""
    days = [p for p, key in enumerate(column_keys(names)) if step_of(mapping.columns.get(key, ""))]
    found = {str(v.year) for p in days for v in tab.cells[p].values if isinstance(v, dt.date)}
    return found if len(found) == 1 else set()


def _unit(titles: list[str], hints: Hints) -> str | None:
    """An office that a title names: the longest beginning of a part of it that is one."""
    for title in titles:
        words = title.split()
        for begin in range(len(words)):
            for end in range(len(words), begin + 1, -1):
                code = hints.finder.find(" ".join(words[begin:end]))
                if code is not None and code != "NASIONAL":
                    return code
    return None
