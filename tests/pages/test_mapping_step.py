"""Unggah: an office's own recap from drop to kept, and the next month's version of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sop_core.store import Store
from tests.importing.test_cases import CASES
from tests.pages.test_pages import button, empty, fresh_store, open_page, sign_in

__all__ = ["empty", "fresh_store", "sign_in"]
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def drop(app, name: str):
    content = (CASES / name).read_bytes()
    return app.file_uploader[0].upload(name, content, KIND).run()


@pytest.mark.slow
def test_a_recap_is_asked_about_once_and_kept(empty: Path, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = drop(open_page("unggah"), "11a-rekap-lebar.xlsx")
    assert not app.exception
    assert not app.error
    assert any("Rekap 2026" in i.value for i in app.info)
    asked = {s.label: s.value for s in app.selectbox}
    assert (asked["Nama Kegiatan"], asked["Balai"], asked["Pelaksanaan (A.3)"], asked["Ket"]) == (
        "Judul", "Kode Unit", "A.3 selesai", "Tidak dibaca",
    )  # fmt: skip
    assert (asked["Alur"], app.text_input[0].value) == ("A", "2026")
    button(app, "Baca dengan pemetaan ini").click().run()
    assert not app.exception
    assert [m.value for m in app.metric][:2] == ["14", "0"]
    button(app, "Simpan semua").click().run()
    with Store(empty) as store:
        assert store.one("SELECT count(*) FROM activity") == 3
    drop(app, "11a-rekap-lebar.xlsx")
    assert not app.exception
    assert [m.value for m in app.metric][:2] == ["0", "0"], "not asked again, and nothing doubled"


@pytest.mark.slow
def test_what_is_lacking_is_said_before_anything_is_read(empty: Path, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = drop(open_page("unggah"), "12a-agenda.xlsx")
    said = "".join(m.value for m in app.markdown).replace("\\", "")
    assert "Kolom “Tanggal” berisi tanggal dan belum dibaca" in said
    button(app, "Baca dengan pemetaan ini").click().run()
    assert "Belum ada kolom atau isian untuk" in app.error[0].value
    assert not app.metric
