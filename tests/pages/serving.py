"""The app served on loopback within the test's process, and a browser's side of its stream."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import Runtime
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from pages.kit import session

WAIT = 20.0
"""Seconds that a page may take to be drawn."""


@contextmanager
def served() -> Iterator[str]:
    """The app of app.py on a free port; yields its address. One at a time in a process."""
    import app as entry

    entry.app._starlette_app = entry.app._runtime = None
    Runtime._instance = None
    config = uvicorn.Config(
        entry.app, host="127.0.0.1", port=0, log_config=None, ws="websockets-sansio"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    give_up = time.monotonic() + WAIT
    while not server.started:
        assert thread.is_alive()
        assert time.monotonic() < give_up
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(WAIT)
        Runtime._instance = None
        assert not thread.is_alive()


@dataclass
class Tab:
    """A browser's tab: its cookies, and the stream it has open."""

    url: str
    token: str | None = None
    origin: str = ""
    resumed: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    socket: ClientConnection | None = None
    told: list[ForwardMsg] = field(default_factory=list)
    xsrf: str = ""

    def __post_init__(self) -> None:
        self.origin = self.origin or self.url
        answer = httpx.get(f"{self.url}/_stcore/health")
        self.xsrf = answer.cookies.get("_streamlit_xsrf") or ""

    @property
    def cookie(self) -> str:
        kept = {"_streamlit_xsrf": self.xsrf}
        if self.token is not None:
            kept[session.COOKIE] = self.token
        return "; ".join(f"{k}={v}" for k, v in kept.items())

    def ask(self, method: str, path: str, **more: object) -> httpx.Response:
        """A request as this browser sends it."""
        headers = {"Cookie": self.cookie, "X-Xsrftoken": self.xsrf, **more.pop("headers", {})}
        with httpx.Client() as client:
            request = client.build_request(method, f"{self.url}{path}", headers=headers, **more)
            return client.send(request)

    def put(self, path: str, content: bytes = b"isi") -> httpx.Response:
        """A file brought to a place."""
        return self.ask("PUT", path, files={"file": ("contoh.csv", content)})

    def open(self, page: str = "") -> Tab:
        """Open the stream and draw a page."""
        self.connect()
        self.draw(page)
        return self

    def connect(self) -> None:
        """The handshake; raises InvalidStatus where it is refused."""
        parts = ["streamlit", self.xsrf, self.resumed]
        self.socket = connect(
            self.url.replace("http", "ws") + "/_stcore/stream",
            origin=self.origin or None,
            subprotocols=[p for p in parts if p],
            additional_headers={"Cookie": self.cookie, **self.headers},
            max_size=None,
            legacy=True,
        )

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def draw(self, page: str = "") -> list[ForwardMsg]:
        """Run a page; returns what it told."""
        message = BackMsg()
        message.rerun_script.page_name = page
        message.rerun_script.query_string = "tanggal=2026-11-24"
        self.send(message)
        return self.until("script_finished")

    def until(self, kind: str, wait: float = WAIT) -> list[ForwardMsg]:
        """What is told from now on up to the first of a kind; up to the end if it is closed."""
        told = []
        give_up = time.monotonic() + wait
        while True:
            try:
                told.append(
                    ForwardMsg.FromString(
                        self.socket.recv(timeout=max(0.01, give_up - time.monotonic()))
                    )
                )
            except (ConnectionClosed, TimeoutError):
                break
            if told[-1].WhichOneof("type") == kind:
                break
        self.told += told
        return told

    def closed(self, wait: float = WAIT) -> int | None:
        """The code with which the server closed the stream; None while it is open."""
        give_up = time.monotonic() + wait
        while time.monotonic() < give_up:
            try:
                self.socket.recv(timeout=max(0.01, give_up - time.monotonic()))
            except ConnectionClosed as end:
                return end.rcvd.code if end.rcvd else 1006
            except TimeoutError:
                break
        return None

    @property
    def session(self) -> str:
        """What Streamlit calls this tab."""
        return next(
            m.new_session.initialize.session_id for m in self.told if m.HasField("new_session")
        )

    def buttons(self) -> dict[str, str]:
        """Download buttons of what was told: label and the id of what makes the file."""
        found = {}
        for message in self.told:
            if message.HasField("delta") and message.delta.HasField("new_element"):
                element = message.delta.new_element
                if element.WhichOneof("type") == "download_button":
                    found[element.download_button.label] = element.download_button.deferred_file_id
        return found

    def press(self, file_id: str) -> str:
        """Ask for a deferred file; its address, empty where it is not made."""
        message = BackMsg()
        message.backend_operation_request.request_id = uuid.uuid4().hex
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = file_id
        self.send(message)
        told = self.until("backend_operation_response", 5.0)
        if not told or not told[-1].HasField("backend_operation_response"):
            return ""
        return told[-1].backend_operation_response.deferred_file.url

    def places(self, count: int = 1) -> list[str]:
        """Places to upload to."""
        message = BackMsg()
        message.file_urls_request.request_id = uuid.uuid4().hex
        message.file_urls_request.session_id = self.session
        message.file_urls_request.file_names.extend(["contoh.csv"] * count)
        self.send(message)
        told = self.until("file_urls_response", 5.0)
        if not told or not told[-1].HasField("file_urls_response"):
            return []
        return [p.upload_url for p in told[-1].file_urls_response.file_urls]

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()


def texts(told: list[ForwardMsg]) -> str:
    """Every word that was drawn."""
    return "\n".join(str(m.delta.new_element) for m in told if m.HasField("delta"))
