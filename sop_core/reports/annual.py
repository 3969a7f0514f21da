"""Laporan Tahunan: one office (A.7, B.7, C.5), or the national rekap (A.8, B.8, C.6)."""

from __future__ import annotations

import datetime as dt

from sop_core import evaluation, facilitators, followups, national, recommendations
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.reports import building, sections, sources, writing
from sop_core.reports.building import Progress
from sop_core.reports.model import Report
from sop_core.reports.sources import Subject
from sop_core.store import Store

OFFICE_PROPOSALS = 10
NATIONAL_PROPOSALS = 20


def annual_report(
    store: Store, about: Subject, year: int, as_of: dt.date, progress: Progress = building.silent
) -> Report:
    """Everything of one year as of a date. Raises ReportRefused for a year not begun."""
    if as_of < dt.date(year, 1, 1):
        raise ReportRefused(f"Tahun {year} belum mulai pada tanggal acuan.")
    scope = Scope(as_of, year, about.units)
    flows: dict[str, str] = {f.id: f.name for f in store.sop(as_of).flows}
    units = national.by_unit(store, scope)
    steps = evaluation.by_step(store, scope)
    reports = national.annual_reports(store, scope)
    everyone = Scope(as_of, units=about.units)
    progress(0.0, "Rekomendasi")
    found = recommendations.recommend(
        store, year, recommendations.evidence_day(year, as_of), about.units
    )
    most = OFFICE_PROPOSALS if about.units else NATIONAL_PROPOSALS
    parts: list[building.Part] = [
        ("Alur", lambda: sections.flows(store, scope, flows)),
        ("Langkah", lambda: sections.steps(steps)),
        ("Unit", lambda: sections.offices(units)),
        ("Kecenderungan", lambda: sections.trend(store, scope)),
        ("Laporan tahunan", lambda: sections.annual_reports(reports, national.missing_reports(store, scope))),
        ("Keterlambatan", lambda: sections.overdue(store, scope)),
        ("Status data", lambda: sections.data_status(store, scope)),
        ("Fasilitator", lambda: sections.people(store, scope)),
        ("Tindak lanjut", lambda: sections.follow_ups(store, scope)),
        ("Rekomendasi", lambda: sections.proposals(store, found, year, as_of, most)),
        ("Kasus", lambda: sections.cases(store, scope)),
    ]  # fmt: skip
    if about.units is None:
        parts.insert(-1, ("Disposisi", lambda: sections.directed(store, year, as_of)))
    summary = [
        *sections.standing_summary(store, scope, units, f"kegiatan tahun {year}", about.code),
        writing.worst_step(steps),
        writing.annual_reports(reports),
        writing.people(
            facilitators.reached(facilitators.funnel(store, everyone)),
            len(facilitators.certificates(store, everyone)),
        ),
        writing.follow_ups(followups.totals(store, scope)),
        writing.proposals(found, year, {u.code: u.name for u in store.units(as_of)}),
    ]
    return Report(
        title="Laporan Tahunan" if about.units else "Rekapitulasi Laporan Tahunan Nasional",
        subtitle=f"{about.name} {year}" if about.units else str(year),
        as_of=as_of,
        identity=sources.identity(store, about, as_of, f"Tahun {year}"),
        summary=[sentence for sentence in summary if sentence],
        sections=building.run(parts, progress),
        notes=sources.notes(store, scope),
        demo=store.has_demo_data,
    )
