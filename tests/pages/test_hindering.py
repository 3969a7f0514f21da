"""Hindrances, plans, remarks and the list of reasons under AppTest."""

import datetime as dt

import pytest

from sop_core import hindrance_reasons, hindrances, remarks
from sop_core.indonesian import today
from sop_core.store import Store
from tests.builders import all_speak, load
from tests.pages.test_pages import button, empty, fresh_store, in_use, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
SOON = today() + dt.timedelta(days=5)


@pytest.fixture
def filled(empty):
    """A late A.2 of Padang's, an activity of a Loka's that has not begun."""
    begun = today() - dt.timedelta(days=90)
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[
                ["ADV-1", "A", begun.year, "BBPOM-PDG", "Advokasi"],
                ["ADV-L", "A", begun.year, "LOKA-SJJ", "Advokasi Loka"],
            ],
            Langkah=[
                ["ADV-1", 1, begun, begun + dt.timedelta(days=1)],
                ["ADV-1", 2, begun + dt.timedelta(days=2), None],
            ],
        )
        all_speak(store, today())
    return empty


def case(name: str = "ADV-1", **query: str):
    return open_page("wilayah", **{"tanggal": str(today()), "kasus": name, **query})


def labels(app) -> set[str]:
    return {b.label for b in app.button}


def texts(app) -> str:
    return "\n".join([m.value for m in app.markdown] + [e.label for e in app.expander])


def pressed(app, label: str):
    button(app, label).click().run()
    assert not app.exception, app.exception
    return app


def filled_in(app, reason: str | None = "Anggaran belum turun", on: dt.date | None = SOON, plan: str = "Ajukan revisi"):  # fmt: skip
    if reason:
        next(s for s in app.selectbox if s.label == "Alasan").set_value(reason)
    if on:
        next(d for d in app.date_input if d.label == "Rencana pada").set_value(on)
    next(t for t in app.text_input if t.label == "Rencana").set_value(plan)
    return pressed(app, "Catat hambatan")


def shown(app, heading: str = "Rencana pada") -> list[str]:
    frames = [f.value for f in app.dataframe if heading in f.value.columns and "Hambatan" in f.value.columns]  # fmt: skip
    return [str(h) for frame in frames for h in frame["Hambatan"] if isinstance(h, str)]


def test_said_in_the_case_shown_wherever_the_step_is_and_taken_back(filled, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = filled_in(case(unit="BBPOM-PDG"))
    assert app.success[0].value == "Hambatan dan rencana dicatat."
    # The case's steps, its history, and the table of cases.
    assert shown(app) == ["Anggaran belum turun"] * 3
    assert next(t for t in app.text_input if t.label == "Rencana").value == "", "a new form"
    late = open_page("terlambat", tanggal=str(today()))
    assert shown(late) == ["Anggaran belum turun"]
    assert "Rencana terlewat" not in texts(late)
    over = open_page("terlambat", tanggal=str(SOON + dt.timedelta(days=1)))
    assert "Rencana terlewat (1)" in texts(over)
    app = pressed(case(), "Tarik hambatan")
    assert app.success[0].value == "Hambatan ditarik."
    assert shown(app) == ["Anggaran belum turun"], "the history alone"
    assert "Tarik hambatan" not in labels(app)


def test_without_what_it_needs_it_says_so(filled, sign_in):
    sign_in("kepala_balai", "BBPOM-PDG")
    for reason, on in ((None, SOON), ("SDM terbatas", None)):
        app = filled_in(case(), reason, on)
        assert app.error[0].value == "Pilih alasan dan tanggal rencananya dahulu."
    app = filled_in(case(), plan=" ")
    assert "Rencana wajib diisi" in app.error[0].value
    assert hindrances.history(in_use(), "ADV-1").empty


def test_the_head_says_it_of_the_own_office_and_remarks_on_its_lokas(filled, sign_in):
    sign_in("kepala_balai", "BBPOM-PDG")
    assert "Catat hambatan" in labels(case())
    app = case("ADV-L")
    assert "Catat hambatan" not in labels(app)
    assert "Tambah catatan" in labels(app)


def test_leaders_read_it_and_remark(filled, sign_in):
    hindrances.say(in_use(), "ADV-1", 2, "anggaran", "Ajukan revisi", SOON)
    sign_in("pimpinan")
    app = case(wilayah="Balai Besar POM di Padang")
    assert "Anggaran belum turun" in shown(app)
    assert not {"Catat hambatan", "Tarik hambatan"} & labels(app)
    next(t for t in app.text_area if t.label == "Catatan").set_value("Mohon *segera*\nditindaklanjuti")  # fmt: skip
    app = pressed(app, "Tambah catatan")
    assert app.success[0].value == "Catatan ditambahkan."
    assert "**pimpinan contoh** · tanpa unit · " in texts(app)
    assert "WIB  \nMohon \\*segera\\*  \nditindaklanjuti" in texts(app)
    assert "Catatan kasus (1)" in texts(app)
    assert remarks.listed(in_use(), "ADV-1")["remark"].tolist() == ["Mohon *segera*\nditindaklanjuti"]  # fmt: skip
    assert pressed(app, "Tambah catatan").error[0].value == "Catatan kosong; tulis isinya."


def test_nothing_is_said_on_a_past_day(filled, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    yesterday = str(today() - dt.timedelta(days=1))
    assert "Catat hambatan" not in labels(case(tanggal=yesterday))


def test_the_centre_changes_the_reasons_and_others_read_them(empty, sign_in):
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("sop")
    next(t for t in app.text_input if t.label == "Kode").set_value("banjir")
    next(t for t in app.text_input if t.label == "Alasan baru").set_value("Banjir di lokasi")
    app = pressed(app, "Tambah alasan")
    assert "Alasan ditambahkan." in [s.value for s in app.success]
    assert hindrance_reasons.in_use(in_use())["banjir"] == "Banjir di lokasi"
    app.button(key="alasan_banjir").click().run()
    assert "banjir" not in hindrance_reasons.in_use(in_use())
    assert app.button(key="alasan_banjir").label == "Pakai lagi"
    next(t for t in app.text_input if t.label == "Kode").set_value("Banjir!")
    assert "huruf kecil" in pressed(app, "Tambah alasan").error[0].value
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("sop")
    frame = next(f.value for f in app.dataframe if "Keadaan" in f.value.columns)
    assert frame.set_index("Kode")["Keadaan"]["banjir"] == "ditarik"
    assert "Tambah alasan" not in labels(app)
