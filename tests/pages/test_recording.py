"""Catat under AppTest: from a late row to "Tersimpan", and what else is recorded there."""

import datetime as dt

import pytest

from sop_core import importing
from tests.builders import all_speak, load
from tests.pages.test_pages import (
    TODAY,
    button,
    demo,
    empty,
    fresh_store,
    in_use,
    open_page,
    sign_in,
)

pytestmark = pytest.mark.slow

__all__ = ["demo", "empty", "fresh_store", "sign_in"]
D = dt.date
PADANG = "BBPOM-PDG"


@pytest.fixture
def staff(empty, sign_in) -> str:
    store = in_use()
    load(
        store,
        Kegiatan=[
            ["ADV-1", "A", 2026, PADANG, "Advokasi Pasar Aman"],
            ["ADV-2", "A", 2026, "BBPOM-KPG", "Advokasi Kupang"],
        ],
        Langkah=[
            ["ADV-1", 1, D(2026, 3, 2), D(2026, 3, 6)],
            ["ADV-1", 2, D(2026, 3, 9), None],
            ["ADV-2", 1, D(2026, 3, 2), None],
        ],
    )
    all_speak(store, TODAY)
    return sign_in("data_staf", PADANG)


def step(no: int, case: str = "ADV-1"):
    rows = in_use().rows(
        "SELECT * FROM step_record WHERE case_id = $c AND step_no = $n", c=case, n=no
    )
    return rows[0] if rows else None


def labelled(elements, label: str):
    return next(e for e in elements if e.label == label)


def pressed(app, label: str):
    button(app, label).click().run()
    assert not app.exception, app.exception
    return app


def test_a_step_is_recorded_and_taken_back(staff):
    app = open_page("catat", kasus="ADV-1", langkah_catat="A.2")
    labelled(app.date_input, "Tanggal Selesai").set_value(D(2026, 3, 20))
    labelled(app.text_input, "Nomor Dokumen").set_value("B-12")
    app = pressed(app, "Simpan")
    assert app.success[0].value.startswith("**Tersimpan** sebagai unggahan 2: langkah A.2, ADV-1")
    assert step(2)["finished"] == D(2026, 3, 20)
    assert step(2)["started"] == D(2026, 3, 9), "what was not touched stays"
    assert step(2)["document_no"] == "B-12"
    app = pressed(app, "Batalkan")
    assert "Unggahan 2" in app.success[0].value
    assert step(2)["finished"] is None


def test_the_step_at_which_the_case_stands_is_proposed(staff):
    app = open_page("catat", kasus="ADV-1")
    assert app.session_state["langkah_catat"] == "A.2"
    assert labelled(app.date_input, "Tanggal Mulai").value == D(2026, 3, 9)


def test_a_fault_is_told_and_what_was_typed_stays(staff):
    app = open_page("catat", kasus="ADV-1", langkah_catat="A.2")
    labelled(app.date_input, "Tanggal Selesai").set_value(D(2026, 3, 2))
    app = pressed(app, "Simpan")
    assert "Belum disimpan" in app.error[0].value
    assert "A.2 ADV-1, Tanggal Selesai: " in app.error[0].value, "named as the grid names it"
    assert labelled(app.date_input, "Tanggal Selesai").value == D(2026, 3, 2)
    assert step(2)["finished"] is None


def test_what_a_colleague_recorded_meanwhile_is_not_overwritten(staff):
    app = open_page("catat", kasus="ADV-1", langkah_catat="A.2")
    load(in_use(), Langkah=[["ADV-1", 2, D(2026, 3, 9), D(2026, 3, 19)]])
    labelled(app.date_input, "Tanggal Selesai").set_value(D(2026, 3, 20))
    app = pressed(app, "Simpan")
    assert "berubah sementara formulir ini terbuka" in app.error[0].value
    assert step(2)["finished"] == D(2026, 3, 19)


def test_only_own_cases_are_offered(staff):
    app = open_page("catat")
    assert labelled(app.selectbox, "Kasus").options == [
        "Advokasi Pasar Aman · 2026 · di A.2 · ADV-1"
    ]


def test_a_new_activity_gets_an_id_and_is_then_at_hand(staff):
    app = open_page("catat", catat="Kegiatan baru")
    app = pressed(app, "Simpan kegiatan")
    assert "Isi dahulu Alur, Judul" in app.error[0].value
    labelled(app.selectbox, r"Alur \*").set_value("A. Advokasi pemangku kepentingan")
    labelled(app.text_input, r"Judul \*").set_value("Audiensi dinas")
    app = pressed(app, "Simpan kegiatan")
    assert "KEG" in app.success[0].value
    (row,) = in_use().rows("SELECT * FROM activity WHERE title = 'Audiensi dinas'")
    assert row["case_id"] == "KEG-A-2026-BBPOM-PDG-001"
    assert (row["year"], row["unit_code"]) == (2026, PADANG)


def test_a_follow_up_is_begun_and_carried_on(staff):
    app = open_page("catat", catat="Tindak lanjut", kasus="ADV-1")
    labelled(app.text_input, r"Uraian \*").set_value("Perbaiki label")
    labelled(app.date_input, "Target Selesai").set_value(D(2026, 12, 1))
    app = pressed(app, "Simpan tindak lanjut")
    app.selectbox(key="rekomendasi_ADV-1").set_value("1. Perbaiki label").run()
    labelled(app.date_input, "Tanggal Selesai").set_value(D(2026, 11, 20))
    labelled(app.selectbox, "Hasil").set_value("optimal")
    app = pressed(app, "Simpan tindak lanjut")
    (row,) = in_use().rows("SELECT * FROM follow_up")
    assert (row["recommendation_no"], row["target_on"], row["finished_on"], row["outcome"]) == (
        "1", D(2026, 12, 1), D(2026, 11, 20), "optimal",
    )  # fmt: skip
    assert [b.batch_id for b in importing.history(in_use())] == [3, 2, 1]


def test_the_grid_lists_what_is_open(staff):
    app = open_page("catat", catat="Beberapa langkah")
    assert any("1 langkah yang berjalan" in c.value for c in app.caption)


def test_who_does_not_upload_has_no_way_in(staff, sign_in):
    sign_in("kepala_balai", PADANG)
    app = open_page("wilayah", wilayah="Balai Besar POM di Padang", kasus="ADV-1")
    assert "Catat langkah kasus ini" not in [b.label for b in app.button]
    app.switch_page("pages/catat.py").run()
    assert not [b for b in app.button if b.label == "Simpan"]


def test_a_visitor_of_the_demo_records_on_demo_cases_alone(demo):
    app = open_page("catat", catat="Kegiatan baru")
    labelled(app.selectbox, r"Alur \*").set_value("A. Advokasi pemangku kepentingan")
    labelled(app.text_input, r"Judul \*").set_value("Audiensi rekaan")
    labelled(app.selectbox, r"Kode Unit \*").set_value("Balai Besar POM di Padang")
    app = pressed(app, "Simpan kegiatan")
    case = in_use().one("SELECT case_id FROM activity WHERE title = 'Audiensi rekaan'")
    assert case == "DEMO-KEG-A-2026-BBPOM-PDG-001"
    app = open_page("catat", kasus=case, langkah_catat="A.1")
    labelled(app.date_input, "Tanggal Mulai").set_value(D(2026, 11, 2))
    app = pressed(app, "Simpan")
    assert app.success[0].value.startswith("**Tersimpan**")


def test_a_fault_in_a_new_activity_locks_nobody_out_and_neither_does_its_undo(staff):
    app = open_page("catat", catat="Kegiatan baru")
    labelled(app.selectbox, r"Alur \*").set_value("A. Advokasi pemangku kepentingan")
    labelled(app.text_input, r"Judul \*").set_value("Audiensi dinas")
    labelled(app.selectbox, "Fungsi").set_value("CAPA")
    app = pressed(app, "Simpan kegiatan")
    assert "Belum disimpan" in app.error[0].value
    labelled(app.selectbox, "Fungsi").set_value(None)
    app = pressed(app, "Simpan kegiatan")
    assert [t.value for t in app.title] == ["Catat"]
    assert "**Tersimpan**" in app.success[0].value
    app = pressed(app, "Batalkan")
    assert [t.value for t in app.title] == ["Catat"]
    assert "dibatalkan" in app.success[0].value
    assert in_use().one("SELECT count(*) FROM audit WHERE outcome = 'ditolak'") == 0


def test_a_long_text_that_is_stored_is_not_cut(staff):
    remark = "catatan panjang " * 100
    load(in_use(), Langkah=[["ADV-1", 2, D(2026, 3, 9), None, None, None, None, remark]])
    app = open_page("catat", kasus="ADV-1", langkah_catat="A.2")
    labelled(app.date_input, "Tanggal Selesai").set_value(D(2026, 3, 20))
    pressed(app, "Simpan")
    assert step(2)["finished"] == D(2026, 3, 20)
    assert step(2)["remarks"] == remark.strip()


def test_a_word_that_is_read_as_blank_is_told(staff):
    app = open_page("catat", kasus="ADV-1", langkah_catat="A.2")
    labelled(app.date_input, "Tanggal Selesai").set_value(D(2026, 3, 20))
    labelled(app.text_input, "Nomor Dokumen").set_value("menyusul")
    app = pressed(app, "Simpan")
    assert step(2)["document_no"] is None
    assert any("menyusul" in i.value for i in app.info)
