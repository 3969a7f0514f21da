"""Figures: few points, Indonesian labels, drawn without anything from the network.

Plotly reads tags in labels, hovers and categories: what is not ours goes through ``words.chart``.
"""

from __future__ import annotations

import datetime as dt
import json
import textwrap
from functools import cache
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.kit import colors, words
from sop_core import followups, palette
from sop_core.calendar import Day
from sop_core.evaluation import STATUS_NAMES
from sop_core.indonesian import format_date, format_month, format_number, format_percent
from sop_core.lateness import BUCKETS, DUE_SOON
from sop_core.paths import DATA

_CONFIG = {"displayModeBar": False, "scrollZoom": False}
_LEGEND = {
    "orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal",
    "title": None,
}  # fmt: skip


def draw(figure: go.Figure, *, key: str, alt: str, select: bool = False) -> list[dict[str, Any]]:
    """Draw a figure; with ``select`` returns the points the reader clicked."""
    figure.update_layout(separators=",.", margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False)
    if not select:
        st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)
        return []
    state = st.plotly_chart(
        figure, key=key, config=_CONFIG, alt=alt, on_select="rerun", selection_mode="points"
    )
    return list(state["selection"]["points"])


@cache
def _outline() -> tuple[list[float | None], list[float | None]]:
    rings = json.loads((DATA / "indonesia_outline.json").read_text(encoding="utf-8"))["rings"]
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in rings:
        xs += [*(p[0] for p in ring), None]
        ys += [*(p[1] for p in ring), None]
    return xs, ys


def office_map(units: pd.DataFrame) -> go.Figure:
    """Offices on the outline of the country: size is overdue steps, red where there are any."""
    placed = units[units["lat"].notna() & (units["kind"] != "pusat")].sort_values("overdue")
    xs, ys = _outline()
    top = max(1, int(placed["overdue"].max())) if len(placed) else 1
    figure = go.Figure()
    figure.add_scatter(
        x=xs, y=ys, mode="lines", fill="toself", fillcolor=colors.LAND,
        line={"color": colors.LINE, "width": 0.6}, hoverinfo="skip", showlegend=False,
    )  # fmt: skip
    for name, part, color in (
        ("Tidak ada yang terlambat", placed[placed["overdue"] == 0], palette.ON_TIME),
        ("Terlambat: makin gelap dan besar, makin banyak", placed[placed["overdue"] > 0], None),
    ):
        figure.add_scatter(
            x=part["lon"], y=part["lat"], mode="markers", name=name,
            marker={
                "size": [8 + 18 * (n / top) ** 0.5 for n in part["overdue"]],
                "color": color or part["overdue"], "colorscale": colors.LATE_SCALE,
                "cmin": 0, "cmax": top, "opacity": 0.9, "line": {"width": 1, "color": "white"},
            },
            customdata=[
                [code, words.chart(name), overdue, format_percent(_share(share))]
                for code, name, overdue, share in zip(
                    part["code"], part["name"], part["overdue"], part["on_time_share"], strict=True
                )
            ],
            hovertemplate="<b>%{customdata[1]}</b><br>Terlambat: %{customdata[2]}"
            "<br>Tepat waktu: %{customdata[3]}<extra></extra>",
        )  # fmt: skip
    figure.update_xaxes(visible=False, range=[94, 142])
    figure.update_yaxes(visible=False, range=[-11.5, 7], scaleanchor="x", constrain="domain")
    figure.update_layout(height=330, legend=_LEGEND)
    return figure


def _share(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def short_name(name: str) -> str:
    """``Loka Sambas`` for `Loka POM di Kabupaten Sambas`: names on an axis must fit a phone."""
    kind, _, place = name.partition(" POM di ")
    for word in ("Kabupaten ", "Kota ", "Kepulauan "):
        place = place.replace(word, "")
    short = {"Balai Besar": "BB"}.get(kind, kind)
    return f"{short} {place}" if place else name.replace("Direktorat", "Dit.")[:34]


def late_heatmap(cells: pd.DataFrame, unit_names: dict[str, str], units: list[str]) -> go.Figure:
    """Offices by steps: the share late of all steps judged. Blank where none was judged."""
    steps = list(dict.fromkeys(cells.sort_values(["flow", "step_no"])["step"]))
    shares = cells.pivot_table(index="unit_code", columns="step", values="late_share")
    late = cells.pivot_table(index="unit_code", columns="step", values="late", aggfunc="sum")
    judged = cells.pivot_table(index="unit_code", columns="step", values="judged", aggfunc="sum")
    shares, late, judged = (f.reindex(index=units, columns=steps) for f in (shares, late, judged))
    text = [
        [
            "" if pd.isna(n) else f"{format_number(a)} dari {format_number(n)} terlambat"
            for a, n in zip(la, ju, strict=True)
        ]
        for la, ju in zip(late.to_numpy(), judged.to_numpy(), strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=shares.to_numpy(), x=steps, y=[words.chart(short_name(unit_names[u])) for u in units], zmin=0, zmax=1,
            customdata=text, colorscale=colors.LATE_SCALE, xgap=2, ygap=2, hoverongaps=False,
            hovertemplate="<b>%{y}</b><br>Langkah %{x}<br>%{customdata} (%{z:.0%})<extra></extra>",
            colorbar={
                "tickformat": ".0%", "orientation": "h", "thickness": 10, "len": 0.6,
                "y": -0.02, "yanchor": "top", "x": 0.5,
            },
        )
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False, tickfont={"size": 11})
    figure.update_xaxes(side="top", showgrid=False, type="category", tickfont={"size": 11})
    figure.update_layout(height=120 + 19 * len(units))
    return figure


def report_rate(reports: pd.DataFrame) -> go.Figure:
    """Annual reports by flow: in on time, in late, overdue, not known, not due yet."""
    figure = go.Figure()
    labels = [words.chart(f"{r.flow} {r.year}") for r in reports.itertuples()]
    parts = (
        ("Masuk tepat waktu", reports["on_time"], palette.ON_TIME),
        ("Masuk terlambat", reports["received"] - reports["on_time"], palette.LATE),
        ("Terlambat, belum masuk", reports["overdue"], palette.OVERDUE),
        ("Tidak diketahui", reports["unknown"], palette.UNKNOWN),
        (
            "Belum jatuh tempo",
            reports["expected"] - reports["received"] - reports["overdue"] - reports["unknown"],
            palette.WAITING,
        ),
    )
    for name, values, color in parts:
        figure.add_bar(
            y=labels, x=values, name=name, orientation="h", marker_color=color,
            text=[str(v) if v > 2 else "" for v in values], textposition="inside", textangle=0,
            hovertemplate=f"{name}: %{{x}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=90 + 34 * len(reports),
        legend=_LEGEND,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def trend(months: pd.DataFrame) -> go.Figure:
    """Steps finished each month, on time and late, and overdue at its end."""
    labels = [format_month(m) for m in months["month"]]
    figure = go.Figure()
    figure.add_bar(
        x=labels, y=months["on_time"], name="Selesai tepat waktu", marker_color=palette.ON_TIME
    )
    figure.add_bar(x=labels, y=months["late"], name="Selesai terlambat", marker_color=palette.LATE)
    figure.add_scatter(
        x=labels, y=months["overdue"], name="Terlambat pada akhir bulan",
        mode="lines+markers", line={"color": palette.OVERDUE, "width": 2}, marker={"size": 5},
    )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=340, hovermode="x unified", bargap=0.25,
        legend=_LEGEND,
    )  # fmt: skip
    figure.update_yaxes(title="Langkah", rangemode="tozero")
    figure.update_xaxes(tickangle=-45, nticks=12, type="category")
    return figure


def pipeline(level: pd.DataFrame) -> go.Figure:
    """Cases standing at each step of one level, by how they stand."""
    labels = [words.chart(r.step) for r in level.itertuples()]
    figure = go.Figure()
    for column, name, color in (
        ("overdue", "Terlambat", palette.OVERDUE),
        ("due_soon", "Segera jatuh tempo", palette.DUE_SOON),
        ("running", "Berjalan", palette.RUNNING),
        ("unknown", "Tidak diketahui", palette.UNKNOWN),
        ("waiting", "Belum mulai", palette.WAITING),
    ):
        figure.add_bar(
            y=labels, x=level[column], name=name, orientation="h", marker_color=color,
            text=[str(v) if v else "" for v in level[column]], textposition="inside", textangle=0,
            customdata=[words.chart(a) for a in level["activity"]],
            hovertemplate=f"%{{customdata}}<br>{name}: %{{x}} kasus<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=125 + 32 * len(level),
        legend=_LEGEND,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    most = int(level["cases"].max()) if len(level) else 0
    figure.update_xaxes(dtick=1 if most <= 8 else None, range=[0, max(most, 1) * 1.05])
    return figure


def timeline(steps: pd.DataFrame, as_of: dt.date, days_off: list[Day]) -> go.Figure:
    """Planned against actual for one case, with holidays shaded."""
    begun = steps[steps["started"].notna()]
    figure = go.Figure()
    for day in days_off:
        figure.add_vrect(
            x0=day.day, x1=day.day + dt.timedelta(days=1), fillcolor=colors.LINE,
            opacity=0.35, line_width=0, layer="below",
        )  # fmt: skip
    planned = begun[begun["due"].notna()]
    figure.add_bar(
        y=planned["step"], base=planned["counted_on"], name="Rencana (norma HK)", orientation="h",
        x=[_width(s, d) for s, d in zip(planned["counted_on"], planned["due"], strict=True)],
        marker={"color": "rgba(0,0,0,0)", "line": {"color": palette.RUNNING, "width": 1.5}},
        width=0.72, customdata=[format_date(d) for d in planned["due"]],
        hovertemplate="Tenggat %{customdata}<extra></extra>",
    )  # fmt: skip
    waited = begun[(begun["days_waited"] > 0) & (begun["owed_on"] < begun["started"])]
    if len(waited):
        figure.add_bar(
            y=waited["step"], base=waited["owed_on"], name="Menunggu (jeda)", orientation="h",
            x=[_width(o, s) for o, s in zip(waited["owed_on"], waited["started"], strict=True)],
            marker={"color": palette.WAITING, "pattern": {"shape": "/", "fgcolor": palette.RUNNING}},
            width=0.2, customdata=[format_number(n) for n in waited["days_waited"]],
            hovertemplate="Menunggu %{customdata} HK<extra></extra>",
        )  # fmt: skip
    for status, part in begun.groupby("status", sort=False):
        ends = [f if pd.notna(f) else pd.Timestamp(as_of) for f in part["finished"]]
        figure.add_bar(
            y=part["step"], base=part["started"], name=STATUS_NAMES[str(status)], orientation="h",
            x=[_width(s, e) for s, e in zip(part["started"], ends, strict=True)],
            marker_color=colors.STATUS[str(status)], width=0.36,
            customdata=[
                [format_date(s), format_date(e), "–" if pd.isna(u) else format_number(u)]
                for s, e, u in zip(part["started"], ends, part["days_used"], strict=True)
            ],
            hovertemplate="%{customdata[0]} sampai %{customdata[1]}<br>%{customdata[2]} HK"
            "<extra></extra>",
        )  # fmt: skip
    figure.add_vline(x=as_of, line={"color": palette.RUNNING, "dash": "dot", "width": 1.5})
    figure.update_layout(barmode="overlay", height=130 + 38 * len(steps), legend=_LEGEND)
    figure.update_yaxes(
        autorange="reversed",
        type="category",
        categoryorder="array",
        categoryarray=list(steps["step"]),
    )
    ticks = _month_ticks(begun["started"].min().date(), as_of)
    figure.update_xaxes(type="date", tickvals=ticks, ticktext=[format_month(t) for t in ticks])
    return figure


def _width(start: pd.Timestamp, end: pd.Timestamp) -> float:
    # A bar's length on a date axis is in milliseconds; a step done the day it starts still shows.
    return max((end - start).days, 0.6) * 86_400_000


def _month_ticks(first: dt.date, last: dt.date) -> list[dt.date]:
    months = pd.date_range(
        first.replace(day=1), max(first, last) + dt.timedelta(days=31), freq="MS"
    )
    every = max(1, len(months) // 8)
    return [m.date() for m in months[::every]]


def funnel(states: pd.DataFrame) -> go.Figure:
    """People who reached at least each state of flow D, and of these still in it."""
    figure = go.Figure()
    labels = [
        words.chart(f"{r.step} {r.name_}")
        for r in states.rename(columns={"name": "name_"}).itertuples()
    ]
    further = states["reached"] - states["people"]
    for name, values, color in (
        ("Masih pada keadaan ini", states["people"], palette.ON_TIME),
        ("Sudah lebih jauh", further, palette.WAITING),
    ):
        figure.add_bar(
            y=labels, x=values, name=name, orientation="h", marker_color=color,
            hovertemplate=f"{name}: %{{x}} orang<extra></extra>",
        )  # fmt: skip
    for label, reached in zip(labels, states["reached"], strict=True):
        figure.add_annotation(
            y=label, x=reached, text=format_number(reached), showarrow=False, xanchor="left",
            xshift=4, font={"size": 12},
        )  # fmt: skip
    figure.update_layout(barmode="stack", height=120 + 36 * len(states), legend=_LEGEND)
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(range=[0, max(1, int(states["reached"].max())) * 1.25])
    return figure


def people_by(counts: pd.DataFrame, names: dict[str, str]) -> go.Figure:
    """People of each group by state; the further, the darker."""
    figure = go.Figure()
    for (state, name), color in zip(names.items(), colors.STEPS, strict=True):
        figure.add_bar(
            y=[words.chart(g) for g in counts["group"]], x=counts[state], name=name, orientation="h", marker_color=color,
            hovertemplate=f"%{{y}}<br>{name}: %{{x}} orang<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", height=130 + 24 * len(counts), legend=_LEGEND)
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def follow_ups(counts: pd.DataFrame) -> go.Figure:
    """Follow-ups of each group by how they stand."""
    labels = ["<br>".join(map(words.chart, textwrap.wrap(g, 26))) for g in counts["group"]]
    room = 0.06 * counts["total"].max()
    figure = go.Figure()
    for column, name in followups.STATUS_NAMES.items():
        figure.add_bar(
            y=labels, x=counts[column], name=name, orientation="h",
            marker_color=colors.FOLLOW_UP[column],
            text=[format_number(v) if v > room else "" for v in counts[column]],
            textposition="inside", textangle=0, insidetextanchor="middle",
            hovertemplate=f"%{{y}}<br>{name}: %{{x}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(barmode="stack", height=130 + 30 * len(counts), legend=_LEGEND)
    figure.update_yaxes(autorange="reversed", type="category")
    return figure


def ageing(counts: pd.DataFrame) -> go.Figure:
    """How old the overdue steps are, by flow; due soon comes first."""
    figure = go.Figure()
    for flow_bucket, color in zip((DUE_SOON, *BUCKETS), colors.AGEING, strict=True):
        values = counts[flow_bucket]
        figure.add_bar(
            y=[f"Alur {f}" for f in counts.index], x=values, name=flow_bucket, orientation="h",
            marker_color=color, text=[str(v) if v else "" for v in values], textposition="inside", textangle=0,
            hovertemplate=f"{flow_bucket}: %{{x}} langkah<extra></extra>",
        )  # fmt: skip
    figure.update_layout(
        barmode="stack", height=90 + 44 * len(counts),
        legend=_LEGEND,
    )  # fmt: skip
    figure.update_yaxes(autorange="reversed", type="category")
    return figure
