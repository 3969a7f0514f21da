"""What each report says, that a file made twice is the same, and what a template may do."""

import datetime as dt
import io
import re
import subprocess
import zipfile

import docx
import openpyxl
import pytest

from sop_core import evaluation, facilitators, followups, national, region, reports
from sop_core.errors import ReportRefused
from sop_core.evaluation import Scope
from sop_core.indonesian import format_number
from sop_core.reports import Request
from sop_core.reports.word import TEMPLATE
from sop_core.store import Store
from tests.builders import TODAY, load
from tests.conftest import need

pytestmark = pytest.mark.slow

D = dt.date
ASKED = {
    "kegiatan": Request("kegiatan", TODAY, case_id="A-2025-BBPOM-PDG"),
    "monitoring": Request("monitoring", TODAY, 2026, 3, "BBPOM-PDG", True),
    "tahunan": Request("tahunan", TODAY, 2026),
    "fasilitator": Request("fasilitator", TODAY, 2026, 3),
}


def words(content: bytes) -> str:
    """All text of a .docx, tables included."""
    document = docx.Document(io.BytesIO(content))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells)


def sheet(content: bytes, name: str) -> list[dict[str, object]]:
    """Rows of one sheet by heading."""
    rows = list(openpyxl.load_workbook(io.BytesIO(content))[name].values)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


@pytest.mark.parametrize("kind", list(ASKED))
@pytest.mark.parametrize("suffix", list(reports.FORMATS))
def test_made_twice_is_the_same_file(demo_store, kind, suffix):
    first = reports.write(reports.build(demo_store, ASKED[kind]), suffix)
    again = reports.write(reports.build(demo_store, ASKED[kind]), suffix)
    assert first == again
    assert len(first) > 5_000


@pytest.mark.parametrize("kind", list(ASKED))
def test_word_says_who_when_and_that_it_is_demo_data(demo_store, kind):
    report = reports.build(demo_store, ASKED[kind])
    text = words(reports.write(report, "docx"))
    assert report.title in text
    assert "Tanggal acuan" in text
    assert "Data demo" in text
    assert "SOP POM-04.01/CFM.01/SOP.01 revisi" in text
    assert "Ringkasan eksekutif" in text
    assert "Sumber dan catatan" in text
    for section in report.paper:
        assert section.heading in text
        assert section.paragraphs or section.table or section.chart, "no empty heading"
    for sentence in report.summary:
        assert sentence in text
    assert not re.findall(r"\{\{|\{%|\b(?:None|nan|NaN|NaT)\b", text)


def test_national_annual_report_is_the_nation(demo_store):
    heard = []
    report = reports.build(demo_store, ASKED["tahunan"], lambda share, what: heard.append(share))
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) > 8, "a bar that moves"
    book = reports.write(report, "xlsx")
    now = evaluation.headline(demo_store, Scope(TODAY, 2026))
    offices = sheet(book, "Peringkat unit")
    assert sum(row["Terlambat"] for row in offices) == now.overdue
    assert sum(row["Terbuka"] for row in offices) == now.open
    flows = sheet(book, "Per alur")
    assert sum(row["Selesai tepat waktu"] for row in flows) == now.on_time
    cases = sheet(book, "Kasus")
    assert len(cases) == demo_store.one("SELECT count(*) FROM sop_case WHERE year = 2026")
    assert f"{format_number(now.overdue)} langkah sedang terlambat" in " ".join(report.summary)


def test_paper_leaves_out_only_what_it_says(demo_store):
    report = reports.build(demo_store, ASKED["tahunan"])
    late = next(s for s in report.sections if s.heading.startswith("Langkah terlambat"))
    everything = len(list(late.table.rows))
    assert everything > len(late.on_paper) == 25
    assert f"25 dari {format_number(everything)} baris" in late.left_out
    assert len(sheet(reports.write(report, "xlsx"), "Terlambat")) == everything


def test_an_office_report_holds_its_lokas_only_if_asked(demo_store):
    alone = reports.build(demo_store, Request("tahunan", TODAY, 2025, unit="BBPOM-KPG"))
    both = reports.build(demo_store, Request("tahunan", TODAY, 2025, None, "BBPOM-KPG", True))
    names = {
        row[0] for s in alone.sections if s.heading == "Peringkat unit" for row in s.table.rows
    }
    assert names == {"Balai Besar POM di Kupang"}
    more = {row[0] for s in both.sections if s.heading == "Peringkat unit" for row in s.table.rows}
    assert names < more
    assert both.subtitle == f"Balai Besar POM di Kupang beserta {len(more) - 1} Loka 2025"
    scope = Scope(TODAY, 2025, region.coordinated(demo_store, "BBPOM-KPG", TODAY))
    parts = region.headline(demo_store, scope, "BBPOM-KPG")
    added = f"yang terlambat {parts.own.overdue} unit ini + {parts.lokas.overdue} di Loka"
    assert [added in " ".join(r.summary) for r in (alone, both)] == [False, True]


def test_monitoring_ends_with_its_period(demo_store):
    report = reports.build(demo_store, ASKED["monitoring"])
    assert report.as_of == D(2026, 9, 30)
    units = (
        "BBPOM-PDG",
        *(u.code for u in demo_store.units(TODAY) if u.coordinator_code == "BBPOM-PDG"),
    )
    done = demo_store.one(
        "SELECT count(*) FROM step_status($day) WHERE list_contains($units, unit_code)"
        " AND status IN ('selesai_tepat', 'selesai_terlambat')"
        " AND finished BETWEEN $first AND $day",
        day=D(2026, 9, 30), first=D(2026, 7, 1), units=list(units),
    )  # fmt: skip
    assert f"selesai {done} langkah bernorma" in report.summary[0]


def test_the_quarterly_report_holds_no_name(demo_store):
    report = reports.build(demo_store, ASKED["fasilitator"])
    people = facilitators.people(demo_store, Scope(TODAY))
    text = words(reports.write(report, "docx"))
    book = openpyxl.load_workbook(io.BytesIO(reports.write(report, "xlsx")))
    cells = {str(c) for ws in book for row in ws.values for c in row if c is not None}
    assert not [name for name in set(people["name"]) if name in text or name in cells]
    funnel = facilitators.funnel(demo_store, Scope(D(2026, 9, 30)))
    rows = sheet(reports.write(report, "xlsx"), "Fasilitator")
    assert [r["Mencapainya"] for r in rows] == funnel["reached"].tolist()


def test_an_activity_report_by_hand(one_case: Store):
    load(one_case, Tindak_Lanjut=[
        ["ADV-1", 1, "Menunjuk petugas penghubung", None, D(2025, 6, 2), D(2025, 5, 28), "optimal"],
        ["ADV-1", 2, "Menyusun rencana aksi", None, D(2025, 6, 2)],
    ])  # fmt: skip
    report = reports.build(one_case, Request("kegiatan", D(2025, 7, 1), case_id="ADV-1"))
    assert report.summary[0] == "2 dari 6 langkah selesai per 1 Juli 2025."
    steps = next(s for s in report.sections if s.heading.startswith("Rencana"))
    first = dict(zip(steps.table.headings, steps.on_paper[0], strict=True))
    assert first == {
        "Langkah": "A.1", "Kegiatan": first["Kegiatan"], "Status": "Selesai tepat waktu",
        "Mulai": "3 Maret 2025", "Tenggat": "17 Maret 2025", "Selesai": "14 Maret 2025",
        "Norma (HK)": "10", "Jeda (HK)": "–", "Terpakai (HK)": "9", "Terlambat (HK)": "0",
    }  # fmt: skip
    assert report.summary[-1] == "Kegiatan ini menghasilkan 2 rekomendasi; 1 sudah selesai."
    assert not report.demo


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (Request("kegiatan", TODAY, case_id="TIDAK-ADA"), "tidak ada"),
        (Request("kegiatan", TODAY), "memerlukan ID kasus"),
        (Request("tahunan", TODAY, 2027), "belum mulai"),
        (Request("tahunan", TODAY), "memerlukan tahun"),
        (Request("monitoring", TODAY, 2027, 1), "belum mulai"),
        (Request("fasilitator", TODAY, 2026), "memerlukan triwulan"),
        (Request("fasilitator", TODAY, 2027, 1), "belum mulai"),
        (Request("entah", TODAY, 2026), "tidak dikenal"),
    ],
)
def test_what_cannot_be_reported_is_refused_in_words(demo_store, asked, reason):
    with pytest.raises(ReportRefused, match=reason):
        reports.build(demo_store, asked)


def test_a_store_without_data_reports_nothing_but_does_not_break(store: Store):
    for kind in ("tahunan", "monitoring", "fasilitator"):
        report = reports.build(store, Request(kind, TODAY, 2026, 3))
        for suffix in reports.FORMATS:
            assert reports.write(report, suffix)


def test_an_office_may_change_the_template(demo_store):
    document = docx.Document(TEMPLATE)
    document.paragraphs[0].text = "BALAI BESAR POM DI PADANG"
    document.add_paragraph("Kepala Balai, {{ as_of }}")
    buffer = io.BytesIO()
    document.save(buffer)
    report = reports.build(demo_store, ASKED["kegiatan"])
    text = words(reports.write(report, "docx", buffer.getvalue()))
    assert "BALAI BESAR POM DI PADANG" in text
    assert "Kepala Balai, 24 November 2026" in text


@pytest.mark.parametrize(
    "expression", ["{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ title", "{% for %}"]
)
def test_a_template_that_reaches_out_or_is_broken_is_refused(demo_store, expression):
    document = docx.Document()
    document.add_paragraph(expression)
    buffer = io.BytesIO()
    document.save(buffer)
    report = reports.build(demo_store, ASKED["kegiatan"])
    with pytest.raises(ReportRefused, match="Templat"):
        reports.write(report, "docx", buffer.getvalue())


def test_a_template_that_is_no_word_file_is_refused(demo_store):
    report = reports.build(demo_store, ASKED["kegiatan"])
    for content in (b"bukan", reports.write(report, "xlsx")):
        with pytest.raises(ReportRefused, match=r"bukan berkas Word"):
            reports.write(report, "docx", content)


def test_text_from_a_spreadsheet_never_becomes_markup(store: Store):
    load(store, Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "=Advokasi <b>& {{ demo }}</b>"]])
    report = reports.build(store, Request("kegiatan", TODAY, case_id="ADV-1"))
    assert "=Advokasi <b>& {{ demo }}</b>" in words(reports.write(report, "docx"))
    book = openpyxl.load_workbook(io.BytesIO(reports.write(report, "xlsx")))
    cells = [c for ws in book for row in ws.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    assert reports.write(report, "pdf").startswith(b"%PDF")


@pytest.mark.office
@pytest.mark.parametrize("kind", list(ASKED))
def test_libreoffice_opens_it_and_loses_nothing(demo_store, tmp_path, kind):
    report = reports.build(demo_store, ASKED[kind])
    for suffix in ("docx", "xlsx"):
        source = tmp_path / f"{kind}.{suffix}"
        source.write_bytes(reports.write(report, suffix))
        subprocess.run(
            [need("soffice"), f"-env:UserInstallation=file://{tmp_path}/profil", "--headless",
             "--convert-to", "pdf", "--outdir", str(tmp_path / suffix), str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        pdf = tmp_path / suffix / f"{kind}.pdf"
        answer = subprocess.run(
            [need("pdftotext"), "-layout", str(pdf), "-"],
            check=True,
            capture_output=True,
            text=True,
        )
        text = " ".join(answer.stdout.split())
        assert report.title in text
        assert " ".join(report.summary[0].split()[:4]) in text
        if suffix == "docx":
            assert not [s.heading for s in report.paper if s.heading not in text]
            pictures = subprocess.run(
                [need("pdfimages"), "-list", str(pdf)], check=True, capture_output=True, text=True
            ).stdout.splitlines()[2:]
            assert len(pictures) >= len([s for s in report.paper if s.chart])


def test_nothing_in_a_file_tells_when_it_was_made(demo_store):
    content = reports.write(reports.build(demo_store, ASKED["kegiatan"]), "docx")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {i.date_time for i in archive.infolist()} == {(2022, 4, 7, 0, 0, 0)}


def test_follow_ups_and_missing_reports_are_the_pages_numbers(demo_store):
    scope = Scope(TODAY, 2025)
    report = reports.build(demo_store, Request("tahunan", TODAY, 2025))
    book = reports.write(report, "xlsx")
    assert len(sheet(book, "Belum masuk")) == len(national.missing_reports(demo_store, scope))
    totals = followups.totals(demo_store, scope)
    rows = sheet(book, "Tindak lanjut")
    assert sum(r["Terlambat"] for r in rows) == totals[followups.LATE]
    assert sum(r["Perlu dikawal"] for r in rows) == totals["escort"]
