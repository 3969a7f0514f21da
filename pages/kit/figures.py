"""A figure of an office that takes in its Lokas, with what these add to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from streamlit.delta_generator import DeltaGenerator

from pages.kit import words
from sop_core import region
from sop_core.indonesian import format_number


@dataclass(frozen=True)
class Figure:
    """A count under its label; ``own`` is the office's alone, where Lokas are added to it."""

    label: str
    value: int
    own: int | None = None
    help: str | None = None


def draw(columns: Sequence[DeltaGenerator], figures: list[Figure]) -> None:
    """One figure a column."""
    for column, figure in zip(columns, figures, strict=True):
        column.metric(
            words.text(figure.label),
            format_number(figure.value),
            None
            if figure.own is None
            else words.text(region.addition(figure.own, figure.value - figure.own)),
            help=None if figure.help is None else words.text(figure.help),
            **PLAIN,
        )


FRAME: dict[str, Any] = {"border": True, "height": "stretch"}
"""A metric among others of which one may need two lines."""
PLAIN: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off", **FRAME}
"""How a metric shows words under a figure, where it else shows a change."""
