"""Laporan Monitoring dan Evaluasi: an office or the nation over a quarter or a year."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sop_core import evaluation, facilitators, followups, national, palette
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number, format_percent
from sop_core.reports import building, hindered, sections, sources, writing
from sop_core.reports.building import Progress
from sop_core.reports.model import Chart, Report, Section, rows_of
from sop_core.reports.sources import Subject
from sop_core.store import Store


def monitoring_report(
    store: Store,
    about: Subject,
    year: int,
    quarter: int | None,
    as_of: dt.date,
    progress: Progress = building.silent,
) -> Report:
    """What was finished in a period, and what was open or late at its end, of cases of any year.

    The period ends on the as-of date if that comes first. Raises ReportRefused for a period
    that has not begun.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    if quarter is not None:
        first, last = facilitators.quarter_dates(year, quarter)
    if as_of < first:
        raise ReportRefused("Periode ini belum mulai pada tanggal acuan.")
    day = min(as_of, last)
    scope = Scope(day, units=about.units)
    units = national.by_unit(store, scope)
    finished = evaluation.finished_between(store, scope, first, day)
    found = followups.rows(store, scope)
    name = f"Tahun {year}" if quarter is None else f"Triwulan {quarter} tahun {year}"
    revision = store.sop(day)
    flows: dict[str, str] = {f.id: f.name for f in revision.flows}
    parts: list[building.Part] = [
        ("Periode", lambda: finished_section(finished, flows)),
        ("Langkah", lambda: sections.steps(evaluation.by_step(store, scope))),
        ("Unit", lambda: sections.offices(units)),
        ("Keterlambatan", lambda: sections.overdue(store, scope)),
        ("Rencana", lambda: hindered.passed_plans(store, scope)),
        ("Status data", lambda: sections.data_status(store, scope)),
        ("Kesalahan data", lambda: sections.data_faults(store, scope)),
        ("Tindak lanjut", lambda: escort_sections(found)),
        ("Fasilitator", lambda: waiting_people(store, scope)),
        ("Kasus", lambda: sections.cases(store, scope)),
    ]
    summary = [
        finished_sentence(finished, first, day),
        *sections.standing_summary(store, scope, units, f"seluruh kegiatan sampai {format_date(day)}", about.code),
        writing.follow_ups(followups.totals(store, scope)),
    ]  # fmt: skip
    return Report(
        title="Laporan Monitoring dan Evaluasi",
        subtitle=f"{about.name} {name.lower()}",
        as_of=day,
        identity=sources.identity(
            store, about, day, f"{name} ({format_date(first)} sampai {format_date(day)})"
        ),
        summary=[sentence for sentence in summary if sentence],
        sections=building.run(parts, progress),
        notes=sources.notes(store, scope),
        demo=store.has_demo_data,
    )


def finished_sentence(finished: pd.DataFrame, first: dt.date, last: dt.date) -> str:
    """How much was finished in the period, and how much of it in time."""
    on_time, late = int(finished["on_time"].sum()), int(finished["late"].sum())
    span = f"Dari {format_date(first)} sampai {format_date(last)}"
    if not on_time + late:
        return f"{span} tidak ada langkah bernorma yang selesai."
    return (
        f"{span} selesai {format_number(on_time + late)} langkah bernorma,"
        f" {format_percent(on_time / (on_time + late), 1)} di antaranya tepat waktu."
    )


def finished_section(finished: pd.DataFrame, names: dict[str, str]) -> Section:
    """Steps finished in the period, by flow."""
    heading = "Selesai dalam periode ini"
    if not finished[["on_time", "late"]].to_numpy().sum():
        return Section(heading, ["Tidak ada langkah bernorma yang selesai."])
    frame = finished.assign(name=[f"{f}. {names[f]}" for f in finished["flow"]])
    columns = {"name": "Alur", "on_time": "Tepat waktu", "late": "Terlambat"}
    chart = Chart(
        "stacked", "Langkah bernorma yang selesai dalam periode ini",
        [f"Alur {f}" for f in frame["flow"]],
        [
            ("Tepat waktu", palette.ON_TIME, [float(v) for v in frame["on_time"]]),
            ("Terlambat", palette.LATE, [float(v) for v in frame["late"]]),
        ],
    )  # fmt: skip
    return Section(heading, [], rows_of("Selesai", frame, columns), chart)


def escort_sections(found: pd.DataFrame) -> list[Section]:
    """Follow-ups past their target, those not optimal yet, and those finished late."""
    return [
        sections.follow_up_list(
            found[found["status"] == followups.LATE], "Tindak lanjut lewat target",
            "Tidak ada tindak lanjut yang lewat target.",
        ),
        sections.follow_up_list(
            found[found["status"] == followups.NOT_OPTIMAL], "Tindak lanjut belum optimal",
            "Tidak ada tindak lanjut yang belum optimal.",
        ),
        sections.follow_up_list(
            found[found["status"] == followups.DONE_LATE], "Tindak lanjut selesai terlambat",
            "Tidak ada tindak lanjut yang selesai sesudah targetnya.",
        ),
    ]  # fmt: skip


def waiting_people(store: Store, scope: Scope) -> Section:
    """Certificates and endorsements that need someone to act, by office."""
    ends = facilitators.certificates(store, scope).groupby("unit").size()
    waits = facilitators.endorsements(store, scope)
    late = waits[waits["days_late"] > 0].groupby("unit").size()
    frame = (
        pd.DataFrame({"ends": ends, "late": late}).fillna(0).astype(int).reset_index(names="unit")
    )
    heading = "Sertifikat dan pengesahan fasilitator"
    if frame.empty:
        return Section(
            heading, ["Tidak ada sertifikat yang berakhir atau pengesahan yang terlambat."]
        )
    columns = {
        "unit": "Unit", "ends": "Sertifikat berakhir atau kurang dari 90 hari (orang)",
        "late": "Pengesahan lewat norma (orang)",
    }  # fmt: skip
    return Section(
        heading, [], rows_of("Sertifikat", frame, columns), paper_rows=sections.PAPER_ROWS
    )
