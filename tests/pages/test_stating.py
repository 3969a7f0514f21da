"""Unggah under AppTest: up to which day the data are complete, with a file and without one."""

import datetime as dt

import pytest

from sop_core import statements
from sop_core.indonesian import format_date, today
from sop_core.store import Store
from tests.builders import load, workbook
from tests.pages.test_pages import button, empty, fresh_store, in_use, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
D = dt.date
LABEL = "Tarik pernyataan"
ROWS = {
    "Kegiatan": [["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]],
    "Langkah": [["ADV-1", 1, D(2025, 3, 3), D(2025, 3, 14)], ["ADV-1", 2, D(2025, 3, 17), None]],
}


def horizon(office: str) -> D | None:
    return in_use().one("SELECT max(until) FROM office_horizon WHERE unit_code = $u", u=office)


def uploaded(app, until: D | None = None, **sheets):
    if until:
        next(d for d in app.date_input if d.label == "Data s.d.").set_value(until)
    app.file_uploader[0].upload("a.xlsx", workbook(**sheets), "application/octet-stream").run()
    assert not app.exception, app.exception
    return app


def pressed(app, label: str):
    button(app, label).click().run()
    assert not app.exception, app.exception
    return app


def texts(app) -> str:
    return "\n".join(m.value for m in app.markdown)


def table(app):
    return next(f.value for f in app.dataframe if "Dinyatakan oleh" in f.value.columns)


def test_a_file_speaks_for_its_office_up_to_the_day_that_is_named(empty, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    assert next(d for d in app.date_input if d.label == "Data s.d.").max == today()
    assert "belum pernah menyatakan datanya" in texts(app)
    app = pressed(uploaded(app, D(2025, 3, 31), **ROWS), "Simpan semua")
    assert "Tersimpan sebagai unggahan 1" in app.success[0].value
    assert "Data 1 unit dinyatakan s.d. 31 Maret 2025." in app.success[0].value
    assert horizon("BBPOM-PDG") == D(2025, 3, 31)
    # A.2 has 15 HK from 17 March 2025: due after the day up to which the file speaks.
    said = "**Data unit Anda s.d. 31 Maret 2025**; 1 langkah jatuh tempo sesudahnya dan tidak"
    assert said in texts(app)
    assert table(app)[["Unit", "Dasar"]].values.tolist() == [
        ["Balai Besar POM di Padang", "unggahan 1"]
    ]
    assert LABEL not in [b.label for b in app.button], "an upload is undone, not taken back"


def test_a_file_with_nothing_new_speaks_all_the_same(empty, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = pressed(uploaded(open_page("unggah"), D(2025, 3, 31), **ROWS), "Simpan semua")
    app = uploaded(app, **ROWS)
    assert "sama dengan unggahan 1" in app.info[0].value
    app = pressed(app, f"Nyatakan data s.d. {format_date(today())}")
    assert app.success[0].value.startswith("Tidak ada baris yang berubah. Data 1 unit dinyatakan")
    assert horizon("BBPOM-PDG") == today()
    app = pressed(uploaded(app, **ROWS), f"Nyatakan data s.d. {format_date(today())}")
    assert "sudah dinyatakan sampai hari itu" in app.success[0].value


def test_a_file_of_targets_says_nothing_of_steps(empty, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    rows = {"Target": [[2026, "BBPOM-PDG", "A", 4]]}
    app = uploaded(open_page("unggah"), **rows)
    app = uploaded(pressed(app, "Simpan semua"), **rows)
    assert "sama dengan unggahan 1" in app.info[0].value
    assert not [b for b in app.button if b.label.startswith("Nyatakan data")]
    assert horizon("BBPOM-PDG") is None


def test_an_office_says_without_a_file_that_nothing_is_new_and_takes_it_back(empty, sign_in):
    with Store(empty) as store:
        load(store, **ROWS)
    sign_in("data_staf", "BBPOM-PDG")
    with_file = horizon("BBPOM-PDG")
    app = open_page("unggah")
    assert "Unit" not in [s.label for s in app.selectbox], "their own office, no other"
    app = pressed(app, "Nyatakan lengkap")
    assert app.success[0].value == f"Data 1 unit dinyatakan s.d. {format_date(today())}."
    assert horizon("BBPOM-PDG") == today()
    assert table(app)["Dasar"].tolist() == ["tanpa berkas", "unggahan 1"]
    app = pressed(app, "Nyatakan lengkap")
    assert "sudah dinyatakan lengkap" in app.error[0].value
    app = pressed(app, LABEL)
    assert app.success[0].value == "Pernyataan ditarik."
    assert horizon("BBPOM-PDG") == with_file
    assert "data_staf contoh" in table(app)["Ditarik"].iloc[0]
    assert LABEL not in [b.label for b in app.button]


def test_the_centre_speaks_for_its_units_and_the_nation(empty, sign_in):
    sign_in("pusat", "PST-PPSDM")
    app = open_page("unggah")
    assert "Belum ada pernyataan." in [c.value for c in app.caption]
    choice = next(s for s in app.selectbox if s.label == "Unit")
    offices = {u.code: u.name for u in statements.offices(in_use(), today())}
    assert choice.value == offices["PST-PPSDM"]
    assert offices["NASIONAL"] in choice.options
    assert offices["BBPOM-PDG"] not in choice.options
    choice.set_value(offices["NASIONAL"])
    app = pressed(app, "Nyatakan lengkap")
    assert (horizon("NASIONAL"), horizon("PST-PPSDM")) == (today(), None)


def test_a_visitor_chooses_an_office_first(empty):
    app = pressed(open_page("unggah"), "Nyatakan lengkap")
    assert app.error[0].value == "Pilih unitnya dahulu."
