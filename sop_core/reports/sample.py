"""An invented report of every kind of section: what a template must be able to hold."""

from __future__ import annotations

import datetime as dt

from sop_core import palette
from sop_core.exporting import Table
from sop_core.reports.model import Chart, Report, Section

_CHART = Chart("stacked", "Contoh bagan", ["Alur A", "Alur B"], [("Tepat", palette.ON_TIME, [3.0, 2.0])])  # fmt: skip
_TABLE = Table("Contoh", ["Unit", "Langkah", "Terlambat"], [["Balai contoh", "A.1", 3], ["Loka contoh", "B.2", 12]])  # fmt: skip


def sample() -> Report:
    """The report that a template is filled with before it is kept."""
    return Report(
        title="Laporan Contoh",
        subtitle="Balai contoh 2026",
        as_of=dt.date(2026, 4, 7),
        identity=[("Unit", "Balai contoh"), ("Periode", "Tahun 2026")],
        summary=["3 langkah sedang terlambat.", "Satu laporan belum masuk."],
        sections=[
            Section("Bagian dengan semuanya", ["Sebuah kalimat."], _TABLE, _CHART, paper_rows=1),
            Section("Bagian dengan tabel", [], _TABLE),
            Section("Bagian dengan bagan", [], None, _CHART),
            Section("Bagian dengan kalimat", ["Tidak ada."]),
        ],
        notes=["Contoh untuk memeriksa templat; semua isinya rekaan."],
        demo=True,
    )
