"""Laporan Pelaksanaan Kegiatan: one case, planned against actual."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from sop_core import followups, palette, region
from sop_core.coherence import LEVEL_NAMES
from sop_core.errors import ReportRefused
from sop_core.evaluation import START_RULES, STATUS_NAMES, Scope
from sop_core.exporting import Table
from sop_core.indonesian import format_date, format_number
from sop_core.reports import building, hindered, sections, sources
from sop_core.reports.building import Progress
from sop_core.reports.model import Chart, Report, Section, rows_of
from sop_core.reports.sources import Subject
from sop_core.store import Store


def activity_report(
    store: Store, case_id: str, as_of: dt.date, progress: Progress = building.silent
) -> Report:
    """One case as of a date. Raises ReportRefused for an unknown case."""
    head = region.case_head(store, case_id, as_of)
    if head is None:
        raise ReportRefused(f"Kasus {case_id} tidak ada.")
    steps = region.case_steps(store, case_id, as_of)
    own = followups.rows(store, Scope(as_of, int(head["year"]), flow=str(head["flow"])))
    own = own[own["case_id"] == case_id]
    parts: list[building.Part] = [
        ("Identitas", lambda: identity_section(store, head, as_of)),
        ("Langkah", lambda: steps_section(steps)),
        ("Hitungan waktu", lambda: counting_section(steps)),
        ("Hambatan", lambda: hindered.of_case(store, case_id, steps, as_of)),
        ("Tindak lanjut", lambda: sections.follow_up_list(
            own, "Rekomendasi dan tindak lanjut", "Belum ada rekomendasi dari kegiatan ini.")),
        ("Pelaporan", lambda: routing_section(store, head)),
        ("Catatan", lambda: records_section(store, case_id, as_of)),
    ]  # fmt: skip
    about = Subject(str(head["unit_name"]), (str(head["unit_code"]),), str(head["unit_code"]))
    return Report(
        title="Laporan Pelaksanaan Kegiatan",
        subtitle=str(head["title"]),
        as_of=as_of,
        identity=sources.identity(store, about, as_of, f"Tahun {head['year']}"),
        summary=summary(head, steps, own, as_of),
        sections=building.run(parts, progress),
        notes=sources.notes(store, Scope(as_of, int(head["year"]), about.units, str(head["flow"]))),
        demo=store.has_demo_data,
    )


def summary(
    head: dict[str, Any], steps: pd.DataFrame, own: pd.DataFrame, as_of: dt.date
) -> list[str]:
    """How far the case is, what is late in it, and what it left to do."""
    done = steps[steps["done"]]
    skipped = int(steps["passed_over"].sum())
    text = f"{format_number(len(done))} dari {format_number(len(steps))} langkah selesai per {format_date(as_of)}"
    lines = [text + (f", {skipped} dilewati dengan alasan." if skipped else ".")]
    judged = done[done["judged"]]
    if len(judged):
        late = judged[judged["late"]]
        lines.append(
            f"{format_number(len(judged) - len(late))} dari {format_number(len(judged))} langkah bernorma selesai tepat waktu."
        )
    if steps["days_worked"].notna().any():
        time, worked, waited = region.case_time(steps)
        lines.append(
            f"Sejauh ini {format_number(time)} HK: kerja {format_number(worked)} HK dan"
            f" jeda (menunggu dimulai) {format_number(waited)} HK."
        )
    for row in steps[steps["overdue"]].to_dict("records"):
        lines.append(
            f"Langkah {row['step']} sedang terlambat {format_number(row['days_late'])} HK"
            f" sejak tenggat {format_date(row['due'])}."
        )
    for row in steps[steps["unknown"]].to_dict("records"):
        lines.append(
            f"Keadaan langkah {row['step']} tidak diketahui: unitnya belum melapor sejak tenggat"
            f" {format_date(row['due'])}."
        )
    if len(own):
        finished = int(own["status"].isin(followups.SETTLED).sum())
        delayed = int((own["status"] == followups.DONE_LATE).sum())
        lines.append(
            f"Kegiatan ini menghasilkan {format_number(len(own))} rekomendasi; {format_number(finished)} sudah selesai"
            + (f", {format_number(delayed)} di antaranya terlambat." if delayed else ".")
        )
    return lines


def identity_section(store: Store, head: dict[str, Any], as_of: dt.date) -> Section:
    """What is known of the case itself."""
    revision = store.revision(head["revision"])
    flow = next(f for f in revision.flows if f.id == head["flow"])
    stakeholder = head.get("stakeholder")
    known = [
        ("ID", head["case_id"]),
        ("Tingkat", LEVEL_NAMES[str(head["level"])]),
        ("Alur", f"{flow.id}. {flow.name}"),
        ("Dinilai menurut", f"SOP revisi {revision.revision}"),
        ("Unit", head["unit_name"]),
        ("Balai pengoordinasi", head["coordinator_name"]),
        ("Pemangku kepentingan", revision.stakeholders.get(str(stakeholder), stakeholder)),
        ("Komoditas", head["commodity"]),
        ("Bentuk kegiatan", head["form"]),
        ("Fungsi", head["function"]),
        ("Bersama Pusat", head["joint_with_center"]),
        ("Sumber usulan", head["proposal_source"]),
        ("Jumlah peserta (orang)", head["participants"]),
        ("Jumlah kader (orang)", head["cadres"]),
    ]
    rows = [[name, value] for name, value in known if value is not None and value == value]
    return Section("Identitas kegiatan", [], Table("Identitas", ["Hal", "Keterangan"], rows))


def steps_section(steps: pd.DataFrame) -> Section:
    """Each step planned against actual, and the HK used against the norm."""
    frame = steps.assign(state=steps["status"].map(STATUS_NAMES))
    columns = {
        "step": "Langkah", "activity": "Kegiatan", "state": "Status", "started": "Mulai", "due": "Tenggat",
        "finished": "Selesai", "sla_days": "Norma (HK)", "days_waited": "Jeda (HK)", "days_used": "Terpakai (HK)",
        "days_late": "Terlambat (HK)",
    }  # fmt: skip
    begun = frame[frame["days_used"].notna()]
    chart = Chart(
        "paired", "Hari kerja terpakai terhadap norma", list(begun["step"]),
        [
            ("Norma (HK)", palette.WAITING, [float(v) for v in begun["sla_days"].fillna(0)]),
            ("Terpakai (HK)", palette.ON_TIME, [float(v) for v in begun["days_used"]]),
        ],
    )  # fmt: skip
    return Section(
        "Rencana dan kenyataan tiap langkah", [], rows_of("Langkah", frame, columns),
        chart if len(begun) else None,
    )  # fmt: skip


def counting_section(steps: pd.DataFrame) -> Section:
    """From which day each step is counted and why, and how its time is work and waiting."""
    frame = steps[steps["counted_on"].notna() | steps["days_waited"].notna()]
    heading = "Hitungan waktu tiap langkah"
    if frame.empty:
        return Section(heading, ["Belum ada langkah yang dihitung."])
    columns = {
        "step": "Langkah", "started": "Mulai", "counted_on": "Dihitung dari", "rule": "Dasar hitungan",
        "days_worked": "Kerja (HK)", "days_waited": "Jeda (HK)", "days_used": "Terpakai (HK)",
    }  # fmt: skip
    return Section(
        heading,
        [
            "Jeda: dari hari langkah seharusnya dikerjakan sampai dimulai. Langkah yang dihitung dari"
            " pemicunya memuat jeda itu dalam HK terpakai."
        ],
        rows_of("Hitungan waktu", frame.assign(rule=frame["start_rule"].map(START_RULES)), columns),
    )


def routing_section(store: Store, head: dict[str, Any]) -> Section:
    """To whom the case reports."""
    lines = region.reporting_rules(store, head)
    if not lines:
        return Section("Pelaporan", ["Tidak ada aturan pelaporan khusus bagi kasus ini."])
    rows = [list(line) for line in lines]
    return Section(
        "Pelaporan", [], Table("Pelaporan", ["Langkah", "Aturan", "Letak pada SOP"], rows)
    )


def records_section(store: Store, case_id: str, as_of: dt.date) -> Section:
    """The uploaded rows behind the case as far as they had come, for Excel alone."""
    columns = {
        "sheet": "Lembar", "step_no": "No langkah", "started": "Mulai", "finished": "Selesai",
        "document_no": "Dokumen", "skipped": "Dilewati", "reason": "Alasan", "remarks": "Keterangan",
        "file": "Berkas", "part": "Lembar asal", "source_row": "Baris", "imported_by": "Oleh",
    }  # fmt: skip
    frame = region.case_records(store, case_id, as_of)
    return Section("Catatan asal", [], rows_of("Catatan asal", frame, columns), paper_rows=0)
