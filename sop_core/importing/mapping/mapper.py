"""Which mapping a table goes by, and what to ask where none is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Read
from dataclasses import dataclass, field
from functools import cached_property

from sop_core.errors import ImportRefused
from sop_core.importing import headings
from sop_core.importing.mapping.applying import Applied, Around, Table, finished, table
from sop_core.importing.mapping.kept import Kept
from sop_core.importing.mapping.model import UNREAD, Mapping, column_keys, fingerprint
from sop_core.importing.mapping.proposing import (
    Hints,
    Proposal,
    contradicted,
    propose,
    step_targets,
)
from sop_core.importing.tabs import Tab

Place = tuple[str, str]
"""A table: its file and its name."""


@dataclass(frozen=True)
class Unmapped:
    """A table that is none of ours as it stands: why, and what it probably is.

    ``kept`` is the mapping that its proposal comes from, where it comes from one.
    """

    tab: Tab
    why: str
    proposal: Proposal
    kept: Kept | None = None


class NeedsMapping(ImportRefused):
    """Tables that can be read once somebody has said what their columns are."""

    def __init__(self, tables: Sequence[Unmapped]) -> None:
        self.tables = list(tables)
        first = self.tables[0]
        asked = f" {' '.join(first.proposal.open)}" if first.proposal.open else ""
        super().__init__(
            f"{first.why} Lembar “{first.tab.name}” tampaknya {first.proposal.mapping.sheet};"
            f" petakan kolomnya dahulu.{asked}"
        )


@dataclass(frozen=True)
class Answers:
    """What somebody said of the tables of one upload.

    ``tables``: how each is read, None for one that is not to be read. ``remembered``: what was
    said of tables of earlier uploads. ``anew``: tables that are asked about though it is known how
    to read them. ``same`` and ``new``: IDs, as in a mapping.
    """

    tables: Read[Place, Kept | None] = field(default_factory=dict)
    remembered: Sequence[Kept] = ()
    anew: frozenset[Place] = frozenset()
    same: frozenset[str] = frozenset()
    new: frozenset[str] = frozenset()


@dataclass(frozen=True)
class How:
    """How a table that is not the template's was dealt with: read by a mapping, of the store where
    it is ``kept``; or not ``read`` at all. ``what`` tells it, after the name of the table.
    """

    place: Place
    what: str
    read: bool = True
    kept: Kept | None = None

    @property
    def said(self) -> str:
        """``Lembar “Rekap” tidak dibaca: ...``."""
        return f"Lembar “{self.place[1]}” {self.what}"


@dataclass
class Mapper:
    """The mappings that are given, answered and kept, and what is needed to apply and propose one.

    ``mappings`` are given for this reading, whatever the headings besides; ``kept`` are the
    office's, for tables of just their headings. ``how`` is filled while tables are read.
    """

    mappings: Sequence[Mapping | Kept]
    answers: Answers
    kept: Callable[[], Sequence[Kept]]
    _around: Callable[[], Around]
    _hints: Callable[[], Hints]
    how: list[How] = field(default_factory=list)

    @cached_property
    def around(self) -> Around:
        """Asked for only where a table is not the template's: most are."""
        return self._around()

    @cached_property
    def hints(self) -> Hints:
        """Likewise."""
        return self._hints()

    @cached_property
    def _known(self) -> tuple[Kept, ...]:
        """What the office keeps, then what was only answered."""
        return (*self.kept(), *self.answers.remembered)

    def skips(self, tab: Tab) -> bool:
        """Whether somebody said that a table is not to be read."""
        place = (tab.file, tab.name)
        return place in self.answers.tables and self.answers.tables[place] is None

    def given(self, tab: Tab) -> Table | Unmapped | None:
        """A table by the first mapping that fits its headings; None without one.

        Unmapped where a kept one says otherwise than the table itself of what all rows share, and
        where somebody wants to be asked.
        """
        place = (tab.file, tab.name)
        found = self._found(tab)
        if place in self.answers.anew:
            return self._asked_anew(tab, found)
        if found is None:
            return None
        mapping, kept, sure = found
        if kept is not None and place not in self.answers.tables:
            other = self._other(tab, mapping)
            if other:
                return _in_doubt(tab, mapping, kept, other)
        read = table(tab, mapping)
        read.sure = sure
        stored = kept if kept is not None and kept.number is not None else None
        how = How(place, _by(mapping, stored), True, stored)
        if stored is not None:
            read.told.insert(0, how.said)
        self.how.append(how)
        return read

    def _found(self, tab: Tab) -> tuple[Mapping, Kept | None, bool] | None:
        """The mapping, the kept one that it is, and whether it is no answer of this upload."""
        answer = self.answers.tables.get((tab.file, tab.name))
        if answer is not None and _fits(answer.mapping, tab):
            return answer.mapping, answer, False
        given = [
            (one.mapping, one) if isinstance(one, Kept) else (one, None) for one in self.mappings
        ]
        fitting = [(m, k, True) for m, k in given if _fits(m, tab)]
        if not fitting:
            prints = _Prints(tab)
            of_upload = [k for k in self.answers.tables.values() if k is not None]
            fitting = [(m, k, False) for k in of_upload if (m := prints.adapted(k))]
            fitting += [(m, k, True) for k in self._known if (m := prints.adapted(k))]
        agreeing = (one for one in fitting if len(fitting) > 1 and not self._other(tab, one[0]))
        return next(agreeing, fitting[0] if fitting else None)

    def _other(self, tab: Tab, mapping: Mapping) -> dict[str, str]:
        return contradicted(tab, mapping, headings.joined(tab, *mapping.headings), self.hints)

    def _asked_anew(
        self, tab: Tab, found: tuple[Mapping, Kept | None, bool] | None
    ) -> Unmapped | None:
        if found is None:
            proposal = self.proposal(tab)
            return None if proposal is None else Unmapped(tab, "", proposal)
        mapping, kept, _ = found
        names = headings.joined(tab, *mapping.headings)
        return Unmapped(tab, "", Proposal(mapping, names), kept)

    def proposal(self, tab: Tab) -> Proposal | None:
        """What a table probably is."""
        return propose(tab, self.hints)

    def apply(self, tab: Tab, proposal: Proposal) -> Table:
        """A table by a proposal of which nothing is open."""
        return table(tab, proposal.mapping)

    def finished(self, tables: Sequence[Table]) -> list[Applied]:
        """The sheets of all tables that were read by a mapping."""
        if not tables:
            return []
        return finished(tables, self.around, self.answers.same, self.answers.new)

    def wide(self, tab: Tab, found: headings.Headings) -> bool:
        """Whether columns beside the contract's are steps' days that somebody filled."""
        return any(
            position not in found.columns and headings.is_filled(tab, position, found.begins)
            for position in step_targets(found.names, self.hints.sop)
        )


def _fits(mapping: Mapping, tab: Tab) -> bool:
    """Whether the columns that a mapping reads are there."""
    keys = column_keys(headings.joined(tab, *mapping.headings))
    wanted = {key for key, target in mapping.columns.items() if target != UNREAD}
    return bool(wanted) and wanted <= set(keys)


class _Prints:
    """By what a table can be known again: the fingerprints of rows that may be its headings."""

    def __init__(self, tab: Tab) -> None:
        self._tab = tab
        self._of: dict[int, dict[str, tuple[int, int]]] = {}

    def adapted(self, kept: Kept) -> Mapping | None:
        """A kept mapping for this table, if it has just its headings, wherever they stand."""
        if not any(kept.headings):
            return None
        print_ = fingerprint(kept.headings)
        for more in (0, 1):
            rows = self._rows(more).get(print_)
            # Read only now: a damaged one is in the way of no other table.
            if rows is not None and kept.mapping.headings[1] - kept.mapping.headings[0] == more:
                return kept.adapted(headings.joined(self._tab, *rows), rows)
        return None

    def _rows(self, more: int) -> dict[str, tuple[int, int]]:
        if more not in self._of:
            self._of[more] = {}
            for first in range(1, min(self._tab.height - more, headings.MAX_HEADING_ROW) + 1):
                names = headings.joined(self._tab, first, first + more)
                self._of[more].setdefault(fingerprint(names), (first, first + more))
        return self._of[more]


def _by(mapping: Mapping, kept: Kept | None) -> str:
    """By which mapping a table was read, and what it adds to all rows."""
    which = f"pemetaan tersimpan {kept.said}" if kept else "pemetaan yang Anda berikan"
    shared = shared_by_all(mapping)
    more = f"; sama untuk semua baris: {shared}" if shared else ""
    return f"dibaca dengan {which}{more}."


def shared_by_all(mapping: Mapping) -> str:
    """``Alur A, Tahun 2026``: what a mapping says of all rows."""
    return ", ".join(
        f"{mapping.contract.column(name).name} {value}" for name, value in mapping.constants.items()
    )


def _in_doubt(tab: Tab, mapping: Mapping, kept: Kept, other: dict[str, str]) -> Unmapped:
    """The question where a table says otherwise than a mapping: proposed is what the table says."""
    asked = [
        f"{mapping.contract.column(name).name} {mapping.constants[name]} menurut pemetaan tersimpan"
        f" {kept.said}, {value} menurut berkas ini; mana yang benar?"
        if kept.number is not None
        else f"{mapping.contract.column(name).name} {mapping.constants[name]} menurut jawaban Anda"
        f" untuk tabel lain, {value} menurut tabel ini; mana yang benar?"
        for name, value in other.items()
    ]
    proposed = mapping.model_copy(update={"constants": {**mapping.constants, **other}})
    names = headings.joined(tab, *mapping.headings)
    return Unmapped(
        tab, "Pemetaan yang dikenal berbeda dari isi berkas.",
        Proposal(proposed, names, asked, certain=False), kept,
    )  # fmt: skip
