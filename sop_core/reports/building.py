"""Running the parts of a report one after the other, and telling how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sop_core.reports.model import Section

Progress = Callable[[float, str], object]
Part = tuple[str, Callable[[], Section | list[Section]]]


def silent(_: float, __: str) -> None:
    """No progress wanted."""


def run(parts: Sequence[Part], progress: Progress) -> list[Section]:
    """The sections of all parts in order; ``progress`` hears a share from 0 to 1 and a name."""
    sections: list[Section] = []
    for number, (name, part) in enumerate(parts):
        progress(number / len(parts), name)
        found = part()
        sections += found if isinstance(found, list) else [found]
    progress(1.0, "Menulis berkas")
    return sections
