"""Pengesahan under AppTest: the centre asks for it, staff see it, the head has the last word."""

import pytest

from tests.builders import all_speak, load
from tests.pages.test_pages import (
    TODAY,
    button,
    empty,
    fresh_store,
    in_use,
    metric,
    open_page,
    sign_in,
)

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
PADANG = "BBPOM-PDG"
NAME = "Balai Besar POM di Padang"


def pressed(app, label: str):
    button(app, label).click().run()
    assert not app.exception, app.exception
    return app


def said(app) -> str:
    return "\n".join(e.value for e in [*app.markdown, *app.caption, *app.info, *app.success])


def test_from_the_centres_rule_to_the_heads_word(empty, sign_in, monkeypatch):
    load(
        in_use(),
        Kegiatan=[["ADV-1", "A", 2026, PADANG, "Advokasi"]],
        Langkah=[["ADV-1", 1, "2026-03-02"]],
    )
    all_speak(in_use(), TODAY)
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("unggah")
    next(m for m in app.multiselect if m.label == "Unit yang unggahannya wajib disahkan").set_value(
        [PADANG]
    )
    pressed(app, "Simpan aturan")
    from sop_core import accounts

    sign_in("data_staf", PADANG)
    staff = accounts.viewer_of(in_use(), "data_staf.bbpom-pdg")
    load(in_use().as_viewer(staff), Kegiatan=[["ADV-2", "A", 2026, PADANG, "Audiensi"]],
         Langkah=[["ADV-2", 1, "2026-03-02"]])  # fmt: skip
    app = open_page("unggah")
    assert any("Belum disahkan" in e.label for e in app.expander)

    sign_in("kepala_balai", PADANG)
    app = open_page("wilayah", wilayah=NAME)
    assert any("Menunggu pengesahan Anda (1)" in e.label for e in app.expander)
    assert "1 unggahan belum disahkan" in said(app)
    both = metric(app, "Langkah terbuka")
    confirmed = open_page("wilayah", wilayah=NAME, sah="true")
    assert "Hanya yang disahkan" in said(confirmed)
    assert int(metric(confirmed, "Langkah terbuka")) == int(both) - 1
    app = pressed(app, "Kembalikan")
    assert "Tulis dahulu" in app.error[0].value
    next(t for t in app.text_input if t.label == "Catatan bila dikembalikan").set_value(
        "judul salah"
    )
    app = pressed(app, "Kembalikan")
    assert app.success[0].value == "Unggahan 2 dikembalikan."
    assert "Dikembalikan oleh kepala\\_balai contoh: judul salah" in said(app)
    app = pressed(app, "Sahkan")
    assert app.success[0].value == "Unggahan 2 disahkan."
    assert not any("Menunggu pengesahan" in e.label for e in app.expander)
    assert metric(open_page("wilayah", wilayah=NAME, sah="true"), "Langkah terbuka") == both


def test_an_upload_that_is_gone_is_told_and_one_that_is_only_out_of_sight_is_not(empty, sign_in):
    from sop_core import accounts, approvals, importing

    store = in_use()
    load(store, Kegiatan=[["ADV-1", "A", 2026, PADANG, "Advokasi"]])
    all_speak(store, TODAY)
    approvals.require(store, PADANG)
    sign_in("data_staf", PADANG)
    staff = store.as_viewer(accounts.viewer_of(store, "data_staf.bbpom-pdg"))
    load(staff, Kegiatan=[["ADV-2", "A", 2026, PADANG, "Audiensi"]])
    sign_in("kepala_balai", PADANG)
    app = open_page("wilayah", wilayah=NAME)
    assert any("Menunggu pengesahan Anda (1)" in e.label for e in app.expander)
    next(t for t in app.toggle if t.label == "Hanya yang disahkan").set_value(True).run()
    assert "hanya unggahan yang disahkan" in said(app)
    assert "tidak lagi menunggu" not in said(app)
    app = open_page("wilayah", wilayah=NAME)
    importing.undo(staff, 2, "staf", today=TODAY)
    app.run()
    assert "Unggahan 2 tidak lagi menunggu" in said(app)


def test_without_a_rule_nobody_sees_anything_of_it(empty, sign_in):
    load(in_use(), Kegiatan=[["ADV-1", "A", 2026, PADANG, "Advokasi"]])
    sign_in("kepala_balai", PADANG)
    app = open_page("wilayah", wilayah=NAME)
    assert "Hanya yang disahkan" not in [t.label for t in app.toggle]
    assert "disahkan" not in said(app)
