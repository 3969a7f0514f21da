"""Which mapping a table goes by, and what to ask where none is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from sop_core.errors import ImportRefused
from sop_core.importing import headings
from sop_core.importing.mapping.applying import Applied, Around, applied
from sop_core.importing.mapping.model import UNREAD, Mapping, column_keys
from sop_core.importing.mapping.proposing import Hints, Proposal, propose, step_targets
from sop_core.importing.tabs import Tab


@dataclass(frozen=True)
class Unmapped:
    """A table that is none of ours as it stands: why, and what it probably is."""

    tab: Tab
    why: str
    proposal: Proposal


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


@dataclass
class Mapper:
    """The mappings that are given, and what is needed to apply and to propose one."""

    mappings: Sequence[Mapping]
    _around: Callable[[], Around]
    _hints: Callable[[], Hints]

    @cached_property
    def around(self) -> Around:
        """Asked for only where a table is not the template's: most are."""
        return self._around()

    @cached_property
    def hints(self) -> Hints:
        """Likewise."""
        return self._hints()

    def given(self, tab: Tab) -> Applied | None:
        """The sheets of a table by the first mapping that fits its headings; None without one."""
        for mapping in self.mappings:
            keys = column_keys(headings.joined(tab, *mapping.headings))
            wanted = {key for key, target in mapping.columns.items() if target != UNREAD}
            if wanted and wanted <= set(keys):
                return applied(tab, mapping, self.around)
        return None

    def proposal(self, tab: Tab) -> Proposal | None:
        """What a table probably is."""
        return propose(tab, self.hints)

    def apply(self, tab: Tab, proposal: Proposal) -> Applied:
        """The sheets of a table by a proposal of which nothing is open."""
        return applied(tab, proposal.mapping, self.around)

    def wide(self, tab: Tab, found: headings.Headings) -> bool:
        """Whether columns beside the contract's are steps' days that somebody filled."""
        return any(
            position not in found.columns and headings.is_filled(tab, position, found.begins)
            for position in step_targets(found.names, self.hints.sop)
        )
