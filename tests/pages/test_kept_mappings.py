"""Unggah: what was confirmed once is kept, told, changed, renamed and removed; tables in turn."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sop_core import process
from sop_core.importing.mapping import Mapping, kept
from sop_core.store import Store
from tests.importing.books import book
from tests.importing.test_mapped_tables import three
from tests.importing.test_mapping import MAPPING, NAMES, ROWS, ids, recap
from tests.pages.test_mapping_step import KIND
from tests.pages.test_pages import button, empty, fresh_store, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
UNIT = "BBPOM-PDG"
READ, SKIP = "Baca dengan pemetaan ini", "Jangan baca lembar ini"


def drop(app, content: bytes, name: str = "rekap.xlsx"):
    app.file_uploader[0].upload(name, content, KIND).run()
    assert not app.exception, app.exception
    return app


def press(app, label: str):
    button(app, label).click().run()
    assert not app.exception, app.exception
    return app


def texts(app) -> str:
    return "\n".join(e.value for kind in (app.markdown, app.caption, app.info, app.success, app.warning) for e in kind).replace("\\", "")  # fmt: skip


def field(app, label: str):
    return next(t for t in app.text_input if t.label == label)


def root() -> Store:
    return process.store_at(os.environ["PANTAU_DB"])


@pytest.fixture
def page(empty: Path, sign_in):
    sign_in("data_staf", UNIT)
    return open_page("unggah")


def test_a_confirmed_mapping_is_kept_told_and_changed(page):
    assert "Belum ada. Pemetaan disimpan saat Anda memberinya nama" in texts(page)
    app = drop(page, recap().content)
    assert field(app, "Simpan pemetaan ini dengan nama").value == "Rekap"
    field(app, "Kata lain yang berarti kosong").set_value("nihil, n.n.")
    app = press(app, READ)
    assert "Pemetaan “Rekap” disimpan." in texts(app)
    (one,) = kept.in_force(root(), UNIT)
    assert (one.mapping.blank, one.kept_by) == (["nihil", "n.n."], "data_staf contoh")
    app = press(app, "Simpan semua")
    # Next month, in another tab of the browser: read at once, and said by what.
    app = drop(open_page("unggah"), recap([*ROWS, [3, "Baru", *ROWS[1][2:]]]).content)
    assert [m.value for m in app.metric][:2] == ["1", "0"]
    assert "Lembar “Rekap” dibaca dengan pemetaan tersimpan “Rekap” (data_staf contoh, " in texts(
        app
    )
    assert "sama untuk semua baris: Alur A, Tahun 2026" in texts(app)
    app = press(app, "Ubah pemetaan")
    assert "Periksa lagi pemetaan lembar “Rekap”." in texts(app)
    assert field(app, "Simpan pemetaan ini dengan nama").value == "Rekap"
    next(s for s in app.selectbox if s.label == "Ket").set_value("Bentuk Kegiatan")
    app = press(app, READ)
    assert [m.value for m in app.metric][:2] == ["1", "1"], "the remark came in with it"
    assert [k.number for k in kept.in_force(root(), UNIT)] == [2]


def test_without_a_name_it_is_this_sessions_alone(page):
    app = drop(page, recap().content)
    field(app, "Simpan pemetaan ini dengan nama").set_value(" ")
    app = press(press(app, READ), "Simpan semua")
    assert kept.in_force(root(), UNIT) == []
    app = drop(app, recap([*ROWS, [3, "Baru", *ROWS[1][2:]]]).content, "lain.xlsx")
    assert [m.value for m in app.metric][:2] == ["1", "0"]
    assert "dibaca dengan pemetaan yang Anda berikan" in texts(app)


def test_a_kept_year_that_is_not_the_files_is_asked_about(page, empty):
    kept.keep(root(), "Rekap", Mapping.model_validate(MAPPING), NAMES, "Staf lama", UNIT)
    file = book([["REKAP TAHUN 2027"], [], NAMES, [1, "Acara", "BBPOM Padang", "", "", "", ""]], "Rekap")  # fmt: skip
    app = drop(page, file)
    assert not app.metric
    assert "Tahun 2026 menurut pemetaan tersimpan “Rekap” (Staf lama, " in texts(app)
    assert field(app, "Tahun").value == "2027"


def test_tables_are_asked_about_in_turn_and_may_be_left_out(page):
    app = drop(page, three().content)
    assert "Tabel 1 dari 4. Lembar “Januari” bukan dari templat." in texts(app)
    assert "Jawabannya berlaku pula bagi 1 lembar lain" in texts(app)
    app = press(app, READ)
    assert "Tabel 2 dari 3. Lembar “Lain”" in texts(app)
    app = press(press(app, SKIP), SKIP)
    assert app.metric
    assert "Lembar “Lain”, “Pivot” tidak dibaca: Anda memilih melewatinya." in texts(app)
    app = press(app, "Petakan")
    assert "Lembar “Lain” bukan dari templat." in texts(app)


def test_a_file_of_which_nothing_is_to_be_read_can_be_asked_about_again(page):
    app = press(drop(page, recap().content), SKIP)
    assert "Anda memilih melewatinya" in app.error[0].value
    app = press(app, "Tanyakan lagi lembar yang dilewati")
    assert "Lembar “Rekap” bukan dari templat." in texts(app)


def renamed(page):
    app = press(press(drop(page, recap().content), READ), "Simpan semua")
    return drop(app, recap([[1, "Advokasi Pasar Raya", *ROWS[0][2:]], ROWS[1]]).content)


def test_a_renamed_activity_is_one_question(page):
    app = renamed(page)
    assert "Kegiatan **Advokasi Pasar** (REKAP-A-2026-BBPOM-PDG-1) kini tertulis **Advokasi Pasar Raya** (baris 4): nomornya sama." in texts(app)  # fmt: skip
    app.radio[0].set_value("Masih yang sama")
    app = press(app, "Baca lagi dengan jawaban ini")
    assert [m.value for m in app.metric][:4] == ["0", "1", "0", "0"]
    press(app, "Simpan semua")
    assert ids(root())["Advokasi Pasar Raya"] == "REKAP-A-2026-BBPOM-PDG-1"
    assert kept.in_force(root(), UNIT)[0].mapping.same == []


def test_or_another_activity(page):
    app = press(renamed(page), "Semuanya yang lain")
    assert [m.value for m in app.metric][:4] == ["3", "0", "0", "0"]


def test_the_list_renames_hands_out_and_removes(page, empty):
    kept.keep(root(), "Rekap", Mapping.model_validate(MAPPING), NAMES, "Staf lama", UNIT)
    kept.keep(root(), "Dua", Mapping.model_validate(MAPPING), NAMES, "Staf lama", UNIT)
    kept.keep(root(), "Milik lain", Mapping.model_validate(MAPPING), NAMES, "x", "BBPOM-KPG")
    app = page.run()
    frame = next(d.value for d in app.dataframe if "Disimpan oleh" in d.value)
    assert frame["Nama"].tolist() == ["Dua", "Rekap"]
    app.session_state["peta_2"] = True
    app.run()
    assert "Sama untuk semua baris: **Alur A, Tahun 2026**." in texts(app)
    field(app, "Nama pemetaan").set_value("rekap")
    app = press(app, "Ganti nama")
    assert "sudah dipakai" in app.error[0].value
    field(app, "Nama pemetaan").set_value("Rekap advokasi")
    app = press(app, "Ganti nama")
    assert [k.name for k in kept.in_force(root(), UNIT)] == ["Rekap advokasi", "Rekap"]
    app.session_state["peta_4"] = True
    app.run()
    app = press(app, "Hapus")
    assert [k.name for k in kept.in_force(root(), UNIT)] == ["Rekap"]


def test_a_visitor_keeps_nothing(empty):
    app = drop(open_page("unggah"), recap().content)
    assert "Simpan pemetaan ini dengan nama" not in [t.label for t in app.text_input]
    app = press(app, READ)
    assert app.metric
    assert "Pemetaan tersimpan" not in [s.value for s in app.subheader]
