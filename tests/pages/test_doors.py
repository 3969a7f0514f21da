"""The doors: who gets which address in which state, what a stream lets through, and attacks.

Everything is asked of a real server on loopback, as a browser asks or as somebody who writes
the bytes by hand.
"""

from __future__ import annotations

import ast
import contextlib
import datetime as dt
import shutil
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from streamlit import config, runtime
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.app_session import AppSession
from websockets.exceptions import InvalidStatus
from websockets.http11 import Response
from websockets.sync.client import connect

from pages.kit import logs, session, shell
from pages.kit.doors import gate, stream, uploads
from pages.kit.doors.given import Given
from pages.kit.doors.people import Asker
from sop_core import accounts, importing, process, sessions
from sop_core.importing import SourceFile
from sop_core.store import Store
from tests.builders import TODAY, workbook
from tests.pages.serving import Tab, served, texts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
MIB = 1024 * 1024
PERSON, OTHER = "staf.padang", "staf.kupang"
TEMPLATE = "Unduh templat Excel"
held: Counter[str] = Counter()
"""Checks of access that held, by state; the last test prints them."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    """A store with two people of two offices, and one case of real data."""
    path = tmp_path_factory.mktemp("pintu") / "akun.duckdb"
    with Store(path) as store:
        accounts.add(store, "admin", "Admin contoh", "admin")
        accounts.add(store, PERSON, "Staf contoh", "data_staf", "BBPOM-PDG")
        accounts.add(store, OTHER, "Staf lain", "data_staf", "BBPOM-KPG")
        content = workbook(Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi Pasar Aman"]])
        importing.import_files(store, [SourceFile("padang.xlsx", content)], "uji", today=TODAY)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PANTAU_DB", str(tmp_path_factory.mktemp("mula") / "mula.duckdb"))
        process.close_all()
        with served() as url:
            yield url
        process.close_all()


@pytest.fixture(autouse=True)
def afresh():
    process.close_all()
    yield
    process.close_all()


@pytest.fixture
def people(prepared, tmp_path, monkeypatch) -> Store:
    """The store in use, with accounts."""
    path = tmp_path / "akun.duckdb"
    shutil.copyfile(prepared, path)
    monkeypatch.setenv("PANTAU_DB", str(path))
    return shell.root()


@pytest.fixture
def nobody_yet(tmp_path, monkeypatch) -> Store:
    """The store in use, empty: a demo."""
    monkeypatch.setenv("PANTAU_DB", str(tmp_path / "kosong.duckdb"))
    return shell.root()


def signed_in(root: Store, login: str = PERSON) -> str:
    return sessions.open_session(root, accounts.viewer_of(root, login))


class At:
    """A person at an open page, with everything it has handed out."""

    def __init__(self, url: str, token: str | None) -> None:
        self.tab = Tab(url, token).open("unggah")
        self.button = self.tab.buttons()[TEMPLATE]
        self.media = self.tab.press(self.button)
        self.spent, self.place, self.late = self.tab.places(3)
        assert self.tab.ask("GET", self.media).status_code == 200
        assert self.tab.put(self.spent).status_code == 204


@pytest.fixture
def at(server, people) -> Iterator[At]:
    found = At(server, signed_in(people))
    yield found
    found.tab.close()


PAGE, COMPONENT = "/unggah?kasus=ADV-1", "/component/contoh/index.html"
BIDI = "/_stcore/bidi-components/contoh/index.js"


def answers_of(tab: Tab, at: At) -> dict[str, int]:
    """What each guarded address answers a browser."""
    return {
        "GET /": tab.ask("GET", "/").status_code,
        "HEAD /": tab.ask("HEAD", "/").status_code,
        "GET halaman": tab.ask("GET", PAGE).status_code,
        "GET berkas": tab.ask("GET", at.media).status_code,
        "HEAD berkas": tab.ask("HEAD", at.media).status_code,
        "GET sebagian berkas": tab.ask("GET", at.media, headers={"Range": "bytes=0-9"}).status_code,
        "PUT unggahan": tab.put(at.place).status_code,
        "DELETE unggahan": tab.ask("DELETE", at.spent).status_code,
        "GET komponen": tab.ask("GET", COMPONENT).status_code,
        "GET komponen dua arah": tab.ask("GET", BIDI).status_code,
        "aliran": handshake(tab),
    }


def handshake(tab: Tab) -> int:
    """101 where a stream opens, else the status with which it is refused."""
    try:
        tab.connect()
    except InvalidStatus as refused:
        return refused.response.status_code
    tab.close()
    return 101


def count(state: str, found: dict[str, int], expected: dict[str, int]) -> None:
    assert found == expected, state
    held[state] += len(found)


GUARDED = ("GET /", "HEAD /", "GET halaman", "GET berkas", "HEAD berkas", "GET sebagian berkas", "PUT unggahan", "DELETE unggahan", "GET komponen", "GET komponen dua arah", "aliran")  # fmt: skip
NO = dict.fromkeys(GUARDED, 401)


def test_who_has_signed_in_gets_what_their_page_gave(at):
    expected = {
        "GET /": 200, "HEAD /": 200, "GET halaman": 200, "GET berkas": 200, "HEAD berkas": 200,
        "GET sebagian berkas": 206, "PUT unggahan": 204, "DELETE unggahan": 204,
        "GET komponen": 404, "GET komponen dua arah": 404, "aliran": 101,
    }  # fmt: skip
    count("masuk", answers_of(Tab(at.tab.url, at.tab.token), at), expected)


def sign_out(root: Store, token: str, _) -> None:
    httpx.get(f"{_.tab.url}/keluar", cookies={session.COOKIE: token})
    assert not sessions.session_open(root, token)


def deactivate(root: Store, *_) -> None:
    accounts.change(root, PERSON, "data_staf", "BBPOM-PDG", active=False)


def other_office(root: Store, *_) -> None:
    accounts.change(root, PERSON, "data_staf", "BBPOM-KPG")


def backdate(root: Store, token: str, **columns: dt.timedelta) -> None:
    changes = ", ".join(f"{c} = {c} - INTERVAL {int(d.total_seconds())} SECOND" for c, d in columns.items())  # fmt: skip
    with root.cursor() as cursor:
        cursor.execute(
            f"UPDATE sign_in SET {changes} WHERE token_hash = $t", {"t": sessions._digest(token)}
        )


def idle(root: Store, token: str, _) -> None:
    backdate(root, token, seen_at=sessions.idle_time() + dt.timedelta(minutes=1))


def twelve_hours(root: Store, token: str, _) -> None:
    backdate(root, token, started_at=sessions.LONGEST_SESSION + dt.timedelta(minutes=1))


ENDINGS = {
    "keluar": sign_out,
    "dinonaktifkan": deactivate,
    "unit diganti": other_office,
    "lama diam": idle,
    "dua belas jam": twelve_hours,
}


@pytest.mark.parametrize("state", ENDINGS)
def test_a_session_that_has_ended_gets_nothing(at, people, state):
    ENDINGS[state](people, at.tab.token, at)
    count(state, answers_of(Tab(at.tab.url, at.tab.token), at), NO)


@pytest.mark.parametrize("state", ENDINGS)
def test_a_page_left_open_hands_out_nothing_says_so_and_is_closed(at, people, state):
    """A deferred download_button worked after /keluar and after deactivation."""
    ENDINGS[state](people, at.tab.token, at)
    before = len(at.tab.told)
    assert at.tab.press(at.button) == ""
    said = texts(at.tab.told[before:])
    assert "Sesi" in said or "Akun ini" in said
    assert "Batalkan unggahan ini" not in said
    assert at.tab.closed() == stream.POLICY
    held[state] += 2


@pytest.mark.parametrize("state", ENDINGS)
def test_a_silent_stream_is_closed_within_a_bounded_time(at, people, state, monkeypatch):
    monkeypatch.setattr(stream, "CHECK_EVERY", 0.3)
    at.tab.draw("unggah")  # The stream waits anew, with the shorter time.
    ENDINGS[state](people, at.tab.token, at)
    begun = time.monotonic()
    assert at.tab.closed(10) == stream.POLICY
    assert time.monotonic() - begun < 8
    held[state] += 1


def test_a_page_that_is_no_more_is_not_told_in_english(at):
    told = at.tab.draw("halaman_lama")
    assert [m.WhichOneof("type") for m in told if m.HasField("navigation")]
    assert not [m for m in told if m.HasField("page_not_found")]
    assert "Nasional" in texts(at.tab.draw("nasional")), "where that leads"


def test_the_bound_is_a_minute_at_most():
    assert stream.CHECK_EVERY + stream.LAST_RUN <= 60


def test_somebody_else_gets_nothing_of_it(at, people):
    other = Tab(at.tab.url, signed_in(people, OTHER))
    expected = {
        **dict.fromkeys(("GET /", "HEAD /", "GET halaman"), 200), "aliran": 101,
        **dict.fromkeys(GUARDED[3:10], 404),
    }  # fmt: skip
    count("orang lain", answers_of(other, at), expected)
    other.open("unggah")
    assert other.press(at.button) == ""
    other.close()
    assert at.tab.press(at.button) != ""
    held["orang lain"] += 1


def test_the_same_person_at_another_sign_in_gets_nothing_of_it(at, people):
    again = Tab(at.tab.url, signed_in(people))
    assert again.ask("GET", at.media).status_code == 404
    assert again.put(at.place).status_code == 404
    held["masuk lagi"] += 2


@pytest.mark.parametrize("token", [None, "palsu", "", "a" * 5000, "'; DROP TABLE sign_in; --"])
def test_nobody_gets_nothing(at, token):
    count("tanpa sesi", answers_of(Tab(at.tab.url, token), at), NO)


def test_a_demo_is_open_and_asks_for_no_session(server, nobody_yet):
    visitor = At(server, None)
    found = answers_of(visitor.tab, visitor)
    expected = {
        **dict.fromkeys(GUARDED[:5], 200), "GET sebagian berkas": 206, "PUT unggahan": 204,
        "DELETE unggahan": 204, "GET komponen": 404, "GET komponen dua arah": 404, "aliran": 101,
    }  # fmt: skip
    count("demo", found, expected)


def test_a_demo_that_gets_its_first_account_is_shut(server, nobody_yet):
    visitor = At(server, None)
    accounts.add(nobody_yet, "admin", "Admin contoh", "admin")
    assert visitor.tab.press(visitor.button) == ""
    count("demo yang lalu", answers_of(Tab(server), visitor), NO)


def test_real_data_without_accounts_is_shut(server, nobody_yet):
    visitor = At(server, None)
    content = workbook(Kegiatan=[["ADV-1", "A", 2025, "BBPOM-PDG", "Advokasi"]])
    importing.import_files(nobody_yet, [SourceFile("a.xlsx", content)], "uji", today=TODAY)
    assert visitor.tab.press(visitor.button) == ""
    shut = dict.fromkeys(GUARDED, 403)
    count("data nyata tanpa akun", answers_of(Tab(server), visitor), shut)
    assert "Belum ada akun" in httpx.get(server).text


OPEN = {"/healthz": 200, "/masuk": 200, "/favicon.png": 200, "/_stcore/health": 200, "/_stcore/host-config": 200}  # fmt: skip
SHUT = ("/_stcore/metrics", "/metrics", "/_stcore/script-health-check", "/_stcore/agent/openapi.json", "/_stcore/stream", "/_stcore/", "/app/static/a.txt", "/secrets.toml", "/.streamlit/config.toml", "/app.py", "/auth/login", "/auth/logout", "/oauth2callback", "/halaman_yang_tidak_ada")  # fmt: skip


@pytest.mark.parametrize("state", ["masuk", "tanpa sesi", "demo"])
def test_what_is_open_and_what_is_not_there(server, request, state):
    token = None
    if state == "demo":
        request.getfixturevalue("nobody_yet")
    else:
        root = request.getfixturevalue("people")
        token = signed_in(root) if state == "masuk" else None
    tab = Tab(server, token)
    found = {path: tab.ask("GET", path).status_code for path in (*OPEN, *SHUT)}
    count(f"{state}, alamat umum", found, {**OPEN, **dict.fromkeys(SHUT, 404)})
    assert tab.ask("POST", "/_stcore/agent/interact", json={}).status_code == 404
    script = next(
        line.split('src="./')[1].split('"')[0]
        for line in (Path(gate.headers._INDEX)).read_text().splitlines()
        if "index." in line and "src=" in line
    )
    assert tab.ask("GET", f"/{script}").status_code == 200
    held[f"{state}, alamat umum"] += 2


# ------------------------------------------------------------------- attacks

TRICKS = ("//media/{id}", "/./media/{id}", "/x/../media/{id}", "/media/../media/{id}", "/%2e%2e/media/{id}", "/media%2f{id}", "/%6dedia/{id}", "/media/%2e%2e/media/{id}", "/media//{id}", "/MEDIA/{id}", "/Media/{id}", "/media/{id}/", "/media/{id}%00", "/media/{id};a=b", "/media\\{id}", "/media/{id}%20", "/terlambat/media/{id}", "/static/../media/{id}", "/static/%2e%2e/media/{id}", "/static/..%2fmedia/{id}", "/favicon.png/../media/{id}", "/healthz/../media/{id}", "/masuk/../media/{id}", "/media/{id}%252e", "http://localhost/media/{id}", "/app/media/{id}", "/;/media/{id}")  # fmt: skip


def raw_status(url: str, line: str, token: str | None = None) -> tuple[int, bytes]:
    """A request whose first line is written by hand."""
    import socket

    host, _, port = url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        cookie = f"Cookie: {session.COOKIE}={token}\r\n" if token else ""
        wire.sendall(f"{line} HTTP/1.1\r\nHost: {host}:{port}\r\n{cookie}Connection: close\r\n\r\n".encode())  # fmt: skip
        answer = b""
        while part := wire.recv(65536):
            answer += part
    return int(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]


def test_no_way_of_writing_an_address_goes_round_the_doors(at, people):
    whole = at.tab.ask("GET", at.media, headers={"Accept-Encoding": "identity"}).content
    for token in (None, signed_in(people, OTHER)):
        for trick in TRICKS:
            line = "GET " + trick.format(id=at.media.removeprefix("/media/"))
            status, body = raw_status(at.tab.url, line, token)
            assert status in (301, 307, 400, 401, 404), trick
            assert whole[:50] not in body, trick
            held["alamat yang dipelintir"] += 1


def test_no_other_method_opens_an_address(at):
    for method in ("OPTIONS", "POST", "PATCH", "DELETE", "PUT", "TRACE", "CONNECTX"):
        for path in (at.media, "/", "/terlambat", COMPONENT, "/healthz"):
            assert at.tab.ask(method, path).status_code in (400, 405), (method, path)
            held["cara meminta"] += 1
    for method in ("GET", "POST", "OPTIONS", "HEAD", "PATCH"):
        assert at.tab.ask(method, at.place).status_code == 405, method
        held["cara meminta"] += 1


def test_only_places_that_were_given_take_files(at):
    """A PUT went to any id of any session."""
    middle = at.place.rpartition("/")[0]
    for name in ("0" * 36, "../" + "0" * 36, "a" * 36, "%2e%2e"):
        assert at.tab.put(f"{middle}/{name}").status_code == 404
    assert at.tab.put("/_stcore/upload_file/" + "0" * 36 + "/" + "0" * 36).status_code == 404
    held["tempat unggah"] += 5


def test_uploads_want_the_token_against_other_sites(at):
    tab = Tab(at.tab.url, at.tab.token)
    tab.xsrf = ""
    assert tab.put(at.place).status_code == 403
    held["tempat unggah"] += 1


ORIGINS = ("", "http://contoh.test", "http://127.0.0.1:1", "https://localhost", "null", "http://127.0.0.1:{port}.contoh.test", "http://contoh.test@127.0.0.1:{port}", "ftp://127.0.0.1:{port}", "http://localhost:{port}")  # fmt: skip


NO_ADDRESSES = ("http://[", "http://[::1", "http://]", "http://a]b", "//[", "[", "http://[v1.x]/")
"""What Python's own reader of addresses raises an error for, or nearly."""


@pytest.mark.parametrize("written", NO_ADDRESSES)
def test_an_origin_that_is_no_address_is_refused_as_any_other(at, written):
    """Not a fault of the program: anybody could make the measure of faults rise."""
    for path, method, name, status in (
        ("/masuk", "POST", "Origin", 403), ("/masuk", "POST", "Referer", 403),
        ("/keluar", "POST", "Origin", 403), ("/keluar", "GET", "Referer", 200),
    ):  # fmt: skip
        answer = httpx.request(method, at.tab.url + path, headers={name: written})
        assert answer.status_code == status, (path, method, name)
    tab = Tab(at.tab.url, at.tab.token, origin=written)
    assert handshake(tab) == 403


def test_no_other_site_opens_a_stream_in_a_readers_name(at):
    port = at.tab.url.rpartition(":")[2]
    tab = Tab(at.tab.url, at.tab.token)
    for origin in ORIGINS:
        tab.origin = origin.format(port=port)
        assert handshake(tab) == 403, origin
        held["situs lain"] += 1
    tab.origin = at.tab.url
    assert handshake(tab) == 101


def test_nobody_comes_back_to_another_persons_session(at, people):
    """The third subprotocol names a session to resume: its state, files and buttons."""
    thief = Tab(at.tab.url, signed_in(people, OTHER), resumed=at.tab.session)
    thief.open("unggah")
    assert thief.session != at.tab.session
    thief.close()
    at.tab.close()
    time.sleep(0.3)
    late = Tab(at.tab.url, signed_in(people, OTHER), resumed=at.tab.session).open("unggah")
    assert late.session != at.tab.session
    late.close()
    owner = Tab(at.tab.url, at.tab.token, resumed=at.tab.session).open("unggah")
    assert owner.session == at.tab.session
    owner.close()
    held["sesi orang lain"] += 3


def bare_handshake(url: str, **more: object) -> Response:
    with pytest.raises(InvalidStatus) as refused:
        connect(url.replace("http", "ws"), legacy=True, **more)
    return refused.value.response


def test_odd_subprotocols_carry_nobody_in(at):
    address = f"{at.tab.url}/_stcore/stream"
    for parts in (["streamlit"], ["streamlit", "x" * 3000], ["x", "y", at.tab.session, "z"]):
        for token in (None, "palsu"):
            cookie = {"Cookie": f"{session.COOKIE}={token}"} if token else {}
            answer = bare_handshake(
                address, origin=at.tab.url, subprotocols=parts, additional_headers=cookie
            )
            assert answer.status_code == 401
            held["subprotokol"] += 1


def test_there_is_one_address_for_streams(at):
    cookie = {"Cookie": at.tab.cookie}
    for path in ("/_stcore/Stream", "/_stcore/stream/", "//_stcore/stream", "/x/_stcore/stream", "/_stcore/health", "/", "/_stcore/stream%2f", "/_stcore/../_stcore/stream"):  # fmt: skip
        answer = bare_handshake(at.tab.url + path, origin=at.tab.url, additional_headers=cookie)
        assert answer.status_code == 404, path
        assert answer.headers["X-Frame-Options"] == "DENY"
        held["alamat aliran"] += 1


def test_another_host_name_brings_no_session(at):
    answer = httpx.get(at.tab.url, headers={"Host": "contoh.test"})
    assert answer.status_code == 401
    odd = httpx.get(at.tab.url, headers={"Host": "contoh.test; script-src *"})
    assert "script-src *" not in odd.headers.get("content-security-policy", "")
    held["nama host"] += 2


def test_two_cookies_of_one_name_are_read_alike_by_the_door_and_the_page(at, people):
    """A door that reads the first and a page that reads the last would let one in as another."""
    good, other = at.tab.token, signed_in(people, OTHER)
    tab = Tab(at.tab.url, f"{good}; {session.COOKIE}={other}").open("unggah")
    assert "Staf lain" in texts(tab.told)
    assert tab.ask("GET", at.media).status_code == 404
    tab.close()
    sessions.end_session(people, other)
    assert handshake(tab) == 401
    held["dua kuki"] += 2


def test_requests_written_by_hand_get_no_further(at):
    """Wrong lengths, two hosts, no host, and a second request hidden in the first one's body."""
    host, _, port = at.tab.url.removeprefix("http://").partition(":")
    hidden = f"GET {at.media} HTTP/1.1\r\nHost: a\r\n\r\n"
    for written in (
        f"GET {at.media} HTTP/1.0\r\n\r\n",
        f"GET {at.media} HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        f"GET {at.media}\r\n\r\n",
        f"POST /masuk HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n{hidden}",
        f"GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: {len(hidden)}\r\nConnection: close\r\n\r\n{hidden}",
        f"GET {at.media} HTTP/1.1\r\nHost: a\r\nX-Original-URL: /healthz\r\nX-Rewrite-URL: /healthz\r\nX-HTTP-Method-Override: GET\r\nConnection: close\r\n\r\n",
        f"GET {at.media} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-User: admin\r\nRemote-User: admin\r\nConnection: close\r\n\r\n",
    ):
        with socket.create_connection((host, int(port)), timeout=10) as wire:
            wire.settimeout(3)
            wire.sendall(written.encode())
            answer = b""
            with contextlib.suppress(TimeoutError, ConnectionError):
                while part := wire.recv(65536):
                    answer += part
        assert b"spreadsheetml" not in answer, written
        held["ditulis tangan"] += 1


@pytest.mark.parametrize("lines", [["streamlit, t, LAIN"], ["streamlit, t", "LAIN"], ["streamlit", "t", "LAIN"], ["streamlit,,LAIN"], ["streamlit, t, LAIN, x"], ["streamlit,t,LAIN,MILIK"]])  # fmt: skip
def test_however_it_is_written_another_persons_session_is_left_out(lines):
    given = Given()
    given.give("saya", ["sesi:MILIK"])
    given.give("dia", ["sesi:LAIN"])
    scope = {"headers": [(b"Sec-WebSocket-Protocol", line.encode()) for line in lines]}
    found = stream.own_session_only(scope, Asker("saya"), given)["headers"]
    assert len(found) == 1
    assert b"LAIN" not in found[0][1]
    assert found[0][1].startswith(b"streamlit")
    own = {"headers": [(b"sec-websocket-protocol", b"streamlit, t, MILIK")]}
    assert stream.own_session_only(own, Asker("saya"), given)["headers"][0][1].endswith(b"MILIK")
    held["sesi orang lain"] += 1


# -------------------------------------------------------------- the stream


DEVELOPERS = ("clear_cache", "set_run_on_save", "load_git_info", "debug_disconnect_websocket", "debug_shutdown_runtime")  # fmt: skip


def test_messages_for_developers_are_dropped(at, monkeypatch):
    """An anonymous clear_cache made a second store."""
    seen = []
    whole = AppSession.handle_backmsg
    monkeypatch.setattr(
        AppSession,
        "handle_backmsg",
        lambda self, m: (seen.append(m.WhichOneof("type")), whole(self, m)),
    )
    for kind in DEVELOPERS:
        message = BackMsg()
        setattr(message, kind, True)
        at.tab.send(message)
        held["pesan pengembang"] += 1
    for payload in ("install_skills", "dismiss_skills_nudge"):
        message = BackMsg()
        message.backend_operation_request.session_id = at.tab.session
        getattr(message.backend_operation_request, payload).SetInParent()
        at.tab.send(message)
        held["pesan pengembang"] += 1
    at.tab.send(BackMsg())
    assert "Riwayat unggahan" in texts(at.tab.draw("unggah"))
    assert seen == ["rerun_script"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"\xff\xff\xff", 1002), ("teks", 1002), (b"\x00" * (stream.MOST_BYTES + 1), 1009)],
)
def test_what_is_no_message_closes_the_stream(at, data, code):
    at.tab.socket.send(data)
    assert at.tab.closed(5) == code


def test_widgets_of_a_dead_session_call_nothing_back(at, people):
    """Callbacks run before the page asks who reads; a dead session's message carries none in."""
    ENDINGS["keluar"](people, at.tab.token, at)
    message = BackMsg()
    message.rerun_script.page_name = "unggah"
    state = message.rerun_script.widget_states.widgets.add()
    state.id, state.trigger_value = "tombol", True
    seen = []
    whole = AppSession.handle_backmsg
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AppSession, "handle_backmsg", lambda self, m: (seen.append(m), whole(self, m)))  # fmt: skip
        at.tab.send(message)
        assert at.tab.closed() == stream.POLICY
    assert [len(m.rerun_script.widget_states.widgets) for m in seen] == [0]


def test_streams_of_one_person_are_counted(at, monkeypatch):
    monkeypatch.setattr(gate, "MOST_STREAMS", 2)
    second = Tab(at.tab.url, at.tab.token).open("unggah")
    assert handshake(Tab(at.tab.url, at.tab.token)) == 429
    second.close()
    give_up = time.monotonic() + 5
    while handshake(Tab(at.tab.url, at.tab.token)) != 101:
        assert time.monotonic() < give_up
        time.sleep(0.05)


# --------------------------------------------------------------- amounts


@pytest.mark.parametrize("state", ["masuk", "demo"])
def test_uploads_are_limited_in_words(server, request, monkeypatch, state):
    if state == "demo":
        request.getfixturevalue("nobody_yet")
        token = None
    else:
        token = signed_in(request.getfixturevalue("people"))
    # What tabs closed a moment ago brought is kept, and counted, for another minute.
    runtime.get_instance().uploaded_file_mgr.file_storage.clear()
    monkeypatch.setattr(uploads, "limits", lambda demo: uploads.Limits(1, 3, 4))
    tab = Tab(server, token).open("unggah")
    places = tab.places(8)
    large = tab.put(places[0], b"x" * (MIB + 100_000))
    assert large.status_code == 413
    assert "Paling besar 1 MB per berkas" in large.text
    assert [tab.put(p, b"x" * (MIB - 1000)).status_code for p in places[:3]] == [204, 204, 204]
    full = tab.put(places[3], b"x" * 500_000)
    assert full.status_code == 413
    assert "sudah mencapai 3 MB" in full.text
    assert tab.ask("DELETE", places[0]).status_code == 204
    assert tab.put(places[3], b"kecil").status_code == 204
    assert tab.put(places[4], b"kecil").status_code == 204
    many = tab.put(places[5], b"kecil")
    assert many.status_code == 413
    assert "Paling banyak 4 berkas" in many.text
    tab.close()


def test_uploads_at_once_do_not_slip_past_the_total(at, monkeypatch):
    monkeypatch.setattr(uploads, "limits", lambda demo: uploads.Limits(1, 3, 40))
    places = at.tab.places(12)
    with ThreadPoolExecutor(12) as many:
        found = Counter(many.map(lambda p: at.tab.put(p, b"x" * (MIB - 1000)).status_code, places))
    assert found[204] <= 3
    assert found[204] + found[413] == 12


def test_a_new_tab_does_not_make_new_room(at, monkeypatch):
    monkeypatch.setattr(uploads, "limits", lambda demo: uploads.Limits(1, 2, 40))
    first, second = (Tab(at.tab.url, at.tab.token).open("unggah") for _ in range(2))
    content = b"x" * (MIB - 2000)
    assert [first.put(p, content).status_code for p in first.places(2)] == [204, 204]
    assert second.put(second.places(1)[0], content).status_code == 413
    first.close()
    second.close()


@pytest.mark.parametrize("beside", ["", "Content-Length: 10\r\n"])
def test_a_file_of_unknown_size_is_not_taken(at, beside):
    """Nor one in chunks, whose announced size is a claim that nobody holds it to."""
    part = '--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\nisi\r\n--x--\r\n'
    answer = by_hand(
        at,
        f"PUT {at.place}",
        f"{beside}Transfer-Encoding: chunked\r\n",
        f"{len(part):x}\r\n{part}\r\n0\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 411 ")


def by_hand(at: At, line: str, headers: str, body: str, wait: float = 10) -> bytes:
    """What a form that is written byte by byte is answered; empty where nothing is in time."""
    host, _, port = at.tab.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as wire:
        wire.settimeout(wait)
        wire.sendall(
            f"{line} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {at.tab.cookie}\r\n"
            f"X-Xsrftoken: {at.tab.xsrf}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"{headers}\r\n{body}".encode()
        )
        try:
            return wire.recv(65536)
        except TimeoutError:
            return b""


@pytest.mark.parametrize("where", ["unggahan", "masuk"])
def test_who_sends_half_and_goes_is_no_fault_of_the_program(at, monkeypatch, where):
    line = {"unggahan": f"PUT {at.place}", "masuk": "POST /masuk"}[where]
    said: list[str] = []
    monkeypatch.setattr(logs, "event", lambda what, *_, **__: said.append(what))
    monkeypatch.setattr(logs, "fault", lambda *_: said.append("kesalahan program") or "-")
    assert by_hand(at, line, "Content-Length: 999\r\n", "--x\r\n", wait=0.5) == b""
    give_up = time.monotonic() + 10
    while not said and time.monotonic() < give_up:
        time.sleep(0.05)
    assert said == ["kiriman terputus"]


def test_limits_are_what_the_settings_say():
    assert config.get_option("server.maxUploadSize") == 100
    assert uploads.limits(False) == uploads.Limits(100, 300, 40)
    assert uploads.limits(True) == uploads.Limits(100, 100, 20)


# --------------------------------------------------------------- headers

EVERYWHERE = ("x-content-type-options", "x-frame-options", "referrer-policy", "content-security-policy", "permissions-policy", "cross-origin-opener-policy")  # fmt: skip


def test_every_answer_carries_the_headers(at):
    tab, stranger = at.tab, Tab(at.tab.url)
    answers = [
        tab.ask("GET", "/"), tab.ask("GET", at.media), tab.ask("GET", "/nasional"),
        tab.ask("GET", "/terlambat/"), tab.ask("GET", "/tidak-ada"), tab.ask("POST", "/"),
        tab.put(at.place), tab.ask("GET", "/masuk"), tab.ask("GET", "/keluar"),
        stranger.ask("GET", "/"), stranger.ask("GET", at.media), stranger.put(at.place),
        stranger.ask("GET", "/healthz"), stranger.ask("GET", "/_stcore/health"),
        stranger.ask("GET", "/metrics"), stranger.ask("GET", "/favicon.png"),
    ]  # fmt: skip
    for answer in answers:
        for name in EVERYWHERE:
            assert len(answer.headers.get_list(name)) == 1, (answer.request.url, name)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        cached = "favicon" in str(answer.request.url)
        assert (answer.headers.get("cache-control") == "no-store") is not cached, answer.request.url
    with pytest.raises(InvalidStatus) as refused:
        stranger.connect()
    for name in (*EVERYWHERE, "cache-control"):
        assert refused.value.response.headers[name]


# --------------------------------------------------------------- the code


def calls_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, (ast.Attribute, ast.Name)):
            yield ast.unparse(node.func).rpartition(".")[2]
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("streamlit"):
            yield from (alias.name for alias in node.names)


def test_there_is_one_place_that_hands_out_files():
    """Every download asks the session again, because there is one button, and it does."""
    found = {
        path.relative_to(ROOT).as_posix()
        for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]
        if {"download_button", "audio", "video", "pdf"} & set(calls_in(path))
    }
    assert found == {"pages/kit/handing.py"}
    tree = ast.parse((ROOT / "pages/kit/handing.py").read_text("utf-8"))
    buttons = [
        n for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "download_button"
    ]  # fmt: skip
    assert len(buttons) == 1
    assert ast.unparse(buttons[0].args[1]).startswith("handed(")


def test_checks_of_access_that_held(capsys):
    """The count for the note; runs last in this file."""
    with capsys.disabled():
        print(f"\nAccess checks that held: {held.total()} in {len(held)} states: {dict(held)}")
    if len(held) > 15:  # The whole file ran, and not one test of it.
        assert held.total() >= 200
