"""Evidence under AppTest: on Wilayah for a case's steps, on Tindak Lanjut for a follow-up."""

import pytest

from pages.kit import handing
from sop_core import evidence
from sop_core.evidence import Place
from sop_core.store import Store
from tests.evidence.conftest import fill
from tests.evidence.papers import pdf
from tests.pages.test_pages import button, empty, fresh_store, in_use, open_page, sign_in

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
PADANG = "Balai Besar POM di Padang"


@pytest.fixture
def filled(empty):
    with Store(empty) as store:
        fill(store)
    return empty


def open_case(**query: str):
    return open_page("wilayah", wilayah=PADANG, kasus="ADV-1", **query)


def listed(case: str = "ADV-1") -> list[tuple]:
    frame = evidence.listed(in_use(), case)
    return list(frame[["step_no", "recommendation_no", "kind", "name"]].itertuples(index=False, name=None))  # fmt: skip


def labels(app) -> list[str]:
    return [e.label for e in app.expander]


def chosen(app, label: str, option: str):
    next(s for s in app.selectbox if s.label == label).select(option).run()
    assert not app.exception, app.exception
    return app


def pressed(app, label: str):
    button(app, label).click().run()
    assert not app.exception, app.exception
    return app


def downloads(app) -> list[str]:
    return [d.proto.label for d in app.get("download_button") if d.proto.label.startswith("Unduh")]


def test_a_document_is_added_to_a_step_and_the_list_of_missing_ones_is_empty(filled, sign_in, monkeypatch):  # fmt: skip
    sign_in("data_staf", "BBPOM-PDG")
    app = open_case()
    assert {"Selesai tanpa dokumen (1)", "Bukti (0)"} <= set(labels(app))
    uploader = next(u for u in app.file_uploader if u.label == "Dokumen")
    assert list(uploader.proto.type) == [".pdf", ".jpg", ".jpeg", ".png"]
    assert uploader.proto.max_upload_size_mb == 10
    uploader.upload("Laporan *penting*.pdf", pdf(), "application/pdf").run()
    app = pressed(app, "Simpan bukti")
    assert "Pilih dahulu langkahnya." in [e.value for e in app.error]
    step = next(s for s in app.selectbox if s.label == "Langkah").options[3]
    assert step.startswith("A.4 ")
    app = pressed(chosen(app, "Langkah", step), "Simpan bukti")
    assert "Bukti 1 disimpan." in [s.value for s in app.success]
    assert "Bukti (1)" in labels(app)
    assert not [name for name in labels(app) if name.startswith("Selesai tanpa dokumen")]
    assert [row[2:] for row in listed()] == [("pdf", "Laporan *penting*.pdf")]
    (label,) = downloads(app)
    assert "\\*penting\\*" in label, "a name is text"
    app = pressed(app, "Tarik bukti 1")
    assert listed() == []
    assert "Selesai tanpa dokumen (1)" in labels(app)


def test_what_is_no_document_is_refused_in_words(filled, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_case()
    step = next(s for s in app.selectbox if s.label == "Langkah").options[3]
    app = chosen(app, "Langkah", step)
    next(u for u in app.file_uploader if u.label == "Dokumen").upload("a.pdf", b"<html>%PDF-1.4", "application/pdf").run()  # fmt: skip
    app = pressed(app, "Simpan bukti")
    assert "bukan PDF, JPG, atau PNG" in next(e.value for e in app.error)
    next(t for t in app.text_input if t.label == "Atau tautan").set_value(
        "https://contoh.go.id"
    ).run()
    app = pressed(app, "Simpan bukti")
    assert "Pilih satu dokumen, atau tulis satu tautan." in [e.value for e in app.error]
    assert listed() == []


def test_a_link_is_added_and_shown_as_one(filled, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_case()
    app = chosen(app, "Langkah", next(s for s in app.selectbox if s.label == "Langkah").options[0])
    next(t for t in app.text_input if t.label == "Atau tautan").set_value("https://contoh.go.id/_a_").run()  # fmt: skip
    app = pressed(app, "Simpan bukti")
    (link,) = app.get("link_button")
    assert link.proto.url == "https://contoh.go.id/_a_"


@pytest.mark.parametrize(
    ("role", "unit", "sees", "opens", "adds"),
    [
        ("kepala_balai", "BBPOM-PDG", True, True, False),
        ("pimpinan", None, True, False, False),
        ("pusat", "PST-PMPUPO", True, True, False),
        ("data_staf", "BBPOM-KPG", False, False, False),
    ],
)
def test_each_role_sees_and_may_what_is_its_own(filled, sign_in, role, unit, sees, opens, adds):
    with Store(filled) as store:
        evidence.add_document(store, Place("ADV-1", 4), "Surat Budi contoh.pdf", pdf())
    sign_in(role, unit)
    app = open_page("wilayah")
    if not sees:
        app.query_params["kasus"] = "ADV-1"
        app.run()
        assert "tidak ada dalam kewenangan" in app.error[0].value
        return
    app = open_case()
    assert "Bukti (1)" in labels(app)
    assert bool(downloads(app)) is opens
    assert bool(app.file_uploader) is adds
    assert not [b for b in app.button if b.label.startswith("Tarik")]
    if not opens:
        assert "Budi" not in str([d.value.to_csv() for d in app.dataframe])
        assert "nama orang" in " ".join(c.value for c in app.caption)


def test_a_follow_up_has_its_own(filled, sign_in):
    sign_in("data_staf", "LOKA-SJJ")
    app = open_page("tindak_lanjut")
    choice = next(s for s in app.selectbox if s.label == "Rekomendasi")
    assert [o.partition(":")[0] for o in choice.options] == ["ADV-1 no. 1"]
    app = chosen(app, "Rekomendasi", choice.options[0])
    next(u for u in app.file_uploader if u.label == "Dokumen").upload("rad.pdf", pdf(), "application/pdf").run()  # fmt: skip
    app = pressed(app, "Simpan bukti")
    assert [row[1:] for row in listed()] == [("1", "pdf", "rad.pdf")]
    assert len(downloads(app)) == 1
    app = pressed(app, "Tarik bukti 1")
    assert listed() == []


def test_a_past_day_shows_no_place_to_add(filled, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    with_it = open_case()
    assert with_it.file_uploader
    # Nothing was known on that day: the page says so, and takes nothing.
    assert not open_case(diketahui="2026-11-01").file_uploader


def test_what_a_button_hands_out_is_asked_for_and_traced_when_it_is_pressed(filled, sign_in, monkeypatch):  # fmt: skip
    made = []
    monkeypatch.setattr(handing, "handed", lambda make, before=None: made.append(make) or make)
    with Store(filled) as store:
        evidence.add_document(store, Place("ADV-1", 4), "a.pdf", pdf())
    sign_in("kepala_balai", "BBPOM-PDG")
    open_case()
    before = in_use().one("SELECT count(*) FROM audit WHERE action = 'ekspor_nama'")
    assert pdf() in [make() for make in made if "_handed_out" in str(make)]
    assert in_use().one("SELECT count(*) FROM audit WHERE action = 'ekspor_nama'") == before + 1
