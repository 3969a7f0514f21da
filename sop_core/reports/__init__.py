"""The reports of SOP section E, and the quarterly report of D.8: Word, Excel and PDF."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sop_core.errors import ReportRefused
from sop_core.reports import excel, pdf, word
from sop_core.reports.activity import activity_report
from sop_core.reports.annual import annual_report
from sop_core.reports.building import Progress, silent
from sop_core.reports.model import Report
from sop_core.reports.monitoring import monitoring_report
from sop_core.reports.quarterly import quarterly_report
from sop_core.reports.sources import subject
from sop_core.store import Store

KINDS = {
    "kegiatan": "Laporan Pelaksanaan Kegiatan",
    "monitoring": "Laporan Monitoring dan Evaluasi",
    "tahunan": "Laporan Tahunan",
    "fasilitator": "Laporan Triwulan Fasilitator (D.8)",
}
FORMATS = {"docx": "Word", "xlsx": "Excel", "pdf": "PDF"}


@dataclass(frozen=True)
class Request:
    """Which report, of whom and of when. ``unit`` is an office code, None for the nation."""

    kind: str
    as_of: dt.date
    year: int | None = None
    quarter: int | None = None
    unit: str | None = None
    with_lokas: bool = False
    case_id: str | None = None


def build(store: Store, asked: Request, progress: Progress = silent) -> Report:
    """The report asked for, of what the viewer may see.

    Raises ReportRefused where something is missing or not yet begun, AccessDenied for an
    office outside the viewer's.
    """
    if asked.kind == "kegiatan":
        if asked.case_id is None:
            raise ReportRefused("Laporan kegiatan memerlukan ID kasus.")
        return activity_report(store, asked.case_id, asked.as_of, progress)
    if asked.year is None:
        raise ReportRefused("Laporan ini memerlukan tahun.")
    if asked.unit is not None and not store.viewer.sees(asked.unit):
        raise store.refusal("akses", asked.unit, "Unit ini di luar kewenangan Anda.")
    about = subject(store, asked.unit, asked.with_lokas, asked.as_of)
    match asked.kind:
        case "tahunan":
            return annual_report(store, about, asked.year, asked.as_of, progress)
        case "monitoring":
            return monitoring_report(store, about, asked.year, asked.quarter, asked.as_of, progress)
        case "fasilitator":
            if asked.quarter is None:
                raise ReportRefused("Laporan fasilitator memerlukan triwulan (1 sampai 4).")
            return quarterly_report(store, about, asked.year, asked.quarter, asked.as_of, progress)
    raise ReportRefused(f"Jenis laporan {asked.kind} tidak dikenal; pilih {', '.join(KINDS)}.")


def write(report: Report, suffix: str, template: bytes | None = None) -> bytes:
    """The report as a file. Raises ReportRefused for an unknown format (see FORMATS)."""
    match suffix:
        case "docx":
            return word.write(report, template)
        case "xlsx":
            return excel.write(report)
        case "pdf":
            return pdf.write(report)
    raise ReportRefused(f"Bentuk {suffix} tidak dikenal; pilih {', '.join(FORMATS)}.")


__all__ = [
    "FORMATS",
    "KINDS",
    "Progress",
    "Report",
    "Request",
    "build",
    "silent",
    "write",
]
