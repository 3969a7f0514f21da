"""The quarterly facilitator report (D.8). Counts only: it goes to readers who see no names."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from sop_core import facilitators, palette
from sop_core.errors import ReportRefused
from sop_core.evaluation import UNKNOWN, Scope
from sop_core.exporting import Table
from sop_core.facilitators import QuarterReport
from sop_core.indonesian import format_date, format_number
from sop_core.reports import building, sections, sources, writing
from sop_core.reports.building import Progress
from sop_core.reports.model import Chart, Report, Section, rows_of
from sop_core.reports.sources import Subject
from sop_core.store import Store


def quarterly_report(
    store: Store,
    about: Subject,
    year: int,
    quarter: int,
    as_of: dt.date,
    progress: Progress = building.silent,
) -> Report:
    """People as they stood at the end of the quarter, the report's deadlines, and what is missing.

    Raises ReportRefused for a quarter that has not begun.
    """
    first, last = facilitators.quarter_dates(year, quarter)
    if as_of < first:
        raise ReportRefused(f"Triwulan {quarter} tahun {year} belum mulai pada tanggal acuan.")
    day = min(as_of, last)
    scope = Scope(day, units=about.units)
    deadline = facilitators.quarter_report(store, as_of, year, quarter)
    batches = facilitators.quarter_batches(store, Scope(as_of, units=about.units), year, quarter)
    reached = facilitators.reached(facilitators.funnel(store, scope))
    missing = batches[batches["missing"] != ""]
    expiring = len(facilitators.certificates(store, scope))
    parts: list[building.Part] = [
        ("Tenggat", lambda: deadline_section(deadline)),
        ("Fasilitator", lambda: sections.people(store, scope)),
        ("Jenis", lambda: kinds_section(store, scope)),
        ("Cakupan", lambda: coverage_section(store, scope)),
        ("Pengesahan", lambda: endorsement_section(store, scope)),
        ("Angkatan", lambda: batches_section(batches)),
    ]  # fmt: skip
    summary = [
        writing.people(reached, expiring),
        (
            f"{format_number(len(missing))} dari {format_number(len(batches))} angkatan belum lengkap"
            " datanya untuk laporan ini."
            if len(missing)
            else "Data seluruh angkatan yang dilaporkan sudah lengkap."
        ),
        deadline_sentence(deadline),
    ]
    period = f"Triwulan {quarter} tahun {year} ({format_date(first)} sampai {format_date(last)})"
    return Report(
        title="Laporan Triwulan Fasilitator",
        subtitle=f"{about.name} triwulan {quarter} {year}",
        as_of=as_of,
        identity=sources.identity(store, about, as_of, period),
        summary=[sentence for sentence in summary if sentence],
        sections=building.run(parts, progress),
        notes=[
            f"Keadaan fasilitator per {format_date(day)}; kelengkapan dan tenggat per {format_date(as_of)}.",
            *sources.notes(store, Scope(as_of, year, about.units, "D")),
            "Laporan ini hanya memuat jumlah, tanpa nama (UU 27/2022).",
        ],
        demo=store.has_demo_data,
    )  # fmt: skip


def deadline_sentence(report: QuarterReport) -> str:
    """Which of the two deadlines binds, and how the report stands."""
    bound = (
        f"tanggal {report.deadline.day} sesudah triwulan"
        if report.deadline and report.rule == "tanggal"
        else f"{report.norm} HK sesudah triwulan"
    )
    text = f"Laporan {report.step} jatuh tempo {format_date(report.due)} (yang mengikat: {bound})"
    if report.finished:
        late = f", terlambat {report.behind}" if report.behind else ""
        return f"{text} dan masuk {format_date(report.finished)}{late}."
    if report.status == UNKNOWN:
        return f"{text}; keadaannya tidak diketahui, pusat belum melapor sejak jatuh tempo."
    if report.days_left is None:
        return f"{text}; triwulan belum berakhir."
    if report.behind:
        return f"{text} dan sudah lewat {report.behind}."
    return f"{text}; sisa {format_number(report.days_left)} HK."


def deadline_section(report: QuarterReport) -> Section:
    """Both deadlines of D.8."""
    rows: list[list[Any]] = [
        ["Triwulan berakhir, laporan dibuka", report.opens],
        [f"Norma {report.norm} HK", report.norm_due],
        *([[f"Batas tanggal {report.deadline.day}", report.deadline]] if report.deadline else []),
        ["Tenggat yang mengikat", report.due],
        [
            "Laporan masuk",
            report.finished or ("tidak diketahui" if report.status == UNKNOWN else "belum"),
        ],
    ]
    return Section(
        f"Tenggat laporan {report.step}",
        [deadline_sentence(report)],
        Table("Tenggat", ["Hal", "Tanggal"], rows),
    )


def kinds_section(store: Store, scope: Scope) -> Section:
    """People by kind, with the central unit that each kind belongs to."""
    frame = facilitators.counts_by(store, scope, "kind")
    frame["owner"] = frame["group"].map(facilitators.KIND_OWNER)
    names = {"group": "Jenis", "owner": "Pembina", **facilitators.STATE_NAMES, "total": "Jumlah"}
    return Section("Menurut jenis", [], rows_of("Menurut jenis", frame, names))


def coverage_section(store: Store, scope: Scope) -> Section:
    """Trained people per 100 assisted businesses, the least first."""
    frame = facilitators.coverage(store, scope)
    none = frame[frame["people"] == 0]
    columns = {
        "unit": "Unit", "people": "Fasilitator aktif terlatih",
        "businesses": "Pelaku usaha didampingi", "per_100": "Per 100 pelaku usaha",
    }  # fmt: skip
    known = frame[frame["per_100"].notna()].sort_values("per_100").head(15)
    chart = Chart(
        "stacked", "Fasilitator per 100 pelaku usaha didampingi, yang terendah", list(known["unit"]),
        [("Per 100 pelaku usaha", palette.ON_TIME, [round(float(v), 1) for v in known["per_100"]])],
    )  # fmt: skip
    text = (
        f"{format_number(len(none))} unit belum mempunyai fasilitator terlatih."
        if len(none)
        else "Setiap unit mempunyai fasilitator terlatih."
    )
    return Section(
        "Cakupan", [text], rows_of("Cakupan", frame, columns), chart if len(known) else None,
        paper_rows=sections.PAPER_ROWS,
    )  # fmt: skip


def endorsement_section(store: Store, scope: Scope) -> Section:
    """Applications for recognition that wait, by office; those past the norm apart."""
    frame = facilitators.endorsements(store, scope)
    heading = f"Pengesahan pengakuan (norma {facilitators.endorsement_norm(store, scope.as_of)})"
    if frame.empty:
        return Section(heading, ["Tidak ada pengajuan yang menunggu."])
    counts = (
        frame.assign(late=frame["days_late"] > 0)
        .groupby("unit", as_index=False)
        .agg(waiting=("unit", "size"), late=("late", "sum"), longest=("days_waiting", "max"))
        .sort_values(["late", "longest"], ascending=False)
    )
    columns = {"unit": "Unit", "waiting": "Menunggu", "late": "Lewat norma", "longest": "Terlama (HK)"}  # fmt: skip
    return Section(
        heading, [], rows_of("Pengesahan", counts, columns), paper_rows=sections.PAPER_ROWS
    )


def batches_section(batches: pd.DataFrame) -> Section:
    """Batches whose monitoring the report needs, and what is missing of each."""
    if batches.empty:
        return Section("Angkatan", ["Tidak ada angkatan yang dilaporkan pada triwulan ini."])
    columns = {
        "unit": "Unit", "title": "Angkatan", "people": "Orang", "trained_on": "Pelatihan selesai",
        "monitored_on": "Monitoring", "missing": "Yang belum ada",
    }  # fmt: skip
    return Section(
        "Angkatan", [], rows_of("Angkatan", batches, columns), paper_rows=sections.PAPER_ROWS
    )
