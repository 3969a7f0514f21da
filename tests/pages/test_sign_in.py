"""Who is at the page, what they are refused, and that it is kept."""

import pytest

from pages.kit import session
from sop_core import accounts, audit, process, sessions
from sop_core.access import HIDDEN_NAME
from sop_core.errors import SignInRefused
from sop_core.evaluation import Scope, headline
from tests.builders import TODAY, load
from tests.pages.test_pages import demo, empty, fresh_store, in_use, metric, open_page, sign_in

__all__ = ["demo", "empty", "fresh_store", "sign_in"]


def titles(app) -> list[str]:
    return [t.value for t in app.title]


def last_trace():
    return audit.entries(in_use()).iloc[0]


def test_without_accounts_it_is_a_labelled_demo(empty):
    app = open_page("nasional")
    assert any("Mode demo" in c.value for c in app.sidebar.caption)


def test_without_accounts_real_data_is_not_shown(empty):
    load(process.store_at(str(empty)), Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    app = open_page("nasional")
    assert titles(app) == ["Pantau SOP"]
    assert "Belum ada akun" in app.error[0].value
    assert "pantau user add" in app.code[0].value
    assert not app.metric


def test_with_accounts_a_stranger_is_asked_to_sign_in(demo, sign_in, monkeypatch):
    sign_in("pimpinan")
    monkeypatch.setattr(session, "cookies", dict)
    app = open_page("nasional")
    assert titles(app) == ["Pantau SOP"]
    assert "Silakan masuk" in app.info[0].value
    assert not app.metric
    assert not app.dataframe


def test_a_forged_cookie_is_refused_and_kept(demo, sign_in, monkeypatch):
    sign_in("pimpinan")
    monkeypatch.setattr(session, "cookies", lambda: {session.COOKIE: "palsu"})
    app = open_page("nasional")
    assert "tidak sah" in app.error[0].value
    assert not app.metric
    assert (last_trace()["subject"], last_trace()["outcome"]) == ("kuki palsu", "ditolak")


def test_a_stale_cookie_is_refused_and_kept(demo, sign_in):
    sign_in("pimpinan")
    sessions.end_session(in_use(), session.cookies()[session.COOKIE])
    app = open_page("nasional")
    assert "sudah berakhir" in app.error[0].value
    assert (last_trace()["subject"], last_trace()["outcome"]) == ("kuki basi", "ditolak")


def test_three_roles_see_three_different_nations(demo, sign_in):
    seen = {}
    for role, unit in (
        ("pimpinan", None),
        ("kepala_balai", "BBPOM-KPG"),
        ("data_staf", "BBPOM-PDG"),
    ):
        login = sign_in(role, unit)
        app = open_page("nasional")
        root = in_use()
        mine = root.as_viewer(accounts.viewer_of(root, login))
        assert metric(app, "Langkah terbuka").replace(".", "") == str(
            headline(mine, Scope(TODAY)).open
        )
        seen[role] = metric(app, "Langkah terbuka")
    assert len(set(seen.values())) == 3


@pytest.mark.parametrize(
    ("page", "query", "what"),
    [
        ("wilayah", {"wilayah": "Balai Besar POM di Padang"}, "Balai Besar POM di Padang"),
        ("terlambat", {"unit": "Balai Besar POM di Padang"}, "Balai Besar POM di Padang"),
        ("fasilitator", {"unit_kerja": "BBPOM-PDG"}, "BBPOM-PDG"),
        ("laporan", {"unit_kerja": "BB PADANG"}, "BB PADANG"),
        ("wilayah", {"kasus": "A-2025-BBPOM-PDG"}, "A-2025-BBPOM-PDG"),
        ("wilayah", {"kasus": "TIDAK-ADA"}, "TIDAK-ADA"),
        ("rekomendasi", {"usulan": "2025-terlambat_berulang-BBPOM-PDG-A.1"}, "BBPOM-PDG"),
    ],
)
def test_a_link_to_another_region_is_refused_and_kept(demo, sign_in, page, query, what):
    login = sign_in("kepala_balai", "BBPOM-KPG")
    app = open_page(page, **query)
    assert titles(app) == ["Tidak berwenang"]
    assert "kewenangan Anda" in app.error[0].value
    assert not app.dataframe
    assert not app.metric
    trace = last_trace()
    assert (trace["login"], trace["action"], trace["outcome"]) == (login, "akses", "ditolak")
    assert what in trace["subject"]


def test_a_link_to_ones_own_region_opens(demo, sign_in):
    sign_in("kepala_balai", "BBPOM-KPG")
    app = open_page("wilayah", wilayah="Balai Besar POM di Kupang", kasus="A-2025-BBPOM-KPG")
    assert titles(app) == ["Wilayah"]
    assert app.selectbox(key="kasus").value == "A-2025-BBPOM-KPG"
    offices = set(app.selectbox(key="wilayah").options)
    assert "Balai Besar POM di Padang" not in offices
    assert len(offices) >= 2


@pytest.mark.parametrize(
    ("role", "unit", "page"),
    [
        ("pimpinan", None, "administrasi"),
        ("kepala_balai", "BBPOM-KPG", "unggah"),
        ("pimpinan", None, "unggah"),
        ("data_staf", "BBPOM-PDG", "administrasi"),
        ("admin", None, "nasional"),
        ("admin", None, "fasilitator"),
    ],
)
def test_a_page_for_another_role_is_refused_and_kept(demo, sign_in, role, unit, page):
    sign_in(role, unit)
    app = open_page("administrasi" if page == "nasional" else page)
    if page == "nasional":
        app.switch_page("pages/nasional.py").run()
    assert titles(app) == ["Tidak berwenang"]
    assert "bukan untuk peran Anda" in app.error[0].value
    assert last_trace()["outcome"] == "ditolak"


def test_leaders_see_counts_and_no_names(demo, sign_in):
    sign_in("pimpinan")
    app = open_page("fasilitator")
    assert int(metric(app, "Fasilitator").replace(".", "")) > 1000
    for table in app.dataframe:
        assert "Nama" not in table.value.columns
        assert HIDDEN_NAME not in table.value.to_string()
    assert any("UU 27/2022" in c.value for c in app.caption)


def test_who_may_decide_and_correct(demo, sign_in):
    sign_in("kepala_balai", "BBPOM-KPG")
    app = open_page("rekomendasi", tahun="2025")
    first = app.selectbox(key="usulan").options[0]
    app.selectbox(key="usulan").select(first).run()
    assert any("diberikan oleh pimpinan" in c.value for c in app.caption)
    assert "Simpan disposisi" not in [b.label for b in app.button]
    calendar = open_page("kalender")
    assert any("Unit Kerja Pusat" in c.value for c in calendar.caption)
    assert "Simpan koreksi" not in [b.label for b in calendar.button]


def test_an_admin_makes_and_changes_accounts(demo, sign_in):
    sign_in("admin")
    app = open_page("administrasi")
    assert titles(app) == ["Administrasi"]
    app.selectbox(key="peran_baru").select("data_staf").run()
    app.selectbox(key="unit_baru_data_staf").select("Balai Besar POM di Padang")
    app.text_input[0].input("staf.padang")
    app.text_input[1].input("Staf contoh")
    next(b for b in app.button if b.label == "Buat akun").click().run()
    assert "tampil sekali ini" in app.success[0].value
    password = app.success[0].value.split("`")[1]
    assert sessions.check_password(in_use(), "staf.padang", password).units == ("BBPOM-PDG",)
    app.selectbox(key="akun").select("staf.padang").run()
    app.toggle(key="aktif_staf.padang").set_value(False)
    next(b for b in app.button if b.label == "Simpan perubahan").click().run()
    with pytest.raises(SignInRefused):
        accounts.viewer_of(in_use(), "staf.padang")
    trace = next(f.value for f in app.dataframe if "Tindakan" in f.value.columns)
    assert trace.iloc[0][["Oleh", "Tindakan", "Perihal", "Hasil"]].tolist() == [
        "admin.nasional", "mengelola pengguna", "staf.padang", "ok",
    ]  # fmt: skip
    assert password not in trace.to_string()


def test_two_roles_side_by_side_never_mix(demo, sign_in, monkeypatch):
    """Two people, one process, taking turns: each sees their own each time."""
    tokens = {}
    for role, unit in (("kepala_balai", "BBPOM-KPG"), ("data_staf", "BBPOM-PDG")):
        sign_in(role, unit)
        tokens[role] = session.cookies()[session.COOKIE]
    apps, first = {}, {}
    for role, token in tokens.items():
        monkeypatch.setattr(session, "cookies", lambda token=token: {session.COOKIE: token})
        apps[role] = open_page("terlambat")
        first[role] = set(apps[role].dataframe[0].value["Unit"])
    assert first["kepala_balai"].isdisjoint(first["data_staf"])
    for _ in range(3):
        for role, token in tokens.items():
            monkeypatch.setattr(session, "cookies", lambda token=token: {session.COOKIE: token})
            apps[role].run()
            assert set(apps[role].dataframe[0].value["Unit"]) == first[role]


def test_another_person_in_the_same_tab_starts_afresh(demo, sign_in):
    sign_in("pimpinan")
    app = open_page("laporan", tahun_laporan="2025")
    next(b for b in app.button if b.label == "Susun laporan").click().run()
    assert app.success
    sign_in("data_staf", "BBPOM-PDG")
    app.run()
    assert "laporan" not in app.session_state
    assert not app.success


def test_a_new_sign_in_at_the_provider_outlives_an_old_password_cookie(demo, sign_in, monkeypatch):
    sign_in("data_staf", "BBPOM-PDG")
    sessions.end_session(in_use(), session.cookies()[session.COOKIE])
    accounts.add(in_use(), "deputi@contoh.test", "Pimpinan contoh", "pimpinan")
    monkeypatch.setattr(session, "provider_configured", lambda: True)
    claims = {"iss": "contoh", "sub": "1", "iat": 1, "email": "deputi@contoh.test"}
    monkeypatch.setattr(session, "_claims", lambda: claims)
    app = open_page("nasional")
    assert titles(app) == ["Nasional"]
    assert any("Pimpinan contoh" in c.value for c in app.sidebar.caption)


def test_an_address_the_provider_did_not_verify_is_nobodys(demo, sign_in, monkeypatch):
    sign_in("pimpinan")
    accounts.add(in_use(), "deputi@contoh.test", "Pimpinan contoh", "pimpinan")
    monkeypatch.setattr(session, "cookies", dict)
    monkeypatch.setattr(session, "provider_configured", lambda: True)
    claims = {"sub": "1", "email": "deputi@contoh.test", "email_verified": False}
    monkeypatch.setattr(session, "_claims", lambda: claims)
    app = open_page("nasional")
    assert "belum terdaftar" in app.error[0].value
    assert last_trace()["outcome"] == "ditolak"
