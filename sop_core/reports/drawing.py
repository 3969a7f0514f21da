"""Charts of a report as pictures for Word and PDF. The same chart is the same bytes."""

from __future__ import annotations

import io

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sop_core.indonesian import format_number
from sop_core.reports.model import Chart

# A name with two dollar signs is not a formula, and a wrong formula would be no chart at all.
matplotlib.rcParams["text.parse_math"] = False
WIDTH = 6.5
"""Width of a chart, in inches: the text width of the shipped template."""
_INK = "#33404A"
_GRID = "#E3E8EB"


def png(chart: Chart) -> bytes:
    """A chart as PNG, WIDTH inches wide at 200 dpi."""
    rows = len(chart.categories)
    height = 2.9 if chart.kind == "lines" else min(6.0, 1.0 + rows * _row_height(chart))
    figure = Figure(figsize=(WIDTH, height), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    if chart.kind == "lines":
        _lines(axes, chart)
    else:
        _bars(axes, chart)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.tick_params(labelsize=8, colors=_INK, length=0)
    if len(chart.series) > 1:
        figure.legend(
            loc="outside upper left", ncols=len(chart.series), fontsize=8, frameon=False,
            labelcolor=_INK,
        )  # fmt: skip
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _row_height(chart: Chart) -> float:
    return 0.42 if chart.kind == "paired" else 0.3


def _bars(axes: Axes, chart: Chart) -> None:
    positions = list(range(len(chart.categories)))
    left = [0.0] * len(positions)
    thick = 0.68 if chart.kind == "stacked" else 0.8 / len(chart.series)
    for number, (name, color, values) in enumerate(chart.series):
        shift = 0.0 if chart.kind == "stacked" else (number - (len(chart.series) - 1) / 2) * thick
        where = [p + shift for p in positions]
        bars = axes.barh(where, values, thick, left=left, label=name, color=color)
        if chart.kind == "paired" or len(chart.series) == 1:
            labels = [format_number(v, 0 if v % 1 == 0 else 1) if v else "" for v in values]
            axes.bar_label(bars, labels, padding=3, fontsize=7.5, color=_INK)
        if chart.kind == "stacked":
            left = [a + b for a, b in zip(left, values, strict=True)]
    axes.set_yticks(positions, chart.categories)
    axes.invert_yaxis()
    axes.margins(x=0.08)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: format_number(v)))
    axes.grid(axis="x", color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)


def _lines(axes: Axes, chart: Chart) -> None:
    positions = range(len(chart.categories))
    for (name, color, values), dashes in zip(chart.series, ("-", "--", ":"), strict=False):
        axes.plot(positions, values, dashes, label=name, color=color, linewidth=1.8)
    every = -(-len(chart.categories) // 8)
    axes.set_xticks(list(positions)[::every], chart.categories[::every])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: format_number(v)))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color=_GRID, linewidth=0.8)
