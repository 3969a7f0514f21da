"""Reports say what is not known, as of when and as known when they speak, and what came in since."""

from __future__ import annotations

import datetime as dt

import pytest

from sop_core import corrections, importing, indonesian, past, reports, years
from sop_core.evaluation import Scope, headline
from sop_core.importing import SourceFile
from sop_core.reports import Report, Request
from sop_core.reports.model import Section
from sop_core.store import Store
from tests.builders import TODAY, all_speak, load, workbook

pytestmark = pytest.mark.slow

D = dt.date
OFFICE, NAME = "BBPOM-PDG", "Balai Besar POM di Padang"
ADV = ["ADV-1", "A", 2025, OFFICE, "Advokasi Pasar Aman"]
DAY = D(2025, 6, 30)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is 2 July 2025."""
    it_is(monkeypatch, D(2025, 7, 2))


def it_is(patch: pytest.MonkeyPatch, day: dt.date) -> None:
    moment = dt.datetime.combine(day, dt.time(9), indonesian.JAKARTA)
    patch.setattr(indonesian, "clock", lambda: moment)


def tell(store: Store, until: dt.date, **sheets: list[list[object]]) -> None:
    """An upload that speaks for its office up to a day."""
    file = SourceFile("uji.xlsx", workbook(**sheets))
    assert importing.import_files(store, [file], "uji", today=TODAY, until=until).kept


@pytest.fixture
def padang(store: Store) -> Store:
    """An advocacy of Padang, held on 28 March 2025, its report (A.4) not told; data s.d. 4 April.

    A.1 waited for nothing, A.2 began 3 HK after A.1 was done, A.3 on the day A.2 was.
    """
    tell(
        store, D(2025, 4, 4),
        Kegiatan=[ADV, ["ADV-2", "A", 2025, OFFICE, "Tanpa catatan"]],
        Langkah=[
            ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 7)],
            ["ADV-1", 2, D(2025, 3, 12), D(2025, 3, 24)],
            ["ADV-1", 3, D(2025, 3, 24), D(2025, 3, 27)],
        ],
    )  # fmt: skip
    return store


def section(report: Report, heading: str) -> Section:
    return next(s for s in report.sections if s.heading == heading)


def rows(report: Report, heading: str) -> list[dict[str, str]]:
    """The table under a heading as paper shows it."""
    found = section(report, heading)
    assert found.table is not None
    return [dict(zip(found.table.headings, row, strict=True)) for row in found.on_paper]


UNKNOWN = "1 langkah tidak diketahui keadaannya: unitnya belum melapor sejak jatuh tempo."


@pytest.mark.parametrize("unit", [OFFICE, None])
@pytest.mark.parametrize("kind", ["monitoring", "tahunan"])
def test_what_is_not_known_has_its_own_count_and_is_not_late(padang: Store, kind, unit):
    report = reports.build(padang, Request(kind, DAY, 2025, unit=unit))
    assert UNKNOWN in report.summary
    assert "Tidak ada langkah yang sedang terlambat." in report.summary
    (row,) = rows(report, "Peringkat unit")
    assert (row["Unit"], row["Terlambat"], row["Tidak diketahui"]) == (NAME, "0", "1")
    by_step = {row["Langkah"]: row for row in rows(report, "Capaian per langkah")}
    assert (by_step["A.4"]["Terlambat"], by_step["A.4"]["Tidak diketahui"]) == ("0", "1")
    assert by_step["A.2"]["Median jeda (HK)"] == "3"
    (step,) = rows(report, "Langkah yang tidak diketahui keadaannya")
    assert (step["Langkah"], step["Data s.d."], step["ID"]) == ("A.4", "4 April 2025", "ADV-1")
    late = section(report, "Langkah terlambat dan segera jatuh tempo")
    assert late.table is None


def test_the_annual_report_counts_it_by_flow_and_month(padang: Store):
    report = reports.build(padang, Request("tahunan", DAY, 2025))
    flow = next(r for r in rows(report, "Pelaksanaan per alur") if r["Alur"].startswith("A."))
    assert (flow["Sedang terlambat"], flow["Tidak diketahui"]) == ("0", "1")
    activity = reports.build(padang, Request("kegiatan", DAY, case_id="ADV-1")).summary
    worked, waited = flow["Kerja, median (HK)"], flow["Jeda, median (HK)"]
    assert f"kerja {worked} HK dan jeda (menunggu dimulai) {waited} HK." in " ".join(activity)
    months = rows(report, "Kecenderungan bulanan")
    assert [m["Tidak diketahui akhir bulan"] for m in months] == ["0", "0", "0", "1", "1", "1"]
    assert [m["Terlambat akhir bulan"] for m in months] == ["0"] * 6
    all_speak(padang, DAY)
    months = rows(reports.build(padang, Request("tahunan", DAY, 2025)), "Kecenderungan bulanan")
    assert [m["Terlambat akhir bulan"] for m in months] == ["0", "0", "0", "1", "1", "1"]
    assert [m["Tidak diketahui akhir bulan"] for m in months] == ["0"] * 6


@pytest.mark.parametrize("kind", ["monitoring", "tahunan"])
def test_an_office_is_told_since_when_it_is_silent_and_what_it_owes(padang: Store, kind):
    report = reports.build(padang, Request(kind, DAY, 2025, unit=OFFICE))
    assert section(report, "Status data unit").paragraphs == [
        "Unit ini tidak melapor lebih dari 31 hari. 1 langkah UPT jatuh tempo sesudah laporan"
        " terakhir unitnya: dihitung tidak diketahui, bukan terlambat."
    ]
    assert rows(report, "Status data unit") == [{
        "Unit": NAME, "Data s.d.": "4 April 2025", "Hari tanpa laporan": "87",
        "Langkah yang dimulai dan belum selesai": "1", "Di antaranya tidak diketahui": "1",
    }]  # fmt: skip
    all_speak(padang, D(2025, 6, 20))
    report = reports.build(padang, Request(kind, DAY, 2025, unit=OFFICE))
    assert section(report, "Status data unit").paragraphs == [
        "Unit ini melapor dalam 31 hari terakhir."
    ]
    assert [r["Hari tanpa laporan"] for r in rows(report, "Status data unit")] == ["10"]


def test_the_nation_is_told_who_is_silent_and_who_never_spoke(padang: Store):
    report = reports.build(padang, Request("monitoring", DAY, 2025))
    told = section(report, "Status data unit").paragraphs[0]
    assert told.startswith("76 dari 76 UPT tidak melapor lebih dari 31 hari, 75 di antaranya belum")
    assert len(list(section(report, "Status data unit").table.rows)) == 76
    all_speak(padang, D(2025, 6, 20))
    report = reports.build(padang, Request("monitoring", DAY, 2025))
    assert section(report, "Status data unit").table is None


def test_monitoring_lists_the_faults_of_the_data(padang: Store):
    tell(padang, D(2025, 4, 4), Langkah=[["ADV-1", 5, None, D(2025, 4, 3)]])
    report = reports.build(padang, Request("monitoring", DAY, 2025))
    assert [r["ID"] for r in rows(report, "Kegiatan tanpa catatan langkah")] == ["ADV-2"]
    assert section(report, "Kegiatan tanpa catatan langkah").paragraphs[0].startswith("1 kegiatan")
    (wrong,) = rows(report, "Urutan langkah yang tidak mungkin")
    assert wrong["ID"] == "ADV-1"
    assert "padahal A.4 belum tercatat selesai" in wrong["Yang tidak mungkin"]
    before = reports.build(padang, Request("monitoring", D(2025, 4, 1), 2025))
    assert section(before, "Urutan langkah yang tidak mungkin").table is None


def test_an_activity_report_says_work_and_waiting_and_from_what_each_step_is_counted(padang: Store):
    report = reports.build(padang, Request("kegiatan", DAY, case_id="ADV-1"))
    waited = {
        r["Langkah"]: r["Jeda (HK)"] for r in rows(report, "Rencana dan kenyataan tiap langkah")
    }
    assert (waited["A.1"], waited["A.2"], waited["A.3"], waited["A.6"]) == ("–", "3", "0", "–")
    counted = {r["Langkah"]: r for r in rows(report, "Hitungan waktu tiap langkah")}
    assert counted["A.2"] == {
        "Langkah": "A.2", "Mulai": "12 Maret 2025", "Dihitung dari": "12 Maret 2025",
        "Dasar hitungan": "Tanggal mulai tercatat", "Kerja (HK)": "8", "Jeda (HK)": "3",
        "Terpakai (HK)": "8",
    }  # fmt: skip
    assert counted["A.4"]["Dihitung dari"] == "27 Maret 2025"
    assert counted["A.4"]["Dasar hitungan"] == "Dihitung dari selesainya langkah sebelumnya"
    assert "A.6" not in counted
    # A.4 waits since 27 March: that is its time, and 3 HK of A.2 and 0 of A.3 with it.
    idle = int(counted["A.4"]["Jeda (HK)"])
    assert (
        f"Sejauh ini {4 + 8 + 3 + 3 + idle} HK: kerja 15 HK dan jeda (menunggu dimulai) {3 + idle} HK."
        in report.summary
    )
    assert (
        "Keadaan langkah A.4 tidak diketahui: unitnya belum melapor sejak tenggat 14 April 2025."
        in report.summary
    )
    assert not [line for line in report.summary if "sedang terlambat" in line]


def test_the_head_says_as_of_when_and_as_known_when(padang: Store):
    for request in (
        Request("kegiatan", DAY, case_id="ADV-1"), Request("monitoring", DAY, 2025),
        Request("tahunan", DAY, 2025), Request("fasilitator", DAY, 2025, 2),
    ):  # fmt: skip
        head = dict(reports.build(padang, request).identity)
        assert head["Tanggal acuan"] == "Per 30 Juni 2025, seperti diketahui pada 2 Juli 2025"


def test_notes_say_what_came_in_since_the_as_of_date(padang: Store, monkeypatch):
    asked = Request("tahunan", DAY, 2025, unit=OFFICE)
    # What the fixture told came in on 2 July, two days after the as-of date.
    assert reports.build(padang, asked).notes[-1] == (
        "Sejak 30 Juni 2025: 5 catatan masuk kemudian, 1 pernyataan data s.d. masuk. Angka per tanggal itu"
        " dapat berbeda dari yang dilaporkan waktu itu."
    )
    it_is(monkeypatch, D(2025, 7, 9))
    corrections.correct(padang, D(2025, 4, 9), False, "Cuti bersama", "SKB contoh", "uji")
    note = reports.build(padang, asked).notes[-1]
    assert "kalender dikoreksi 1 kali" in note
    elsewhere = reports.build(padang, Request("tahunan", DAY, 2025, unit="BPOM-AMB"))
    assert "catatan masuk" not in elsewhere.notes[-1], "nothing came in on Ambon"
    # As known on 2 July the correction is not there, and what came in by then is said.
    known = past.known_on(padang, D(2025, 7, 2))
    report = reports.build(known, asked)
    assert dict(report.identity)["Tanggal acuan"].endswith("diketahui pada 2 Juli 2025")
    assert "kalender" not in report.notes[-1]
    assert "5 catatan masuk kemudian" in report.notes[-1]


def test_only_what_is_new_or_changed_has_come_in(padang: Store, monkeypatch):
    """A workbook that is sent again each month holds everything; two rows of it are news."""
    it_is(monkeypatch, D(2025, 8, 5))
    tell(
        padang, D(2025, 4, 30),
        Kegiatan=[ADV, ["ADV-2", "A", 2025, OFFICE, "Tanpa catatan"]],
        Langkah=[
            ["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 7)],
            ["ADV-1", 2, D(2025, 3, 12), D(2025, 3, 25)],
            ["ADV-1", 3, D(2025, 3, 24), D(2025, 3, 27)],
            ["ADV-1", 4, None, D(2025, 4, 10)],
            ["ADV-1", 5, D(2025, 7, 14)],
        ],
    )  # fmt: skip
    since = past.since(padang, D(2025, 7, 31), DAY, (OFFICE,))
    assert (since.records, since.statements, since.first) == (2, 1, D(2025, 8, 5))
    years.open_year(padang, "A", 2024, "uji")
    assert "tahun alur dibuka atau ditutup 1 kali" in past.said(past.since(padang, DAY, DAY))


def test_a_report_as_of_today_has_nothing_that_came_since(padang: Store):
    report = reports.build(padang, Request("tahunan", D(2025, 7, 2), 2025))
    assert not [note for note in report.notes if note.startswith("Sejak")]


def test_a_quarterly_report_of_a_silent_centre_is_not_called_late(store: Store):
    load(store, Kegiatan=[["FKP-1", "D", 2025, OFFICE, "Angkatan"]])
    years.open_year(store, "D", 2025, "uji")
    report = reports.build(store, Request("fasilitator", DAY, 2025, 1))
    assert report.summary[-1] == (
        "Laporan D.8 jatuh tempo 10 April 2025 (yang mengikat: tanggal 10 sesudah triwulan);"
        " keadaannya tidak diketahui, pusat belum melapor sejak jatuh tempo."
    )
    assert rows(report, "Tenggat laporan D.8")[-1]["Tanggal"] == "tidak diketahui"
    all_speak(store, DAY)
    report = reports.build(store, Request("fasilitator", DAY, 2025, 1))
    assert "sudah lewat" in report.summary[-1]


def test_the_sum_of_lokas_says_what_is_not_known_of_them(padang: Store):
    lokas = [u for u in padang.units(DAY) if u.coordinator_code == OFFICE]
    report = reports.build(padang, Request("monitoring", DAY, 2025, None, OFFICE, True))
    assert lokas
    assert "yang tidak diketahui 1 unit ini + 0 di Loka." in " ".join(report.summary)
    assert headline(padang, Scope(DAY, units=(OFFICE,))).unknown == 1


def test_what_was_known_on_two_days_is_two_editions_whatever_their_versions(padang, monkeypatch):
    """A page that keeps a report by the store's version alone hands out the other day's."""
    it_is(monkeypatch, D(2025, 7, 5))
    tell(padang, D(2025, 7, 5), Langkah=[["ADV-1", 4, None, D(2025, 4, 2)]])
    early, late = past.known_on(padang, D(2025, 7, 2)), past.known_on(padang, D(2025, 7, 4))
    try:
        assert early.version == late.version
        assert early.edition != late.edition
        assert padang.edition not in (early.edition, late.edition)
        assert past.known_on(padang, D(2025, 7, 2)).edition == early.edition
    finally:
        past.close(padang.database)
