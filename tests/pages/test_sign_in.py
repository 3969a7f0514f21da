"""Who is at the page, what they are refused, and that it is kept."""

import asyncio
import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from pages.kit import session, signin
from pages.kit.navigation import TITLES
from sop_core import accounts, attempts, audit, passwords, process, sessions
from sop_core.access import GIVEN, HIDDEN_NAME, TABLE
from sop_core.errors import SignInRefused
from sop_core.evaluation import Scope, headline
from tests.builders import TODAY, load
from tests.pages.test_pages import (
    APP,
    demo,
    empty,
    fresh_store,
    in_use,
    metric,
    open_page,
    sign_in,
    table,
)

pytestmark = pytest.mark.slow

__all__ = ["demo", "empty", "fresh_store", "sign_in"]
D = dt.date


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
    app = open_page(page)
    assert titles(app) == ["Tidak berwenang"]
    assert "bukan untuk peran Anda" in app.error[0].value
    assert last_trace()["outcome"] == "ditolak"


@pytest.mark.parametrize("role", [r for r, decided in TABLE.items() if decided.pages])
def test_everyone_begins_on_a_page_that_is_theirs(demo, sign_in, monkeypatch, role):
    lands = TABLE[role].lands
    assert lands in TABLE[role].pages
    seen = {"nasional": "nasional", "unit beserta Loka": "wilayah", "unit": "unggah"}
    assert lands == seen.get(TABLE[role].sees, "administrasi" if TABLE[role].people else "akun")
    if role not in GIVEN:  # neither is given to anybody: see the newcomer below, and the demo
        return
    of = TABLE[role].of
    sign_in(role, "PST-PMPUPO" if of == ("pusat",) else "BBPOM-KPG" if of else None)
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params.update({"tanggal": "2025-06-30", "tahun": "2025"})
    app.run()
    assert not app.exception
    assert titles(app) == [TITLES[lands]]
    if lands != "administrasi":
        assert app.date_input(key="tanggal").value == D(2025, 6, 30), "the link's filters go along"
    if lands == "wilayah":
        assert app.selectbox(key="wilayah").value == "Balai Besar POM di Kupang"


def test_a_link_to_another_page_passes_the_landing_by(demo, sign_in):
    sign_in("kepala_balai", "BBPOM-KPG")
    app = open_page("nasional", tahun="2025")
    assert titles(app) == ["Nasional"]
    assert "kegiatan tahun 2025" in app.caption[0].value


def test_leaders_see_counts_and_no_names(demo, sign_in):
    sign_in("pimpinan")
    app = open_page("fasilitator")
    assert int(metric(app, "Fasilitator").replace(".", "")) > 1000
    for shown in app.dataframe:
        assert "Nama" not in shown.value.columns
        assert HIDDEN_NAME not in shown.value.to_string()
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
    assert app.selectbox(key="unit_baru_data_staf").value is None, "no office by oversight"
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
        first[role] = set(table(apps[role], "Umur")["Unit"])
    # The national cycle's steps are everyone's.
    both = first["kepala_balai"] & first["data_staf"]
    assert both <= {"Nasional (rekap Unit Kerja Pusat)"}
    for _ in range(3):
        for role, token in tokens.items():
            monkeypatch.setattr(session, "cookies", lambda token=token: {session.COOKIE: token})
            apps[role].run()
            assert set(table(apps[role], "Umur")["Unit"]) == first[role]


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
    claims = {
        "iss": "contoh",
        "sub": "1",
        "iat": 1,
        "email": "deputi@contoh.test",
        "email_verified": True,
    }
    monkeypatch.setattr(session, "_claims", lambda: claims)
    app = open_page("nasional")
    assert titles(app) == ["Nasional"]
    assert any("Pimpinan contoh" in c.value for c in app.sidebar.caption)


LOGIN, PASSWORD, NEW = "deputi@contoh.test", "kata sandi contoh 1", "pilihan sendiri 7 kata"


@pytest.mark.parametrize(
    ("claims", "settings", "comes_in"),
    [
        ({"email": LOGIN, "email_verified": True}, {}, True),
        ({"email": LOGIN.upper(), "email_verified": "true"}, {}, True),
        ({"email": LOGIN, "email_verified": False}, {}, False),
        ({"email": LOGIN, "email_verified": "false"}, {}, False),
        ({"email": LOGIN}, {}, False),
        ({"email": LOGIN, "email_verified": None}, {}, False),
        ({"email": LOGIN}, {"trust_unmarked_email": True}, True),
        ({"email": LOGIN}, {"trust_unmarked_email": "ya"}, False),
        ({"email": LOGIN, "email_verified": False}, {"trust_unmarked_email": True}, False),
        ({"preferred_username": LOGIN}, {}, False),
        ({"preferred_username": LOGIN, "email_verified": True}, {}, False),
        ({"preferred_username": LOGIN}, {"trust_unmarked_email": True}, False),
        ({"preferred_username": LOGIN}, {"login_claim": "preferred_username"}, True),
        ({"email": LOGIN, "email_verified": True}, {"login_claim": "preferred_username"}, False),
        ({}, {"trust_unmarked_email": True}, False),
    ],
)
def test_only_an_address_that_the_provider_vouches_for_is_somebodys(
    demo, sign_in, monkeypatch, claims, settings, comes_in
):
    sign_in("pimpinan")
    accounts.add(in_use(), LOGIN, "Pimpinan contoh", "pimpinan")
    monkeypatch.setattr(session, "cookies", dict)
    monkeypatch.setattr(session, "provider_configured", lambda: True)
    monkeypatch.setattr(session, "_settings", lambda: settings)
    monkeypatch.setattr(session, "_claims", lambda: {"sub": "1", **claims})
    app = open_page("kalender") if comes_in else open_page("nasional")
    assert (titles(app) == ["Pantau SOP"]) is not comes_in
    if not comes_in:
        assert "belum terdaftar" in app.error[0].value
        assert last_trace()["outcome"] == "ditolak"
        vouched = claims.get("email_verified") is True
        assert (last_trace()["login"] == "-") is not (vouched and last_trace()["login"] == LOGIN)


def test_a_providers_claims_alone_make_no_cookie(demo, sign_in, monkeypatch):
    """Their digest stood for the session: whoever knew the claims could write the cookie."""
    import hashlib
    import json

    sign_in("pimpinan")
    accounts.add(in_use(), LOGIN, "Pimpinan contoh", "pimpinan")
    claims = {"sub": "1", "email": LOGIN, "email_verified": True}
    token = session.provider_token(claims)
    sessions.open_session(in_use(), accounts.viewer_of(in_use(), LOGIN), token, "OIDC")
    guessed = hashlib.sha256(json.dumps(claims, sort_keys=True, default=str).encode()).hexdigest()
    assert guessed != token
    monkeypatch.setattr(session, "cookies", lambda: {session.COOKIE: guessed})
    assert "tidak sah" in open_page("nasional").error[0].value


def test_the_audit_names_roles_as_people_do(demo, sign_in):
    sign_in("data_staf", "BBPOM-PDG")
    open_page("administrasi")
    sign_in("admin")
    app = open_page("administrasi")
    frame = next(f.value for f in app.dataframe if "Perihal" in f.value.columns)
    assert {"Staf data", "Operator"} <= set(frame["Peran"])
    assert not [role for role in frame["Peran"] if "_" in role]


# ------------------------------------------------- the first password, and one's own


@pytest.fixture
def newcomer(demo, monkeypatch):
    """Somebody whose password the admin chose, signed in with it; their token."""
    root = process.store_at(str(demo))
    accounts.add(root, LOGIN, "Orang baru", "pimpinan", password=PASSWORD)
    token = sessions.sign_in(root, LOGIN, PASSWORD)
    monkeypatch.setattr(session, "cookies", lambda: {session.COOKIE: token})
    return token


@pytest.mark.parametrize("page", ["nasional", "fasilitator", "unggah", "administrasi", "laporan"])
def test_with_a_first_password_no_page_opens_but_the_one_to_change_it(newcomer, page):
    app = open_page(page)
    assert titles(app) == ["Akun"]
    assert not app.error
    assert "Ganti kata sandi awal" in "".join(w.value for w in app.warning)
    assert not app.metric
    refused = audit.entries(in_use())
    assert refused[refused["outcome"] == "ditolak"].empty, "nobody did anything wrong"


def change(app, old: str, new: str, again: str | None = None):
    for box, text in zip(app.text_input, (old, new, new if again is None else again), strict=True):
        box.input(text)
    next(b for b in app.button if b.label == "Ganti kata sandi").click()
    return app.run()


def onward(app) -> list[str]:
    """Where the link that comes with the changed password leads."""
    return [re.search('href="([^"]*)"', h.proto.body)[1] for h in app.get("html") if "Lanjut" in h.proto.body]  # fmt: skip


@pytest.mark.parametrize(
    ("page", "query", "to"),
    [
        ("", {}, "/?tanggal=2026-11-24"),
        ("nasional", {"tahun": "2025"}, "/nasional?tahun=2025"),
        ("akun", {}, "/"),
        ("laporan", {}, "/laporan"),
        ("terlambat", {"alur": ["A", "B&C"]}, "/terlambat?alur=A&amp;alur=B%26C"),
    ],
)
def test_after_a_first_password_the_link_that_was_asked_for_goes_on(newcomer, page, query, to):
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params.update(query if page else {"tanggal": "2026-11-24"})
    app.run()
    if page not in ("akun", ""):
        app.switch_page(f"pages/{page}.py")
        app.query_params.update(query)
        app.run()
    assert titles(app) == ["Akun"]
    assert onward(app) == []
    # AppTest asks for the page before at each run; a browser stays where it was led.
    app = change(app.switch_page("pages/akun.py"), PASSWORD, NEW)
    assert onward(app) == [to]


def test_a_changed_first_password_opens_the_pages(newcomer):
    app = change(open_page("akun"), PASSWORD, NEW)
    assert "diganti" in app.success[0].value
    assert not app.warning, "what was done is no longer asked for"
    assert onward(app)
    app.run()
    assert onward(app) == []
    assert "kata sandi awal" not in "".join(w.value for w in app.warning)
    assert titles(open_page("nasional")) == ["Nasional"]
    with pytest.raises(SignInRefused):
        sessions.check_password(in_use(), LOGIN, PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "again", "why"),
    [
        ("salah sekali ini", NEW, None, "salah"),
        (PASSWORD, NEW, "lain sama sekali", "tidak sama"),
        (PASSWORD, "pendek", None, "paling sedikit"),
        (PASSWORD, "rahasia12345", None, "mudah ditebak"),
        (PASSWORD, PASSWORD, None, "lain dari"),
    ],
)
def test_a_password_that_is_no_good_is_not_taken(newcomer, old, new, again, why):
    app = change(open_page("akun"), old, new, again)
    assert "tidak diganti" in app.error[0].value
    assert why in app.text[0].value
    assert sessions.viewer_of_session(in_use(), newcomer).role == "kata_sandi_awal"


def test_one_sees_and_ends_ones_own_sessions(demo, sign_in):
    login = sign_in("data_staf", "BBPOM-PDG")
    other = sessions.open_session(
        in_use(), accounts.viewer_of(in_use(), login), address="192.0.2.7"
    )
    app = open_page("akun")
    shown = app.dataframe[0].value
    assert set(shown["Dari alamat"]) == {"192.0.2.7", "-"}
    next(b for b in app.button if b.label == "Akhiri semua sesi lain").click().run()
    assert not sessions.session_open(in_use(), other)
    assert len(app.dataframe[0].value) == 1
    assert not app.exception


def test_who_comes_through_a_provider_has_no_password_to_change(demo, sign_in):
    sign_in("pimpinan")
    app = open_page("akun")
    assert "lewat penyedia" in app.info[0].value
    assert not app.text_input


def test_an_admin_sees_and_opens_a_lock(demo, sign_in):
    root = process.store_at(str(demo))
    accounts.add(root, LOGIN, "Orang baru", "pimpinan", password=PASSWORD)
    for _ in range(attempts.MOST_FAILURES):
        with pytest.raises(SignInRefused):
            sessions.check_password(root, LOGIN, "salah sekali ini", "192.0.2.7")
    sign_in("admin")
    app = open_page("administrasi")
    people = next(f.value for f in app.dataframe if "Terkunci sampai (WIB)" in f.value.columns)
    row = people[people["Nama masuk"] == LOGIN].iloc[0]
    assert row["Kata sandi"] == "awal, belum diganti"
    assert row["Terkunci sampai (WIB)"]
    app.selectbox(key="akun").select("admin.nasional").run()
    assert "Buka kunci" not in [b.label for b in app.button]
    app.selectbox(key="akun").select(LOGIN).run()
    next(b for b in app.button if b.label == "Buka kunci").click().run()
    assert "dibuka" in app.success[0].value
    assert sessions.check_password(root, LOGIN, PASSWORD, "192.0.2.7")


# ------------------------------------------------------------------ the form's door

SITE = "https://pantau.contoh.test"


@dataclass
class Browser:
    """A browser at /masuk and /keluar that keeps no cookie of its own accord."""

    site: str = SITE
    app: Any = field(default_factory=lambda: Starlette(routes=signin.ROUTES))
    peer: str = "192.0.2.1"

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def once() -> httpx.Response:
            way = httpx.ASGITransport(self.app, client=(self.peer, 4711))
            async with httpx.AsyncClient(transport=way, base_url=self.site) as client:
                return await client.request(method, path, **more)

        # In a thread of its own: where a Chromium of another test is open in this process,
        # Playwright's loop already runs in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, once()).result()

    def send(self, login=LOGIN, password=PASSWORD, to="/", **headers: str) -> httpx.Response:
        """The form, filled in."""
        fields = {"akun": login, "sandi": password, "ke": to}
        return self.ask("POST", "/masuk", data=fields, headers=headers)


@pytest.fixture
def door(demo) -> Browser:
    """Behind TLS; one account may come in."""
    root = process.store_at(str(demo))
    accounts.add(root, LOGIN, "Pimpinan contoh", "pimpinan", password=PASSWORD, first=False)
    return Browser()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Origin": SITE, "Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Origin": "https://contoh.lain"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://pantau.contoh.test.contoh.lain"}, 403),
        ({"Origin": "https://pantau.contoh.test:8443"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": SITE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({"Referer": "https://contoh.lain/masuk"}, 403),
    ],
)
def test_no_other_site_signs_anybody_in_or_out(door, headers, status):
    answer = door.send(**headers)
    assert answer.status_code == status
    assert ("set-cookie" in answer.headers) is (status == 303)
    if status == 403:
        assert in_use().one("SELECT count(*) FROM sign_in") == 0
    token = sessions.sign_in(in_use(), LOGIN, PASSWORD)
    cookie = {"Cookie": f"{session.COOKIE}={token}"}
    assert door.ask("POST", "/keluar", headers={**headers, **cookie}).status_code == status
    token = sessions.sign_in(in_use(), LOGIN, PASSWORD)
    cookie = {"Cookie": f"{session.COOKIE}={token}"}
    answer = door.ask("GET", "/keluar", headers={**headers, **cookie})
    assert answer.status_code == (303 if status == 303 else 200)
    assert sessions.session_open(in_use(), token) is (status == 403)
    assert ('method="post"' in answer.text) is (status == 403)


def test_the_cookie_is_out_of_reach_and_secure_behind_tls(door):
    answer = door.send()
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=lax", "secure", "path=/"))
    plain = Browser("http://localhost")
    assert "secure" not in plain.send().headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("peer", "secure", "counted"),
    [("127.0.0.1", True, "203.0.113.9"), ("198.51.100.7", False, "198.51.100.7")],
    ids=["a proxy that is trusted", "anybody"],
)
def test_only_a_trusted_proxy_says_who_the_reader_is(door, peer, secure, counted):
    behind = ProxyHeadersMiddleware(door.app, trusted_hosts="127.0.0.1")
    client = Browser("http://pantau", behind, peer)
    says = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    assert ("secure" in client.send(**says).headers["set-cookie"].lower()) is secure
    assert in_use().one("SELECT address FROM sign_in") == counted


@pytest.mark.parametrize(
    "target",
    [
        "https://contoh.lain/", "//contoh.lain", "/\\contoh.lain", "\\/contoh.lain", "/\t/contoh.lain",
        "/\n/contoh.lain", "\t//contoh.lain", "/\x00/contoh.lain", " //contoh.lain", "javascript:alert(1)",
        "https:contoh.lain", "///contoh.lain", "contoh.lain", "", "/masuk", "/masuk?ke=/", "/keluar",
        "/keluar?x", "/auth/logout", "/\u2028/contoh.lain", "/\ud800",
    ],
)  # fmt: skip
def test_the_form_leads_to_no_other_place(door, target):
    assert signin._inside(target) == "/"


@pytest.mark.parametrize("target", ["/", "/terlambat?tanggal=2025-06-30&unit=BB%20PADANG", "/wilayah?kasus=A//B"])  # fmt: skip
def test_the_form_leads_back_to_what_was_asked_for(door, target):
    assert door.send(to=target).headers["location"] == target


@given(st.text(max_size=40).map(lambda t: f"/{t}"))
def test_whatever_is_asked_for_is_on_this_host(target):
    # As a browser reads it: tabs and line ends are dropped, a backslash is a stroke.
    read = re.sub(r"[\t\r\n]", "", signin._inside(target)).replace("\\", "/")
    assert urljoin(SITE, read).startswith(f"{SITE}/")
    assert not read.startswith("//")


def test_a_sign_in_makes_a_new_session_and_ends_the_browsers_old_one(door):
    """Nobody can hand another a cookie and be signed in with them."""
    before = sessions.sign_in(in_use(), LOGIN, PASSWORD)
    for offered in (before, "disodorkan"):
        answer = door.send(Cookie=f"{session.COOKIE}={offered}")
        token = answer.cookies[session.COOKIE]
        assert token not in (before, "disodorkan")
        assert sessions.session_open(in_use(), token)
    assert not sessions.session_open(in_use(), before)
    assert not sessions.session_known(in_use(), "disodorkan")


def test_a_refusal_says_what_it_is(door, monkeypatch):
    assert door.send(password="salah sekali ini").status_code == 401
    for _ in range(attempts.MOST_FAILURES):
        answer = door.send(password="salah sekali ini")
    assert answer.status_code == 429
    assert "Terlalu banyak percobaan" in answer.text
    monkeypatch.setattr(passwords, "turns", passwords.Turns(waiting=0))
    answer = door.send(login="siapa")
    assert answer.status_code == 503
    assert "Terlalu ramai, coba lagi" in answer.text
    assert door.send(password="x" * 5000).status_code == 413
    typed = '"><script>alert(1)</script>'
    assert typed not in door.send(login=typed, to=typed).text
