"""The page SOP under AppTest: what anyone reads, and what the centre enters."""

import datetime as dt
import re

import pytest
from streamlit.testing.v1 import AppTest

from sop_core.indonesian import format_date, today
from sop_core.store import Store
from tests.builders import REV04, enter, form_of, load, revised
from tests.pages.test_pages import demo, empty, fresh_store, metric, open_page, sign_in
from tests.revisions.test_counting import LATE_BEGUN
from tests.revisions.test_form import changed, row_of

pytestmark = pytest.mark.slow

__all__ = ["demo", "empty", "fresh_store", "sign_in"]
D = dt.date


def upload(app, file):
    app.file_uploader[0].upload(file.name, file.content, "application/octet-stream").run()
    assert not app.exception, app.exception
    return app


def button(app, label):
    return next(b for b in app.button if b.label == label)


def shown_revision(app) -> str:
    return re.search(r"revisi (\d\d)\*\*", " ".join(m.value for m in app.markdown))[1]


def test_the_steps_are_the_sops_own(empty):
    app = open_page("sop")
    table = app.dataframe[0].value
    assert table["Langkah"].tolist() == [s.code for s in REV04.flow_steps("A")]
    assert table["Norma"].tolist()[:4] == ["10 HK", "15 HK", "N/A", "5 HK"]
    assert table["Pelaksana"].iloc[8] == "Pejabat Pimpinan Tinggi Madya*", "inferred, and says so"
    d = open_page("sop", alur_sop="D").dataframe[0].value
    assert d["Norma"].iloc[7] == "10 HK, tanggal 10"
    assert d["Pelaksana"].iloc[2] == "Unit Kerja Pusat, PPSDM", "stated in a remark"


def test_a_norm_says_from_what_it_is_counted_and_why(empty):
    app = open_page("sop")
    table = app.dataframe[0].value
    steps = REV04.flow_steps("A")
    assert table["Dihitung dari"].tolist() == [s.counted_from for s in steps]
    assert table["Dasar hitungan"].tolist() == [s.counted_reason for s in steps]
    said = next(c for c in app.caption if c.value == "Bagaimana norma dihitung").help
    assert "pemicu" in said
    assert "apa pun tanggal mulainya" in said
    assert "separuh norma" in said, "when a step falls due soon"


def test_a_step_that_is_opened_says_its_counting(empty):
    def draw() -> None:
        from pages import sop
        from tests.builders import REV04

        sop.detail(REV04, REV04.step("A", 4))

    said = "".join(m.value for m in AppTest.from_function(draw).run().markdown)
    step = REV04.step("A", 4)
    assert "**Dihitung dari:** pemicu (selesainya langkah sebelumnya" in said
    assert step.counted_reason.split(";")[0] in said


def test_a_changed_counting_is_looked_at_before_it_is_kept(empty, sign_in):
    with Store(empty) as store:
        load(store, **LATE_BEGUN)
    sign_in("pusat", "PST-PMPUPO")
    app = upload(
        open_page("sop"),
        changed(revised(), "Langkah SOP", {"Dihitung Dari": "pemicu"}, row_of("B.2")),
    )
    frames = [f.value for f in app.dataframe]
    changes = next(f for f in frames if "Bagian" in f.columns)
    assert ["B.2", "Dihitung dari", "mulai", "pemicu"] in changes.values.tolist()
    flips = next(f for f in frames if "Status sebelum" in f.columns)
    assert flips[["Langkah", "Status sesudah"]].values.tolist() == [["B.2", "Selesai terlambat"]]


def test_a_link_keeps_revision_and_flow(empty):
    with Store(empty) as store:
        enter(store, revised(norms={"B.2": 20}))
    shown = open_page("sop", revisi="05", alur_sop="B").dataframe[0].value
    assert shown["Norma"].iloc[1] == "20 HK"
    assert (
        open_page("sop", tanggal="2026-03-01", alur_sop="B").dataframe[0].value["Norma"].iloc[1]
        == "40 HK"
    )


def test_from_the_form_to_the_new_norm_and_back(empty, sign_in):
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[["BIN-1", "B", 2026, "BBPOM-PDG", "Pendampingan UMKM Rendang"]],
            Langkah=[["BIN-1", 1, D(2026, 3, 2), D(2026, 3, 9)], ["BIN-1", 2, D(2026, 3, 9), D(2026, 4, 30)]],
        )  # fmt: skip
    sign_in("pusat", "PST-PMPUPO")
    app = upload(open_page("sop"), form_of(revised(norms={"B.2": 20})))
    assert [metric(app, m) for m in ("Perubahan SOP", "Tenggat bergeser", "Menjadi terlambat")] == [
        "3", "1", "1",
    ]  # fmt: skip
    assert "Berlaku surut" in app.warning[0].value
    button(app, "Simpan revisi 05").click().run()
    assert not app.exception, app.exception
    assert "Revisi 05 tersimpan" in app.success[0].value
    assert shown_revision(app) == "05"
    assert [e.label for e in app.expander if e.label.startswith("Revisi")] == [
        f"Revisi 05 · rev05.xlsx · {format_date(today())} · dipakai"
    ]
    assert button(app, "Cabut revisi ini").disabled
    app.checkbox[0].check().run()
    button(app, "Cabut revisi ini").click().run()
    assert "Revisi 05 dicabut" in app.success[0].value
    assert shown_revision(app) == "04"


def test_a_shipped_revision_that_is_set_aside_is_said(empty):
    with Store(empty) as store:
        enter(store, revised("04", REV04.effective, {"B.2": 30}))
    assert "Berkas bawaan revisi 04 digantikan revisi yang dimasukkan." in [
        c.value for c in open_page("sop").caption
    ]


def test_what_is_wrong_with_a_form_is_shown_cell_by_cell(empty, sign_in):
    sign_in("pusat", "PST-PMPUPO")
    file = changed(REV04, "Langkah SOP", {"Norma HK": "sepuluh"}, row_of("A.4"))
    app = upload(open_page("sop"), file)
    assert "1 isian perlu diperbaiki" in app.error[0].value
    row = app.dataframe[1].value.iloc[0]
    assert row.tolist() == ["Langkah SOP", 5, "Norma HK", "sepuluh", "harus bilangan bulat"]
    app = upload(open_page("sop"), form_of(REV04))
    assert "sama dengan revisi 04" in app.error[0].value
    assert "Simpan revisi 04" not in [b.label for b in app.button]


def test_others_read_and_may_not_enter(demo, sign_in):
    with Store(demo) as store:
        enter(store, revised(norms={"B.2": 20}))
    for role, unit in (
        ("pimpinan", None),
        ("kepala_balai", "BBPOM-PDG"),
        ("data_staf", "BBPOM-PDG"),
    ):
        sign_in(role, unit)
        app = open_page("sop")
        assert len(app.dataframe) == 2, "the steps, and the reasons why they are late"
        assert not app.file_uploader
        assert not app.checkbox
        assert "Revisi dimasukkan oleh Unit Kerja Pusat." in [c.value for c in app.caption]
        assert len(app.expander) == 1, "the history is everyone's"
    sign_in("admin")
    assert open_page("sop").title[0].value == "Tidak berwenang"


def test_a_case_says_by_which_revision_it_is_judged(empty, sign_in):
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[["ADV-1", "A", 2026, "BBPOM-PDG", "Advokasi Pasar Aman"]],
            Langkah=[["ADV-1", 1, D(2026, 3, 2), D(2026, 3, 9)]],
        )
        enter(store, revised())
    sign_in("pimpinan")
    app = open_page("wilayah", wilayah="Balai Besar POM di Padang", kasus="ADV-1")
    assert any("dinilai menurut SOP revisi 05" in c.value for c in app.caption)
