"""Nasional: where the SOP slips, for the Pejabat Pimpinan Tinggi Madya."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.kit import (
    charts,
    directing,
    figures,
    filters,
    heading,
    reminding,
    shell,
    silent,
    since,
    tables,
    words,
)
from sop_core import evaluation, national
from sop_core.evaluation import Headline, Scope
from sop_core.indonesian import format_date, format_number, format_percent
from sop_core.store import Store
from sop_core.thresholds import DUE_SOON_HELP

RANKING_COLUMNS = {
    "name": "Unit",
    "overdue": "Terlambat",
    "worst_days": "Terlama (HK)",
    "on_time_share": "Tepat waktu",
}
UNIT_COLUMNS = RANKING_COLUMNS | {
    "due_soon": "Segera jatuh tempo",
    "unknown": "Tidak diketahui",
    "open": "Terbuka",
    "cases": "Kasus",
}
REPORT_COLUMNS = {
    "year": "Tahun",
    "flow": "Alur",
    "expected": "UPT",
    "received": "Masuk",
    "on_time": "Tepat waktu",
    "overdue": "Terlambat",
    "unknown": "Tidak diketahui",
}
MISSING_COLUMNS = {"unit": "Unit", "flow": "Alur", "year": "Tahun", "due": "Tenggat", "days_late": "Terlambat (HK)"}  # fmt: skip
REPORT_LINE = ("flow", "year", "received", "expected", "on_time", "overdue", "unknown")
WORST = 20
SINCE = "dari tahun lalu"


def metrics(now: Headline, before: Headline) -> None:
    """Five figures against the same day a year before."""
    share, share_before = now.on_time_share, before.on_time_share
    change = None
    if share is not None and share_before is not None:
        change = (share - share_before) * 100
    columns = st.columns(5)
    columns[0].metric(
        "Selesai tepat waktu", format_percent(share, 1),
        None if change is None else f"{format_number(change, 1)} poin", **figures.FRAME,
        help="Langkah selesai tepat waktu dari semua langkah bernorma yang selesai.",
        delta_description=SINCE if change is not None else None,
    )  # fmt: skip
    for column, label, name, help_text in zip(
        columns[1:],
        ("Langkah terbuka", "Terlambat", "Segera jatuh tempo", "Tidak diketahui"),
        ("open", "overdue", "due_soon", "unknown"),
        (
            "Berjalan, termasuk yang terlambat.",
            "Belum selesai dan lewat tenggat.",
            DUE_SOON_HELP,
            silent.HELP,
        ),
        strict=True,
    ):
        value = getattr(now, name)
        change = value - getattr(before, name)
        column.metric(
            words.text(label), format_number(value), f"{'+' if change > 0 else ''}{format_number(change)}",
            delta_color="inverse" if name == "overdue" else "off",
            **figures.FRAME, help=words.text(help_text), delta_description=SINCE,
        )  # fmt: skip


def summary(now: Headline, units: pd.DataFrame, scope: Scope) -> None:
    """One sentence a reader can repeat."""
    late = units[units["overdue"] > 0]
    if late.empty:
        st.markdown(f"Per **{format_date(scope.as_of)}** tidak ada langkah yang terlambat.")
        return
    worst = late.iloc[0]
    alike = int((late["overdue"] == worst["overdue"]).sum())
    st.markdown(
        words.say(
            "Per **{}** ada **{} langkah terlambat** di {} unit. ",
            format_date(scope.as_of), format_number(now.overdue), len(late),
        )
        + (
            words.say(
                "Terbanyak di **{}** ({} langkah, terlama {} HK).",
                worst["name"], worst["overdue"], format_number(worst["worst_days"]),
            )
            if alike == 1
            else words.say(
                "Terbanyak di **{}** dan {} unit lain (masing-masing {} langkah).",
                worst["name"], alike - 1, worst["overdue"],
            )
        )
    )  # fmt: skip


def ranking(units: pd.DataFrame, scope: Scope, demo: bool) -> None:
    """Offices by what is overdue; a row opens its region."""
    st.subheader("Peringkat unit")
    st.caption("Tiap unit tanpa Lokanya. Pilih satu baris untuk membuka wilayahnya.")
    shown = units[units["cases"] > 0].reset_index(drop=True)
    rows = tables.show(
        shown, RANKING_COLUMNS, key="peringkat", alt="Peringkat unit menurut langkah terlambat",
        height=380, percent=("on_time_share",),
    )  # fmt: skip
    tables.export(shown, UNIT_COLUMNS, "Peringkat unit", scope, demo, "Peringkat unit")
    if rows:
        filters.go_to_region(str(shown.iloc[rows[0]]["name"]), alone=True)


def heatmap(store: Store, scope: Scope, units: pd.DataFrame) -> None:
    """Offices by steps."""
    st.subheader("Unit menurut langkah")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        flow = st.segmented_control(
            "Alur", [filters.ALL, *"ABCD"], default=filters.ALL, key="alur", bind="query-params"
        )
        everything = st.toggle("Tampilkan semua unit", key="semua_unit", bind="query-params")
    chosen = None if flow in (filters.ALL, None) else str(flow)
    cells = national.by_unit_and_step(store, replace(scope, flow=chosen))
    if cells.empty:
        st.info("Belum ada langkah bernorma yang selesai atau terlambat pada pilihan ini.")
        return
    names = dict(zip(units["code"], units["name"], strict=True))
    totals = cells.groupby("unit_code")[["late", "judged"]].sum()
    order = (totals["late"] / totals["judged"]).sort_values(ascending=False).index.tolist()
    shown = order if everything else order[:WORST]
    st.caption(
        "Bagian langkah yang terlambat (selesai terlambat atau belum selesai lewat tenggat)."
        + ("" if everything else f" {len(shown)} unit dengan bagian terlambat terbesar.")
    )
    charts.draw(
        charts.late_heatmap(cells[cells["unit_code"].isin(shown)], names, shown),
        key="peta_panas", alt="Peta panas bagian terlambat, unit menurut langkah",
    )  # fmt: skip


def annual_reports(store: Store, scope: Scope, demo: bool) -> None:
    """Completeness and timeliness, flow by flow (A.7, B.7, C.5)."""
    st.subheader("Laporan tahunan unit")
    reports = national.annual_reports(store, scope)
    opened = reports[reports["opened"]].head(6)
    if opened.empty:
        st.info(
            "Laporan tahunan untuk pilihan ini baru dibuka pada hari kerja pertama tahun berikutnya."
        )
        return
    for row in opened.head(3).to_dict("records"):
        st.markdown(
            words.say(
                "- Alur **{} {}**: **{} dari {}** UPT masuk, {} tepat waktu; {} terlambat belum"
                " masuk, {} tidak diketahui.",
                *(row[name] for name in REPORT_LINE),
            )
        )
    charts.draw(
        charts.report_rate(opened), key="laporan_tahunan",
        alt="Laporan tahunan masuk tepat waktu, terlambat, dan belum masuk per alur",
    )  # fmt: skip
    tables.export(
        reports, REPORT_COLUMNS, "Laporan tahunan", scope, demo, "Kelengkapan laporan tahunan"
    )
    missing = national.missing_reports(store, scope)
    with st.expander(f"Yang belum masuk ({len(missing)})"):
        tables.plain(missing, MISSING_COLUMNS, alt="Laporan tahunan yang belum masuk")
        tables.export(
            missing, MISSING_COLUMNS, "Belum masuk", scope, demo, "Laporan tahunan belum masuk"
        )
        reminding.offer(store, scope)


def page() -> None:
    """Draw the page."""
    store = shell.require_data("nasional")
    scope = filters.scope()
    demo = store.has_demo_data
    if store.viewer.units is not None:
        st.info(
            "**Bukan angka seluruh Indonesia.** Halaman ini memuat wilayah Anda dan siklus nasional"
            " saja.",
            icon=":material/visibility:",
        )
    heading.draw(
        store, scope, f"{filters.describe(scope)}.",
        f"Pembanding: {filters.describe(scope.year_before(), short=True)}.",
    )  # fmt: skip
    directing.waiting(store, scope.as_of)
    now = evaluation.headline(store, scope)
    units = national.by_unit(store, scope)
    since.draw(store, scope)
    metrics(now, evaluation.headline(store, scope.year_before()))
    summary(now, units, scope)
    silent.of_nation(store, scope, demo)
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader("Peta unit")
        st.caption("Makin besar titik, makin banyak langkah terlambat. Pilih titik untuk membuka.")
        points = charts.draw(
            charts.office_map(units), key="peta", alt="Peta unit dan langkah terlambat", select=True
        )
    with right:
        ranking(units, scope, demo)
    if points:
        names = dict(zip(units["code"], units["name"], strict=True))
        filters.go_to_region(names[str(points[0]["customdata"][0])], alone=True)
    heatmap(store, scope, units)
    left, right = st.columns(2, gap="medium")
    with left:
        annual_reports(store, scope, demo)
    with right:
        st.subheader("Kecenderungan bulanan")
        months = national.monthly_trend(store, scope)
        charts.draw(charts.trend(months), key="tren", alt="Langkah selesai dan terlambat per bulan")
        columns = {"month": "Bulan", "on_time": "Selesai tepat waktu", "late": "Selesai terlambat", "overdue": "Terlambat akhir bulan"}  # fmt: skip
        tables.export(months, columns, "Kecenderungan bulanan", scope, demo, "24 bulan terakhir")


page()
