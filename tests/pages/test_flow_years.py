"""Kalender under AppTest: years of flows, read by everyone, opened by the centre after a look."""

import datetime as dt

import pytest

from sop_core import years
from sop_core.store import Store
from tests.builders import TODAY, all_speak, load
from tests.pages.test_pages import button, empty, fresh_store, in_use, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
D = dt.date


def table(app):
    return next((f.value for f in app.dataframe if "UPT berkegiatan" in f.value.columns), None)


def texts(app) -> str:
    return "\n".join(m.value for m in app.markdown)


def asked(app, flow: str, year: int, reason: str):
    app.selectbox(key="tahun_alur_a_0").set_value(flow)
    app.selectbox(key="tahun_alur_t_0").set_value(year)
    next(t for t in app.text_input if t.label == "Alasan membuka").input(reason)
    button(app, "Pratinjau pembukaan").click().run()
    assert not app.exception, app.exception
    return app


def test_a_year_is_opened_after_a_look_and_closed_again(empty, sign_in):
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
            Langkah=[["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)]],
        )
        all_speak(store, TODAY)
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("kalender")
    assert table(app)[["Alur", "Tahun", "Keadaan", "UPT berkegiatan"]].values.tolist() == [
        ["A", 2025, "belum terbuka", 1]
    ]
    app = asked(app, "A", 2025, " ")
    assert "Alasan wajib diisi" in app.error[0].value
    app = asked(app, "A", 2025, "*Rapat* evaluasi")
    assert "77 laporan dan siklus menjadi terutang" in texts(app)
    assert "77 di antaranya terlambat dan 0 tidak diketahui" in texts(app)
    assert table(app)["Keadaan"].tolist() == ["belum terbuka"], "nothing is kept by looking"
    button(app, "Buka tahun").click().run()
    assert not app.exception, app.exception
    row = table(app).iloc[0]
    assert row[["Keadaan", "Dibuka oleh", "Alasan"]].tolist() == [
        "dibuka pusat", "pusat contoh", "*Rapat* evaluasi",
    ]  # fmt: skip
    assert "Pratinjau tahun alur" not in texts(app)
    button(app, "Tutup").click().run()
    assert "77 laporan dan siklus tidak lagi terutang" in texts(app)
    button(app, "Batal").click().run()
    assert "Pratinjau tahun alur" not in texts(app)
    button(app, "Tutup").click().run()
    button(app, "Tutup tahun").click().run()
    assert not app.exception, app.exception
    assert table(app)["Keadaan"].tolist() == ["belum terbuka"]


def test_both_looks_stand_beside_each_other(empty, sign_in):
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi"]],
            Langkah=[["ADV-1", 3, D(2026, 11, 9), D(2026, 11, 16)]],
        )
        all_speak(store, TODAY)
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("kalender")
    app.date_input(key="koreksi_tanggal_0").set_value(D(2026, 11, 18))
    app.text_input[0].input("Contoh")
    app.text_input[1].input("Keppres contoh")
    button(app, "Pratinjau koreksi").click().run()
    app = asked(app, "A", 2025, "Rapat")
    assert "Belum ada yang disimpan" in texts(app)
    assert "menjadi terutang" in texts(app)


def test_others_read_the_years_and_open_none(empty, sign_in):
    with Store(empty) as store:
        years.open_year(store, "B", 2025, "rapat")
    for role, unit in (("pimpinan", None), ("kepala_balai", "BBPOM-PDG"), ("data_staf", "BBPOM-PDG")):  # fmt: skip
        sign_in(role, unit)
        app = open_page("kalender")
        assert table(app)["Keadaan"].tolist() == ["dibuka pusat"]
        labels = {b.label for b in app.button}
        assert not labels & {"Tutup", "Pratinjau pembukaan"}
        assert "Tahun dibuka oleh Unit Kerja Pusat." in [c.value for c in app.caption]


def test_without_activities_there_are_no_years(empty):
    app = open_page("kalender")
    assert table(app) is None
    assert "Belum ada kegiatan dan belum ada tahun yang dibuka." in [c.value for c in app.caption]


def test_a_year_that_another_opened_meanwhile_is_not_opened_twice(empty, sign_in):
    sign_in("pusat", "PST-PMPUPO")
    app = asked(open_page("kalender"), "A", 2025, "Rapat")
    years.open_year(in_use(), "A", 2025, "lebih dahulu")
    button(app, "Buka tahun").click().run()
    assert not app.exception
    assert "sudah dibuka oleh pusat" in app.error[0].value
    assert table(app)["Alasan"].tolist() == ["lebih dahulu"]
