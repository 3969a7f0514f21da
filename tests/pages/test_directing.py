"""A rekap that waits on the first screen; the disposisi on it, and one by a decision, under AppTest."""

import datetime as dt

import pytest

from sop_core import directions
from sop_core.indonesian import format_date, today
from sop_core.store import Store
from tests.builders import all_speak, load, steps_of
from tests.pages.test_pages import button, empty, fresh_store, in_use, open_page, sign_in
from tests.pages.test_recording import labelled

pytestmark = pytest.mark.slow

__all__ = ["empty", "fresh_store", "sign_in"]
D = dt.date
CASE = "C-2025-NASIONAL"
REKAP = D(2026, 3, 17)


@pytest.fixture
def filled(empty):
    """Ende held 2 of 10 activities of C in 2025; the rekap of that year came in on 17 March 2026."""
    ids = [f"KIE-{i}" for i in range(2)]
    with Store(empty) as store:
        load(
            store,
            Kegiatan=[[i, "C", 2025, "BPOM-END", "KIE Kosmetik aman"] for i in ids],
            Langkah=[
                *([i, 3, D(2025, 5, 5), D(2025, 5, 8)] for i in ids),
                [CASE, 6, D(2026, 2, 2), REKAP, "REKAP-C"],
            ],
            Target=[[2025, "BPOM-END", "C", 10]],
        )
        all_speak(store, today())
    return empty


def texts(app) -> str:
    return "\n".join(m.value for m in (*app.markdown, *app.caption, *app.success, *app.error))


def directed() -> dict:
    return steps_of(in_use(), CASE, today())[7]


@pytest.mark.parametrize(("role", "unit", "whose"), [("pimpinan", None, "Anda"), ("pusat", "PST-PMPUPO", "pimpinan")])  # fmt: skip
def test_the_first_screen_names_the_rekap_that_waits_with_its_deadline(filled, sign_in, role, unit, whose):  # fmt: skip
    sign_in(role, unit)
    said = texts(open_page("nasional"))
    assert f"Menunggu disposisi {whose} (1)" in said
    assert "Rekap alur C tahun 2025 masuk 17 Maret 2026, disposisi C.7 paling lambat 31 Maret 2026 (5 HK), terlambat" in said  # fmt: skip
    before = texts(open_page("nasional", tanggal="2026-03-16"))
    assert "Menunggu disposisi" not in before, "on that day no rekap was in"


def test_an_arahan_is_given_corrected_and_taken_back(filled, sign_in):
    sign_in("pimpinan")
    app = open_page("rekomendasi", rekap=CASE, tanggal=str(today()))
    button(app, "Simpan arahan").click().run()
    assert "Arahan dan nomor disposisi wajib diisi" in texts(app)
    labelled(app.text_input, "Nomor disposisi").set_value("DSP.7/2026")
    labelled(app.text_area, "Arahan").set_value("Kawal *Ende*.")
    labelled(app.date_input, "Tanggal disposisi").set_value(D(2026, 3, 27))
    button(app, "Simpan arahan").click().run()
    assert "langkah C.7 tercatat selesai" in texts(app)
    assert r"Nomor DSP.7/2026: Kawal \*Ende\*." in texts(app)
    done = directed()
    assert (done["finished"], done["status"]) == (D(2026, 3, 27), "selesai_tepat")
    assert "Menunggu disposisi" not in texts(open_page("nasional"))
    app = open_page("rekomendasi", rekap=CASE, tanggal=str(today()))
    labelled(app.text_area, "Arahan").set_value("Kawal Ende dan Kupang.")
    button(app, "Simpan perubahan").click().run()
    assert "Kawal Ende dan Kupang" in texts(app)
    for _ in range(2):
        button(app, "Tarik disposisi").click().run()
        assert "ditarik" in texts(app)
    assert directed()["finished"] is None
    assert "Menunggu disposisi" in texts(open_page("nasional"))


def test_a_decision_closes_the_step_with_the_number_that_was_typed(filled, sign_in):
    sign_in("pimpinan")
    (usulan,) = open_page("rekomendasi", tahun="2025").selectbox(key="usulan").options
    app = open_page("rekomendasi", tahun="2025", usulan=usulan)
    assert [c.value for c in app.checkbox if "menjadi disposisinya" in c.label] == [True]
    inputs = [t for t in app.text_input if t.label == "Nomor disposisi"]
    inputs[-1].set_value("DSP.8/2026")
    labelled(app.text_area, "Catatan").set_value("Penuhi")
    button(app, "Simpan disposisi").click().run()
    assert "Disposisi tersimpan: Diterima. Langkah C.7 tercatat selesai." in texts(app)
    row = directions.cycles(in_use(), today()).iloc[0]
    assert (row["directed_on"].date(), row["document_no"]) == (today(), "DSP.8/2026")
    assert row["direction"].endswith("Diterima. Penuhi")
    assert not [c for c in app.checkbox if "menjadi disposisinya" in c.label]


def test_others_read_what_was_directed_and_write_nothing(filled, sign_in):
    sign_in("pusat", "PST-PMPUPO")
    app = open_page("rekomendasi", rekap=CASE, tanggal=str(today()))
    assert "Rekap alur C tahun 2025 masuk" in texts(app)
    assert not [b for b in app.button if "arahan" in b.label]
    assert format_date(D(2026, 3, 31)) in texts(app)


def test_of_a_day_gone_by_nothing_is_directed(filled, sign_in):
    sign_in("pimpinan")
    app = open_page("rekomendasi", rekap=CASE, diketahui=str(today() - dt.timedelta(days=1)))
    assert not [b for b in app.button if "arahan" in b.label]
    (usulan,) = open_page("rekomendasi", tahun="2025").selectbox(key="usulan").options
    app = open_page("rekomendasi", tahun="2025", usulan=usulan, diketahui=str(today() - dt.timedelta(days=1)))  # fmt: skip
    assert not [b for b in app.button if "disposisi" in b.label.lower()]


def test_seen_from_an_earlier_day_the_form_does_not_replace_what_came_later(filled, sign_in):
    sign_in("pimpinan")
    directions.direct(in_use(), CASE, "Arahan asli", "DSP.1", D(2026, 3, 27))
    app = open_page("rekomendasi", rekap=CASE, tanggal="2026-03-20")
    assert "menunggu" in texts(app) or "Rekap alur C" in texts(app)
    assert not [b for b in app.button if "arahan" in b.label]
    assert "bila tanggal acuannya hari ini" in texts(app)


def test_a_disposisi_of_before_its_rekap_is_put_right_here(filled, sign_in):
    with Store(filled) as store:
        load(store, Langkah=[[CASE, 7, None, D(2026, 3, 10), "DSP"]])
    sign_in("pimpinan")
    app = open_page("rekomendasi", tanggal=str(today()))
    assert labelled(app.date_input, "Tanggal disposisi").value == REKAP
    labelled(app.text_area, "Arahan").set_value("Dibetulkan.")
    button(app, "Simpan perubahan").click().run()
    assert directed()["finished"] == REKAP


def test_a_disposisi_without_its_rekap_is_shown_and_not_asked_for(filled, sign_in):
    with Store(filled) as store:
        load(store, Kegiatan=[["KIE-A", "C", 2024, "BPOM-END", "KIE"]],
             Langkah=[["KIE-A", 3, D(2024, 5, 5), D(2024, 5, 8)], ["C-2024-NASIONAL", 7, None, D(2025, 3, 10), "DSP"]])  # fmt: skip
    sign_in("pimpinan")
    app = open_page("rekomendasi", rekap="C-2024-NASIONAL", tanggal=str(today()))
    assert "Rekapnya belum tercatat masuk" in texts(app)
    assert not [b for b in app.button if b.label.startswith("Simpan")]
