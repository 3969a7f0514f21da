"""Fasilitator, Tindak Lanjut, Rekomendasi and Laporan under AppTest."""

import datetime as dt
import re

import pytest

from sop_core import disposition, facilitators, recommendations
from sop_core.evaluation import Scope
from tests.builders import TODAY, load
from tests.pages.test_pages import demo, empty, fresh_store, in_use, metric, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["demo", "empty", "fresh_store", "sign_in"]
D = dt.date


def button(app, label):
    return next(b for b in app.button if b.label == label)


def test_facilitators_by_group_and_kind(demo):
    app = open_page("fasilitator")
    everyone = int(metric(app, "Fasilitator").replace(".", ""))
    store = in_use()
    assert everyone == store.one("SELECT count(*) FROM facilitator_as_of($d)", d=TODAY)
    app.segmented_control(key="jenis").set_value("Keamanan Pangan").run()
    of_kind = int(metric(app, "Fasilitator").replace(".", ""))
    assert 0 < of_kind < everyone
    app.segmented_control(key="menurut").set_value("Triwulan").run()
    table = next(f.value for f in app.dataframe if "Triwulan" in f.value.columns)
    assert table["Jumlah"].sum() == of_kind
    people = app.dataframe[-1].value
    assert {"Nama", "Keadaan", "Angkatan"} <= set(people.columns)


def test_facilitators_are_counted_as_of_the_date(demo):
    then = int(
        metric(open_page("fasilitator", tanggal="2025-06-30"), "Fasilitator").replace(".", "")
    )
    now = int(metric(open_page("fasilitator"), "Fasilitator").replace(".", ""))
    assert 0 < then < now


def test_the_quarterly_report_counts_down(demo):
    app = open_page("fasilitator", tanggal="2026-10-05", triwulan="TW3 2026")
    report = facilitators.quarter_report(in_use(), D(2026, 10, 5), 2026, 3)
    assert report.days_left is not None
    assert metric(app, "Sisa") == f"{report.days_left} HK"
    assert any("10 Oktober 2026" in m.value and "mengikat" in m.value for m in app.markdown)
    running = open_page("fasilitator", triwulan="TW4 2026")
    assert metric(running, "Laporan") == "menunggu"


def test_an_office_without_people_is_told_what_to_do(demo):
    app = open_page("fasilitator", tanggal="2018-01-01")
    assert "Isi lembar Fasilitator" in app.info[0].value


def test_follow_ups_by_state(demo):
    app = open_page("tindak_lanjut", unit_kerja="Balai Besar POM di Padang")
    listed = app.dataframe[0].value
    assert set(listed["Keadaan"]) <= {"Terlambat", "Belum optimal"}
    urgent = int(metric(app, "Terlambat")) + int(metric(app, "Belum optimal"))
    assert len(listed) == urgent
    escort = int((listed["Pengawalan"].isin(["A.10", "C.8"])).sum())
    assert escort == int(metric(app, "Perlu dikawal"))
    app.segmented_control(key="keadaan").set_value("Selesai").run()
    settled = app.dataframe[0].value
    assert set(settled["Keadaan"]) == {"Selesai tepat", "Selesai terlambat"}
    late = settled[settled["Keadaan"] == "Selesai terlambat"]
    assert len(late) == int(metric(app, "Selesai terlambat")) > 0
    assert (late["Terlambat (HK)"] > 0).all()
    assert (settled.drop(late.index)["Terlambat (HK)"] == 0).all()


def test_a_recommendation_is_opened_decided_and_becomes_the_plan(demo, sign_in):
    sign_in("pimpinan")
    app = open_page("rekomendasi", tahun="2025")
    assert metric(app, "Sudah didisposisi") == "0"
    found = recommendations.recommend(in_use(), 2025, D(2025, 12, 31))
    first = found[0]
    app.selectbox(key="usulan").select(first.id).run()
    assert any(first.reason in m.value for m in app.markdown)
    button(app, "Simpan disposisi").click().run()
    assert "wajib diisi" in app.error[0].value
    app.radio(key=f"keputusan_{first.id}").set_value("ubah").run()
    app.number_input[0].set_value(95)
    app.text_area[0].input("Dampingi perencanaan")
    button(app, "Simpan disposisi").click().run()
    assert not app.exception
    assert "Diterima dengan perubahan" in app.success[0].value
    kept = disposition.decisions(in_use(), 2025)[first.id]
    assert (kept["decided_by"], kept["note"]) == ("pimpinan contoh", "Dampingi perencanaan")
    assert metric(app, "Diterima") == "1"
    plan = next(f.value for f in app.dataframe if "Kenyataan" in f.value.columns)
    assert plan.iloc[0]["Rekomendasi"] == first.title
    # A year later the same plan stands against what happened.
    later = open_page("rekomendasi", tahun="2026")
    against = next(f.value for f in later.dataframe if "Kenyataan" in f.value.columns)
    assert against.iloc[0]["Kenyataan"] != "belum terukur"
    assert against.iloc[0]["Keadaan"] in ("Tercapai", "Belum tercapai")


def test_recommendations_of_one_office_keep_their_national_rank(demo):
    app = open_page("rekomendasi", tahun="2025", unit_kerja="Balai POM di Ambon", loka="false")
    listed = app.dataframe[0].value
    assert set(listed["Unit"]) == {"Balai POM di Ambon"}
    assert listed["Urutan"].is_monotonic_increasing
    assert listed["Urutan"].iloc[0] >= 1


def test_the_backtest_is_on_the_page(demo):
    app = open_page("rekomendasi")
    table = next(f.value for f in app.dataframe if "Usulan ini" in f.value.columns)
    assert (table["Usulan ini"] > table["Acak (rata-rata)"]).all()


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("Laporan Tahunan", {"tahun_laporan": "2025"}),
        ("Laporan Monitoring dan Evaluasi", {"periode": "TW2", "unit_kerja": "Balai POM di Ambon"}),
        ("Laporan Triwulan Fasilitator (D.8)", {"periode": "TW3"}),
        ("Laporan Pelaksanaan Kegiatan", {"kasus": "A-2025-BBPOM-PDG"}),
    ],
)
def test_each_report_is_written_in_three_formats(demo, kind, query):
    app = open_page("laporan", jenis=kind, **query)
    button(app, "Susun laporan").click().run()
    assert not app.exception
    assert not app.error
    assert "Laporan" in app.success[0].value
    labels = [d.label for d in app.get("download_button")]
    formats = ["Unduh Word", "Unduh Excel", "Unduh PDF"]
    assert [n for n in labels if n in formats] == formats
    assert any("Ringkasan eksekutif" in m.value for m in app.markdown)


def test_a_report_of_a_year_not_begun_is_refused(demo):
    app = open_page("laporan", tanggal="2024-06-30", tahun_laporan="2026")
    button(app, "Susun laporan").click().run()
    assert "Laporan tidak dapat disusun" in app.error[0].value
    assert "belum mulai" in app.error[0].value


def test_an_old_report_goes_when_the_question_changes(demo):
    app = open_page("laporan", tahun_laporan="2025")
    button(app, "Susun laporan").click().run()
    assert app.success
    app.selectbox(key="tahun_laporan").select(2024).run()
    assert not app.success


def test_a_store_with_one_upload_shows_empty_pages_in_words(empty, sign_in):
    sign_in("pimpinan")
    open_page("nasional")
    load(in_use(), Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]])
    assert "Belum ada rekomendasi kegiatan" in open_page("tindak_lanjut").info[0].value
    assert "Isi lembar Fasilitator" in open_page("fasilitator").info[0].value
    page = open_page("rekomendasi")
    assert any("Tidak ada rekomendasi" in i.value for i in page.info)
    assert facilitators.funnel(in_use(), Scope(TODAY))["people"].sum() == 0
    assert re.search("Belum ada rekomendasi yang diterima", " ".join(i.value for i in page.info))
