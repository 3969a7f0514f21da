"""What was uploaded and not yet kept waits while its person looks at something else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pages.kit import pending, shelf
from pages.kit.shelf import LIFE, Held, Shelf, key_of
from sop_core.access import Viewer
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import workbook
from tests.importing.test_cases import CASES
from tests.pages.test_pages import button, empty, fresh_store, open_page, sign_in

__all__ = ["empty", "fresh_store", "sign_in"]
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOW = dt.datetime(2026, 11, 27, 9, 30)
SARI = Viewer("sari", "Sari Contoh", "data_staf", "BBPOM-PDG", ("BBPOM-PDG",))
ADV = ["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]


def upload(name: str = "a.xlsx", size: int = 10, at: dt.datetime = NOW, **more) -> Held:
    return Held("pintu", SARI, at, (SourceFile(name, b"x" * size),), **more)


# ------------------------------------------------------------------------- the shelf


def test_one_upload_a_person_and_none_of_another_s():
    held = Shelf()
    held.hold("sari", upload("a.xlsx"), NOW)
    held.hold("sari", upload("b.xlsx"), NOW)
    found = held.of("sari", SARI, NOW)
    assert found is not None
    assert found.names == "b.xlsx"
    assert held.of("budi", SARI, NOW) is None
    held.drop("sari")
    assert held.of("sari", SARI, NOW) is None


def test_another_role_or_office_has_nothing_held_nor_has_it_when_it_is_changed_back():
    held = Shelf()
    held.hold("sari", upload(), NOW)
    moved = Viewer("sari", "Sari Contoh", "data_staf", "BPOM-BGR", ("BPOM-BGR",))
    assert held.of("sari", moved, NOW) is None
    assert held.of("sari", SARI, NOW) is None


def test_after_two_hours_it_is_gone():
    held = Shelf()
    held.hold("sari", upload(), NOW)
    assert held.of("sari", SARI, NOW + LIFE)
    assert held.of("sari", SARI, NOW + LIFE + dt.timedelta(seconds=1)) is None


def test_the_oldest_makes_room_and_its_person_is_told_once(monkeypatch):
    monkeypatch.setattr(shelf, "MOST", 100)
    held = Shelf()
    held.hold("sari", upload("lama.xlsx", 60), NOW)
    held.hold("budi", upload("baru.xlsx", 50), NOW)
    assert held.of("sari", SARI, NOW) is None
    gone = held.let_go_of("sari", SARI)
    assert gone is not None
    assert (gone.names, gone.sizes) == ("lama.xlsx", [0])
    assert held.let_go_of("sari", SARI) is None
    held.hold("cici", upload("raksasa.xlsx", 101), NOW)
    assert held.of("cici", SARI, NOW) is None
    assert held.of("budi", SARI, NOW), "what never fits pushes nobody out"


@pytest.mark.parametrize(("open_now", "room", "stays"), [
    ([60], 0, True), ([], 60, True), ([], 59, False), ([10], 59, False), ([60, 60], 0, True),
])  # fmt: skip
def test_what_a_door_may_hold_counts_what_waits_too_but_once(open_now, room, stays):
    held = Shelf()
    held.hold("sari", upload(size=60), NOW)
    held.make_room("pintu", open_now, room)
    held.make_room("lain", [], 0)
    assert (held.of("sari", SARI, NOW) is not None) == stays


# -------------------------------------------------------------------------- the page


@pytest.fixture
def known(monkeypatch) -> str:
    """The reader's browser is known again; AppTest has no cookies."""
    monkeypatch.setattr(pending, "SHELF", Shelf())
    monkeypatch.setattr(pending, "person", lambda store: f"uji:{store.viewer.login}")
    return "uji"


@pytest.mark.slow
def test_a_preview_outlives_a_lost_connection_and_is_kept(empty: Path, sign_in, known):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    app.file_uploader[0].upload("k.xlsx", workbook(Kegiatan=[ADV]), KIND).run()
    assert app.metric[0].value == "1"
    app = open_page("unggah")  # another session: all of Streamlit's own is gone
    assert not app.exception
    assert not app.metric
    assert any("Pratinjau berkas **k.xlsx** dari pukul" in m.value for m in app.markdown)
    button(app, "Lanjutkan").click().run()
    assert not app.exception
    assert app.metric[0].value == "1"
    button(app, "Simpan semua").click().run()
    assert "Tersimpan sebagai unggahan 1" in app.success[0].value
    with Store(empty) as store:
        assert store.one("SELECT title FROM activity") == "Advokasi"
    assert not [b for b in open_page("unggah").button if b.label == "Lanjutkan"]


@pytest.mark.slow
def test_it_is_thrown_away_by_a_word_and_another_person_never_sees_it(empty: Path, sign_in, known):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    app.file_uploader[0].upload("k.xlsx", workbook(Kegiatan=[ADV]), KIND).run()
    sign_in("data_staf", "BPOM-BGR")
    assert not [b for b in open_page("unggah").button if b.label == "Lanjutkan"]
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    button(app, "Buang").click().run()
    assert not app.exception
    assert not [b for b in open_page("unggah").button if b.label == "Lanjutkan"]


@pytest.mark.slow
def test_confirmed_columns_and_clearing_blanks_come_back_with_it(empty: Path, sign_in, known):
    sign_in("data_staf", "BBPOM-PDG")
    app = open_page("unggah")
    recap = (CASES / "11a-rekap-lebar.xlsx").read_bytes()
    app.file_uploader[0].upload("rekap.xlsx", recap, KIND).run()
    app.toggle[0].set_value(True).run()
    button(app, "Baca dengan pemetaan ini").click().run()
    assert app.metric[0].value == "14"
    app = open_page("unggah")
    button(app, "Lanjutkan").click().run()
    assert not app.exception
    assert app.metric[0].value == "14", "not asked again"
    assert app.toggle[0].value is True


@pytest.mark.slow
def test_signing_out_lets_go(monkeypatch):
    from pages.kit import signin
    from pages.kit.session import COOKIE

    held = Shelf()
    held.hold(key_of("kunci"), upload(), NOW)
    monkeypatch.setattr(signin, "SHELF", held)

    async def nothing(_):
        return None

    monkeypatch.setattr(signin, "_aside", nothing)
    from starlette.applications import Starlette
    from starlette.testclient import TestClient

    client = TestClient(Starlette(routes=signin.ROUTES), cookies={COOKIE: "kunci"})
    client.post("/keluar", follow_redirects=False)
    assert held.of(key_of("kunci"), SARI, NOW) is None
