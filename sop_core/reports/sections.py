"""The sections that reports share, each from one question."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import pandas as pd

from sop_core import (
    directions,
    disposition,
    evaluation,
    facilitators,
    followups,
    lateness,
    national,
    orders,
    palette,
    recommendations,
    region,
    silence,
)
from sop_core.evaluation import STATUS_NAMES, Scope
from sop_core.exporting import Table
from sop_core.indonesian import format_month, format_number
from sop_core.reports import hindered, writing
from sop_core.reports.model import Chart, Section, rows_of
from sop_core.store import Store

PAPER_ROWS = 25
"""Rows of a long list that paper shows."""


def _numbers(frame: pd.DataFrame, column: str) -> list[float]:
    return [float(v) for v in frame[column].fillna(0)]


def flows(store: Store, scope: Scope, names: dict[str, str]) -> Section:
    """Flow by flow: activities begun, how their steps stand, and their time as work and waiting."""
    frame = evaluation.by_flow(store, scope)
    times = [region.flow_time(store, replace(scope, flow=flow)) for flow in frame["flow"]]
    frame = frame.assign(
        name=[f"{f}. {names[f]}" for f in frame["flow"]],
        worked=[time[0] if time else math.nan for time in times],
        waited=[time[1] if time else math.nan for time in times],
    )
    columns = {
        "name": "Alur", "activities": "Kegiatan dimulai", "on_time": "Selesai tepat waktu",
        "late": "Selesai terlambat", "open": "Terbuka", "overdue": "Sedang terlambat",
        "unknown": "Tidak diketahui", "worked": "Kerja, median (HK)", "waited": "Jeda, median (HK)",
    }  # fmt: skip
    chart = Chart(
        "stacked", "Langkah bernorma per alur", [f"Alur {f}" for f in frame["flow"]],
        [
            ("Selesai tepat waktu", palette.ON_TIME, _numbers(frame, "on_time")),
            ("Selesai terlambat", palette.LATE, _numbers(frame, "late")),
            ("Sedang terlambat", palette.OVERDUE, _numbers(frame, "overdue")),
            ("Tidak diketahui", palette.UNKNOWN, _numbers(frame, "unknown")),
        ],
    )  # fmt: skip
    return Section(
        "Pelaksanaan per alur",
        [
            "Langkah tanpa norma (N/A) tidak pernah dinilai terlambat. Waktu satu kegiatan ialah kerja"
            " dan jeda: menunggu sampai langkah berikutnya dimulai."
        ],
        rows_of("Per alur", frame, columns),
        chart if len(frame) else None,
    )


def steps(frame: pd.DataFrame) -> Section:
    """Step by step: norm, how often late, how long it takes (rows of ``by_step``)."""
    columns = {
        "step": "Langkah", "activity": "Kegiatan", "sla_days": "Norma (HK)", "done": "Selesai",
        "median_days": "Median (HK)", "median_waited": "Median jeda (HK)", "judged": "Dinilai", "late": "Terlambat",
        "late_share": "Bagian terlambat", "unknown": "Tidak diketahui",
    }  # fmt: skip
    return Section(
        "Capaian per langkah",
        [
            "Dinilai: selesai, atau belum selesai dan sudah lewat tenggat. Jeda: dari hari langkah"
            " seharusnya dikerjakan sampai dimulai."
        ],
        rows_of("Per langkah", frame, columns, ("Bagian terlambat",)),
    )


def offices(units: pd.DataFrame) -> Section:
    """Every office with cases, the most overdue first (rows of ``by_unit``)."""
    columns = {
        "name": "Unit", "cases": "Kasus", "on_time_share": "Tepat waktu", "open": "Terbuka",
        "overdue": "Terlambat", "worst_days": "Terlama (HK)", "due_soon": "Segera jatuh tempo",
        "unknown": "Tidak diketahui",
    }  # fmt: skip
    worst = units[units["overdue"] > 0].head(15)
    chart = Chart(
        "stacked", "Unit dengan langkah terlambat terbanyak", list(worst["name"]),
        [("Sedang terlambat", palette.OVERDUE, _numbers(worst, "overdue"))],
    )  # fmt: skip
    return Section(
        "Peringkat unit", [],
        rows_of("Peringkat unit", units[units["cases"] > 0], columns, ("Tepat waktu",)),
        chart if len(worst) >= 3 else None,
    )  # fmt: skip


def overdue(store: Store, scope: Scope) -> Section:
    """Steps overdue and due soon, with the age of what is late."""
    late = lateness.late_steps(store, scope)
    counts = lateness.ageing_by_flow(late[late["days_late"] > 0])
    late.loc[late["days_late"] > 0, "days_left"] = None
    columns = {
        "unit": "Unit", "step": "Langkah", "title": "Judul", "due": "Tenggat",
        "days_late": "Terlambat (HK)", "days_left": "Sisa (HK)", "case_id": "ID",
    }  # fmt: skip
    late, columns = hindered.beside(late, columns)
    words = [
        f"Alur {flow}: " + ", ".join(f"{format_number(row[b])} berumur {b}" for b in lateness.BUCKETS if row[b]) + "."
        for flow, row in counts.iterrows()
    ]  # fmt: skip
    if not len(late):
        words = ["Tidak ada langkah yang terlambat atau jatuh tempo dalam 5 HK."]
    return Section(
        "Langkah terlambat dan segera jatuh tempo",
        words,
        rows_of("Terlambat", late, columns) if len(late) else None,
        paper_rows=PAPER_ROWS,
    )


def trend(store: Store, scope: Scope) -> Section:
    """Month by month up to the as-of date, from the start of the scope's year, two years at most."""
    day = scope.as_of
    since = 12 * (day.year - (scope.year or day.year)) + day.month
    months = national.monthly_trend(store, scope, min(24, since))
    months = months.assign(month=[format_month(m) for m in months["month"]])
    columns = {
        "month": "Bulan", "on_time": "Selesai tepat waktu", "late": "Selesai terlambat",
        "overdue": "Terlambat akhir bulan", "unknown": "Tidak diketahui akhir bulan",
    }  # fmt: skip
    chart = Chart(
        "lines", "Langkah per bulan", list(months["month"]),
        [
            ("Selesai tepat waktu", palette.ON_TIME, _numbers(months, "on_time")),
            ("Selesai terlambat", palette.LATE, _numbers(months, "late")),
            ("Terlambat akhir bulan", palette.OVERDUE, _numbers(months, "overdue")),
            ("Tidak diketahui akhir bulan", palette.UNKNOWN, _numbers(months, "unknown")),
        ],
    )  # fmt: skip
    return Section("Kecenderungan bulanan", [], rows_of("Bulanan", months, columns), chart)


def annual_reports(reports: pd.DataFrame, missing: pd.DataFrame) -> list[Section]:
    """Completeness and timeliness of A.7, B.7 and C.5, and what has not come in."""
    opened = reports[reports["opened"]]
    if opened.empty:
        text = "Laporan tahunan baru dibuka pada hari kerja pertama tahun berikutnya."
        return [Section("Laporan tahunan unit", [text])]
    columns = {
        "year": "Tahun", "flow": "Alur", "expected": "UPT", "received": "Masuk",
        "on_time": "Tepat waktu", "overdue": "Terlambat belum masuk",
        "unknown": "Tidak diketahui",
    }  # fmt: skip
    found = [
        Section("Laporan tahunan unit", [], rows_of("Laporan tahunan", opened, columns)),
    ]
    if len(missing):
        columns = {"unit": "Unit", "flow": "Alur", "year": "Tahun", "due": "Tenggat", "days_late": "Terlambat (HK)"}  # fmt: skip
        found.append(
            Section(
                "Laporan tahunan yang belum masuk", [],
                rows_of("Belum masuk", missing, columns), paper_rows=PAPER_ROWS,
            )
        )  # fmt: skip
    return found


def people(store: Store, scope: Scope) -> list[Section]:
    """The facilitator funnel, and how many each office has. No names."""
    everyone = Scope(scope.as_of, units=scope.units)
    funnel = facilitators.funnel(store, everyone)
    if not funnel["people"].sum():
        return [Section("Fasilitator", ["Belum ada data fasilitator."])]
    columns = {"step": "Langkah", "name": "Keadaan", "people": "Orang", "reached": "Mencapainya"}  # fmt: skip
    chart = Chart(
        "stacked", "Fasilitator yang mencapai tiap keadaan", list(funnel["name"]),
        [("Orang", palette.ON_TIME, _numbers(funnel, "reached"))],
    )  # fmt: skip
    by_unit = facilitators.counts_by(store, everyone, "unit")
    names = {"group": "Unit", **facilitators.STATE_NAMES, "total": "Jumlah"}
    return [
        Section(
            "Fasilitator",
            ["Pengakuan bersifat sukarela, dan sesudah pelatihan angkatan dapat langsung dipantau."],
            rows_of("Fasilitator", funnel, columns), chart,
        ),
        Section("Fasilitator per unit", [], rows_of("Fasilitator per unit", by_unit, names), paper_rows=PAPER_ROWS),
    ]  # fmt: skip


def follow_ups(store: Store, scope: Scope) -> Section:
    """Recommendations of activities by office, the most urgent first."""
    table = followups.counts_by(store, scope, "unit")
    if table.empty:
        return Section("Tindak lanjut", ["Belum ada rekomendasi kegiatan pada pilihan ini."])
    escorting = " dan ".join(store.sop(scope.as_of).escorts().values()) or "–"
    columns = {
        "group": "Unit", **followups.STATUS_NAMES, "total": "Jumlah", "escort": "Perlu dikawal",
    }  # fmt: skip
    return Section(
        "Tindak lanjut", [f"Perlu dikawal: hasil belum optimal yang dikawal menurut {escorting}."],
        rows_of("Tindak lanjut", table, columns), paper_rows=PAPER_ROWS,
    )  # fmt: skip


def follow_up_list(frame: pd.DataFrame, heading: str, empty: str) -> Section:
    """Single recommendations of activities (rows of ``followups.rows``)."""
    if frame.empty:
        return Section(heading, [empty])
    frame = frame.assign(state=frame["status"].map(followups.STATUS_NAMES))
    columns = {
        "unit": "Unit", "title": "Kegiatan", "recommendation_no": "No", "description": "Rekomendasi",
        "target_on": "Target", "finished_on": "Selesai", "state": "Keadaan",
        "days_used": "Lama (HK)", "days_late": "Terlambat (HK)", "escort": "Pengawalan",
    }  # fmt: skip
    return Section(heading, [], rows_of(heading, frame, columns), paper_rows=PAPER_ROWS)


def proposals(
    store: Store,
    found: list[recommendations.Recommendation],
    year: int,
    as_of: dt.date,
    paper_rows: int = PAPER_ROWS,
) -> Section:
    """Recommendations for n+1 with what the PPTM decided on each."""
    heading = f"Rekomendasi bagi tahun {year + 1}"
    if not found:
        return Section(heading, ["Tidak ada rekomendasi menurut aturan yang berlaku."])
    decided = disposition.decisions(store, year)
    names = {unit.code: unit.name for unit in store.units(as_of)}
    rows: list[list[Any]] = []
    for r in found:
        decision = decided.get(r.id)
        rows.append(
            [r.rank, names.get(r.unit, r.unit), f"{r.title}. {r.reason}", r.proposal, r.score, r.sop_ref,
             disposition.DECISIONS[decision["decision"]] if decision else "Belum"]
        )  # fmt: skip
    headings = ["Urutan", "Unit", "Rekomendasi", "Usulan sasaran", "Skor", "Dasar SOP", "Disposisi"]  # fmt: skip
    return Section(
        heading, ["Urutan bersifat nasional, dari skor tertinggi."],
        Table("Rekomendasi", headings, rows), paper_rows=paper_rows,
    )  # fmt: skip


def directed(store: Store, year: int, as_of: dt.date) -> Section:
    """The rekap of each flow and the PPTM's disposisi on it (A.9, B.9, C.7)."""
    heading = "Disposisi atas rekap"
    found = directions.cycles(store, as_of, year)
    if found.empty:
        return Section(heading, ["Belum ada rekap tahun ini yang masuk."])
    found["status_name"] = found["status"].map(STATUS_NAMES)
    columns = {
        "flow": "Alur", "summarised_on": "Rekap masuk", "due": "Tenggat", "status_name": "Status",
        "directed_on": "Disposisi", "document_no": "Nomor", "direction": "Arahan",
    }  # fmt: skip
    waits = int(found["waits"].sum())
    said = f"{format_number(waits)} dari {format_number(len(found))} rekap menunggu disposisi."
    return Section(heading, [said], rows_of(heading, found, columns))


def data_status(store: Store, scope: Scope) -> list[Section]:
    """Up to when offices have said how things stand: of the nation who is silent, else of each.

    Then the steps that fell due since. When and by whom was uploaded last is of the store, not
    of the as-of date, and not told.
    """
    status = silence.data_status(store, scope)
    told = silence.reporting(status)
    shown = status if scope.units is not None else status[status["silent"]]
    columns = {
        "name": "Unit", "until": "Data s.d.", "days_silent": "Hari tanpa laporan",
        "owed": "Langkah yang dimulai dan belum selesai", "unknown": "Di antaranya tidak diketahui",
    }  # fmt: skip
    found = [
        Section(
            "Status data unit", [writing.silence(told)],
            rows_of("Status data unit", shown, columns) if len(shown) else None,
            paper_rows=PAPER_ROWS,
        )
    ]  # fmt: skip
    steps = silence.unknown_steps(store, scope)
    if len(steps):
        columns = {
            "unit": "Unit", "step": "Langkah", "title": "Judul", "due": "Tenggat", "until": "Data s.d.",
            "days_due": "Sejak tenggat (HK)", "case_id": "ID",
        }  # fmt: skip
        steps, columns = hindered.beside(steps, columns)
        found.append(
            Section(
                "Langkah yang tidak diketahui keadaannya", [writing.unknown(len(steps))],
                rows_of("Tidak diketahui", steps, columns), paper_rows=PAPER_ROWS,
            )
        )  # fmt: skip
    return found


def data_faults(store: Store, scope: Scope) -> list[Section]:
    """Activities without any record, and steps done in an order that cannot be."""
    empty = silence.without_records(store, scope)
    wrong = orders.order_faults(store, scope)
    columns = {"unit": "Unit", "flow": "Alur", "year": "Tahun", "title": "Judul", "case_id": "ID"}
    of_order = {"unit": "Unit", "step": "Langkah", "title": "Judul", "message": "Yang tidak mungkin", "case_id": "ID"}  # fmt: skip
    return [
        Section(
            "Kegiatan tanpa catatan langkah",
            [writing.without_records(len(empty))],
            rows_of("Tanpa catatan", empty, columns) if len(empty) else None,
            paper_rows=PAPER_ROWS,
        ),
        Section(
            "Urutan langkah yang tidak mungkin",
            [writing.impossible_orders(len(wrong))],
            rows_of("Urutan", wrong, of_order) if len(wrong) else None,
            paper_rows=PAPER_ROWS,
        ),
    ]


def cases(store: Store, scope: Scope) -> Section:
    """Every case, for Excel alone."""
    frame = region.cases(store, scope)
    frame["status_name"] = frame["status"].map(STATUS_NAMES)
    columns = {
        "case_id": "ID", "flow": "Alur", "year": "Tahun", "unit": "Unit", "title": "Judul",
        "stands_at": "Berada di", "status_name": "Status", "due": "Tenggat",
        "days_late": "Terlambat (HK)", "late_at": "Terlambat di", "days_used": "Lama (HK)", "started": "Mulai", "finished": "Selesai",
        "days_worked": "Kerja (HK)", "days_waited": "Jeda (HK)",
    }  # fmt: skip
    return Section("Semua kasus", [], rows_of("Kasus", frame, columns), paper_rows=0)


def standing_summary(
    store: Store, scope: Scope, units: pd.DataFrame, subject: str, office: str | None
) -> list[str]:
    """The sentences that every summary opens with; ``office`` is the code of whom it is about."""
    now = evaluation.headline(store, scope)
    before = evaluation.headline(store, scope.year_before())
    said = [writing.timeliness(now, before, subject), writing.overdue(now, units)]
    said += [writing.unknown(now.unknown)] if now.unknown else []
    if office is not None and len(scope.units or ()) > 1:
        said.append(writing.lokas(region.headline(store, scope, office)))
    return said
