"""Signing in as a person does: with a password, and at a real OIDC provider on loopback."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import oidc_provider_mock
import openpyxl
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pages.kit.navigation import TITLES
from sop_core import accounts, audit
from sop_core.access import TABLE
from sop_core.evaluation import Scope, headline
from sop_core.indonesian import format_number
from sop_core.store import Store
from tests.browser.conftest import PATIENCE, free_port, running_app, settled
from tests.browser.test_journeys import PASSWORD, figure, goto
from tests.builders import TODAY

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENCE)
PEOPLE = {
    "pimpinan": ("deputi@contoh.test", None),
    "kepala_balai": ("kepala.kupang@contoh.test", "BBPOM-KPG"),
    "data_staf": ("staf.padang@contoh.test", "BBPOM-PDG"),
}


def with_accounts(demo_file: Path, folder: Path) -> Path:
    """The demo data, and three invented people of three roles."""
    path = folder / "akun.duckdb"
    shutil.copyfile(demo_file, path)
    with Store(path) as store:
        accounts.add(
            store, "admin@contoh.test", "Admin contoh", "admin", None, PASSWORD, first=False
        )
        for role, (login, unit) in PEOPLE.items():
            accounts.add(store, login, f"{role} contoh", role, unit, PASSWORD, first=False)
    return path


def open_steps(path: Path) -> dict[str, str]:
    """What each role must see as open on the page Nasional."""
    with Store(path) as store:
        return {
            role: format_number(
                headline(store.as_viewer(accounts.viewer_of(store, login)), Scope(TODAY)).open
            )
            for role, (login, _) in PEOPLE.items()
        }


def traces(path: Path) -> list[tuple[str, str, str, str]]:
    """Login, action, subject and outcome of all that was kept, the oldest first."""
    with Store(path) as store:
        frame = audit.entries(store).iloc[::-1]
    return list(frame[["login", "action", "subject", "outcome"]].itertuples(index=False, name=None))


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    """Windows of people who share nothing; closed at the end."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def person(chromium: Browser, contexts: list[BrowserContext]) -> Page:
    """A browser nobody has used yet."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    contexts.append(context)
    return context.new_page()


def by_password(page: Page, login: str, password: str = PASSWORD) -> None:
    page.get_by_label("Nama masuk").fill(login)
    page.get_by_label("Kata sandi").fill(password)
    page.get_by_role("button", name="Masuk").click()


def test_with_a_password_the_link_that_was_asked_for_opens(demo_file, tmp_path, chromium, contexts):
    path = with_accounts(demo_file, tmp_path)
    login, _ = PEOPLE["kepala_balai"]
    with running_app(path) as url:
        page = person(chromium, contexts)
        page.goto(f"{url}/terlambat?tanggal=2025-06-30&tahun=2025")
        expect(page.get_by_text("Silakan masuk untuk melihat data.")).to_be_visible()
        by_password(page, login, "salah sekali ini")
        expect(page.get_by_text("Nama masuk atau kata sandi salah.")).to_be_visible()
        page.get_by_label("Nama masuk").fill(login)
        page.get_by_label("Kata sandi").fill(PASSWORD)
        page.get_by_role("button", name="Masuk").click()
        expect(page.get_by_text("Per 30 Juni 2025, kegiatan tahun 2025")).to_be_visible()
        settled(page)
        cookie = next(c for c in page.context.cookies() if c["name"] == "pantau_sesi")
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Lax"
        expect(page.get_by_text("kepala_balai contoh")).to_be_visible()
        names = page.get_by_test_id("stSidebarNav").get_by_role("link").all_inner_texts()
        assert not [n for n in names if "Unggah" in n or "Administrasi" in n]

        page.goto(f"{url}/fasilitator?tanggal={TODAY}")
        settled(page)
        with page.expect_download() as waiting:
            page.locator(".st-key-xlsx-Fasilitator").get_by_role("button").click()
        people = (
            openpyxl.load_workbook(io.BytesIO(Path(waiting.value.path()).read_bytes()))[
                "Fasilitator"
            ].max_row
            - 1
        )
        assert people > 0

        page.get_by_role("link", name="Keluar").click()
        page.wait_for_url("**/masuk")
        page.context.add_cookies([cookie])
        page.goto(url)
        expect(page.get_by_text("Sesi sudah berakhir.", exact=False)).to_be_visible()
    kept = traces(path)
    assert (login, "masuk", "nama masuk atau kata sandi salah", "ditolak") in kept
    assert (login, "masuk", "kata sandi", "ok") in kept
    assert (login, "ekspor_nama", "Fasilitator", "ok") in kept
    assert (login, "keluar", "", "ok") in kept
    assert (login, "masuk", "kuki basi", "ditolak") in kept


def test_an_admin_lands_on_the_page_of_admins(demo_file, tmp_path, chromium, contexts):
    path = with_accounts(demo_file, tmp_path)
    with running_app(path) as url:
        page = person(chromium, contexts)
        page.goto(url)
        by_password(page, "admin@contoh.test")
        expect(page.get_by_role("heading", name="Administrasi", level=1)).to_be_visible()
        page.goto(f"{url}/terlambat")
        expect(page.get_by_text("Halaman Terlambat bukan untuk peran Anda.")).to_be_visible()
        page.get_by_role("button", name="Ke halaman awal").click()
        expect(page.get_by_role("heading", name="Administrasi", level=1)).to_be_visible()


def test_a_first_password_is_changed_before_anything_opens(demo_file, tmp_path, chromium, contexts):
    path = with_accounts(demo_file, tmp_path)
    login, _ = PEOPLE["data_staf"]
    with Store(path) as store:
        accounts.set_password(store, login, PASSWORD)
    own = "pilihan sendiri 7 kata"
    with running_app(path) as url:
        page = person(chromium, contexts)
        page.goto(f"{url}/unggah")
        by_password(page, login)
        expect(page.get_by_role("heading", name="Akun", level=1)).to_be_visible()
        for link in ("terlambat", "unggah", "administrasi"):
            page.goto(f"{url}/{link}")
            expect(page.get_by_role("heading", name="Akun", level=1)).to_be_visible()
            settled(page)
            assert "Balai Besar POM di Padang" not in page.get_by_test_id("stMain").inner_text()
        names = page.get_by_test_id("stSidebarNav").get_by_role("link").all_inner_texts()
        assert not [n for n in names if "Akun" not in n]
        page.get_by_label("Kata sandi lama", exact=True).fill(PASSWORD)
        page.get_by_label("Kata sandi baru", exact=True).fill(own)
        page.get_by_label("Kata sandi baru sekali lagi", exact=True).fill(own)
        page.get_by_role("button", name="Ganti kata sandi").click()
        expect(page.get_by_text("Kata sandi diganti.", exact=False)).to_be_visible()
        page.get_by_role("link", name="Lanjut").click()
        expect(page.get_by_text("Halaman Administrasi bukan untuk peran Anda.")).to_be_visible()
        expect(page.get_by_role("link", name="Unggah")).to_be_visible()
        page.goto(f"{url}/keluar")
        by_password(page, login, own)
        expect(page.get_by_role("heading", name="Unggah", level=1)).to_be_visible()
    assert (login, "sandi", login, "ok") in traces(path)


def test_another_site_signs_nobody_out(demo_file, tmp_path, chromium, contexts):
    path = with_accounts(demo_file, tmp_path)
    with running_app(path) as url:
        page = person(chromium, contexts)
        page.goto(url)
        by_password(page, PEOPLE["pimpinan"][0])
        expect(page.get_by_role("heading", name="Nasional", level=1)).to_be_visible()
        other = page.context.new_page()
        away = url.replace("localhost", "127.0.0.1")  # another site, as a browser sees it
        other.goto(f"{away}/masuk")
        other.evaluate("address => { location.href = address }", f"{url}/keluar")
        expect(other.get_by_text("Keluar dari Pantau SOP?")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Nasional", level=1)).to_be_visible()
        other.get_by_role("button", name="Keluar").click()
        other.wait_for_url("**/masuk")
        page.goto(url)
        expect(page.get_by_text("Silakan masuk untuk melihat data.")).to_be_visible()


def test_the_form_sends_nobody_to_another_site(demo_file, tmp_path, chromium, contexts):
    path = with_accounts(demo_file, tmp_path)
    with running_app(path) as url:
        page = person(chromium, contexts)
        for elsewhere in ("https://contoh.test/", "//contoh.test", "/\\contoh.test"):
            page.goto(f"{url}/masuk?ke={elsewhere}")
            assert page.locator("input[name=ke]").input_value() == "/"
        answer = page.request.post(
            f"{url}/masuk",
            form={"akun": "a", "sandi": "b"},
            headers={"Origin": "https://contoh.test"},
        )
        assert answer.status == 403


@dataclass
class Provider:
    """A provider on loopback, and the options that make the app use it."""

    url: str
    options: tuple[str, ...]
    port: int


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    users = [
        oidc_provider_mock.User(
            sub=role, claims={"email": login, "email_verified": True, "name": role}
        )
        for role, (login, _) in PEOPLE.items()
    ]
    users += [
        oidc_provider_mock.User(sub=sub, claims={"email": email, "email_verified": verified})
        for sub, email, verified in (
            ("asing", "asing@contoh.test", True),
            # Anybody can write another's address where nobody checks it.
            ("palsu", PEOPLE["pimpinan"][0], False),
        )
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as server:
        port = free_port()
        url = f"http://localhost:{server.server_port}"
        secrets = tmp_path / "secrets.toml"
        secrets.write_text(
            f"""
            [auth]
            redirect_uri = "http://localhost:{port}/oauth2callback"
            cookie_secret = "rahasia contoh yang panjang sekali 0123456789"
            client_id = "pantau"
            client_secret = "rahasia"
            server_metadata_url = "{url}/.well-known/openid-configuration"
            """
        )
        yield Provider(url, ("--secrets.files", str(secrets)), port)


def at_provider(page: Page, url: str, sub: str) -> None:
    page.goto(url)
    page.get_by_role("link", name="Masuk lewat BPOM").click()
    page.get_by_role("button", name=sub, exact=True).first.click()


def test_three_roles_at_a_provider_see_three_nations(
    demo_file, tmp_path, chromium, contexts, provider
):
    path = with_accounts(demo_file, tmp_path)
    expected = open_steps(path)
    assert len(set(expected.values())) == 3
    case = "A-2025-BBPOM-PDG"
    with running_app(path, *provider.options, port=provider.port) as url:
        pages = {}
        for role in PEOPLE:
            page = pages[role] = person(chromium, contexts)
            at_provider(page, url, role)
            lands = TITLES[TABLE[role].lands]
            expect(page.get_by_role("heading", name=lands, level=1)).to_be_visible()
            page.goto(f"{url}/nasional?tanggal={TODAY}")
            expect(figure(page, "Langkah terbuka")).to_have_text(expected[role])
        # Side by side: each still sees their own.
        for role, page in pages.items():
            goto(page, "Terlambat")
            goto(page, "Nasional")
            expect(figure(page, "Langkah terbuka")).to_have_text(expected[role])

        head = pages["kepala_balai"]
        head.goto(f"{url}/terlambat?unit=Balai Besar POM di Padang")
        expect(head.get_by_text("di luar kewenangan Anda", exact=False)).to_be_visible()
        head.goto(f"{url}/wilayah?kasus={case}")
        expect(head.get_by_text(f"Kasus {case} tidak ada dalam kewenangan Anda.")).to_be_visible()
        pages["data_staf"].goto(f"{url}/wilayah?kasus={case}")
        expect(pages["data_staf"].get_by_text(f"{case} ·", exact=False)).to_be_visible()

        # A cookie that was good until its owner signed out.
        leader = pages["pimpinan"]
        stale = [c for c in leader.context.cookies() if c["name"].startswith("_streamlit_user")]
        assert stale
        goto(leader, "Nasional")
        leader.get_by_role("button", name="Keluar").click()
        leader.get_by_role("button", name="End session").click()
        expect(leader.get_by_text("Silakan masuk untuk melihat data.")).to_be_visible()
        thief = person(chromium, contexts)
        thief.context.add_cookies(stale)
        thief.goto(url)
        expect(thief.get_by_text("Sesi sudah berakhir.", exact=False)).to_be_visible()

        # A cookie that nobody signed.
        forger = person(chromium, contexts)
        forged = [{**c, "value": "2|1:0|10:1|15:_streamlit_user|4:e30=|00"} for c in stale]
        forger.context.add_cookies(forged)
        forger.goto(url)
        expect(forger.get_by_text("Kuki masuk tidak sah.", exact=False)).to_be_visible()

        # Somebody the provider knows and we do not.
        stranger = person(chromium, contexts)
        at_provider(stranger, url, "asing")
        expect(stranger.get_by_text("belum terdaftar", exact=False)).to_be_visible()
        pretender = person(chromium, contexts)
        at_provider(pretender, url, "palsu")
        expect(pretender.get_by_text("belum terdaftar", exact=False)).to_be_visible()

    kept = traces(path)
    leader_login, head_login = PEOPLE["pimpinan"][0], PEOPLE["kepala_balai"][0]
    for login, _ in PEOPLE.values():
        assert (login, "masuk", "OIDC", "ok") in kept
    assert (head_login, "akses", "unit=Balai Besar POM di Padang", "ditolak") in kept
    assert (head_login, "akses", f"kasus={case}", "ditolak") in kept
    assert (leader_login, "keluar", "", "ok") in kept
    assert (leader_login, "masuk", "kuki basi", "ditolak") in kept
    assert ("-", "masuk", "kuki palsu", "ditolak") in kept
    assert ("asing@contoh.test", "masuk", "akun tidak terdaftar", "ditolak") in kept
    assert ("-", "masuk", "surel belum diverifikasi penyedia", "ditolak") in kept
