"""The websocket of a page: watched while it is open, and only what a reader needs passes."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from google.protobuf.message import DecodeError
from starlette.types import Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pages.kit import logs
from pages.kit.doors.given import Given, things_in
from pages.kit.doors.people import Asker, Turned

CHECK_EVERY = 30.0
"""Seconds after which a silent stream's session is asked for again."""
LAST_RUN = 10.0
"""Seconds that the page has to say that the session is over, before the stream is closed."""
MOST_BYTES = 4 * 1024 * 1024
"""Of one message of a browser: the state of its widgets."""
MOST_NAMES = 40
"""Files for which a browser asks places to upload to, in one message."""
PASSES = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "backend_operation_request"})  # fmt: skip
"""Messages a reader's browser needs. What is not here (clear_cache, set_run_on_save, the
debug ones, load_git_info) is for developers and is dropped."""
DROPPED = frozenset({"page_not_found"})
"""Messages to a browser that only make it say something in English: of a page that is no longer
there, the front page is drawn all the same."""
OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})
POLICY, TOO_BIG, UNREADABLE = 1008, 1009, 1002
_RESUMED = 2
"""Where in the subprotocols Streamlit carries the session to come back to."""


def own_session_only(scope: Scope, asker: Asker, given: Given) -> Scope:
    """The handshake without another person's session to come back to."""
    name = b"sec-websocket-protocol"
    others = [(n, v) for n, v in scope["headers"] if n.lower() != name]
    # Several lines mean the same as one, to whoever reads them after us as well.
    written = b",".join(v for n, v in scope["headers"] if n.lower() == name).decode("latin-1")
    parts = [part.strip() for part in written.split(",")]
    asked = parts[_RESUMED] if len(parts) > _RESUMED else ""
    kept = parts[: _RESUMED + 1] if given.has(asker.key, f"sesi:{asked}") else parts[:_RESUMED]
    line = [(name, ", ".join(kept).encode("latin-1"))] if written else []
    return {**scope, "headers": [*others, *line]}


class Watched:
    """One open stream between a browser and Streamlit."""

    def __init__(
        self,
        asker: Asker,
        given: Given,
        ask_again: Callable[[], Awaitable[Asker | Turned]],
        receive: Receive,
        send: Send,
    ) -> None:
        self._asker, self._given, self._ask_again = asker, given, ask_again
        self._outer_receive, self._outer_send = receive, send
        self._coming: asyncio.Task[Message] | None = None
        self._asked_at = time.monotonic()
        self._last_run = BackMsg()
        self._over_at: float | None = None
        self._said = asyncio.Event()
        self._closed = False

    # ------------------------------------------------------ from the browser

    async def receive(self) -> Message:
        """The next message that may pass; the session is asked for before each."""
        while not self._closed:
            if self._over_at is not None:
                return await self._end()
            message = await self._next()
            if message is not None and message["type"] == "websocket.disconnect":
                return message
            if message is not None and message["type"] == "websocket.connect":
                return message
            if not await self._still_theirs():
                # The page runs once more, without what the browser sent, and says so.
                self._over_at = time.monotonic() + LAST_RUN
                return {"type": "websocket.receive", "bytes": self._last_run.SerializeToString()}
            if message is None:
                continue
            passed = await self._sifted(message)
            if passed is not None:
                return passed
        return {"type": "websocket.disconnect", "code": POLICY}

    async def _next(self) -> Message | None:
        """What the browser sends next, None when it has been silent for a while."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._outer_receive())
        done, _ = await asyncio.wait({self._coming}, timeout=CHECK_EVERY)
        if not done:
            return None
        message, self._coming = self._coming.result(), None
        return message

    async def _still_theirs(self) -> bool:
        found = await self._ask_again()
        return isinstance(found, Asker) and found.key == self._asker.key

    async def _sifted(self, message: Message) -> Message | None:
        data = message.get("bytes")
        if data is None:
            return await self._shut(UNREADABLE)
        if len(data) > MOST_BYTES:
            return await self._shut(TOO_BIG)
        asked = BackMsg()
        try:
            asked.ParseFromString(data)
        except DecodeError:
            return await self._shut(UNREADABLE)
        kind = asked.WhichOneof("type")
        if kind not in PASSES or not self._fits(asked, kind):
            logs.event("pesan peramban dibuang", logging.WARNING, jenis=kind or "kosong")
            return None
        if kind == "rerun_script":
            self._remember(asked)
        return message

    def _fits(self, asked: BackMsg, kind: str) -> bool:
        if kind == "file_urls_request":
            return len(asked.file_urls_request.file_names) <= MOST_NAMES
        if kind == "backend_operation_request":
            wanted = asked.backend_operation_request
            operation = wanted.WhichOneof("payload")
            if operation == "deferred_file":
                return self._given.has(self._asker.key, f"tunda:{wanted.deferred_file.file_id}")
            return operation in OPERATIONS
        return True

    def _remember(self, asked: BackMsg) -> None:
        """Where the reader is; not their widgets, whose callbacks would run again."""
        state, kept = asked.rerun_script, BackMsg()
        kept.rerun_script.query_string = state.query_string
        kept.rerun_script.page_script_hash = state.page_script_hash
        kept.rerun_script.page_name = state.page_name
        if state.HasField("context_info"):
            kept.rerun_script.context_info.CopyFrom(state.context_info)
        self._last_run = kept

    async def _end(self) -> Message:
        """Wait until the page has said it, or for its time; then the stream is closed."""
        left = max(0.0, (self._over_at or 0.0) - time.monotonic())
        try:
            await asyncio.wait_for(self._said.wait(), left)
        except TimeoutError:
            logs.event("aliran ditutup sebelum halaman selesai", logging.WARNING)
        return await self._shut(POLICY)

    async def _shut(self, code: int) -> Message:
        if not self._closed:
            self._closed = True
            logs.event("aliran ditutup", kode=code)
            await self._outer_send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}

    async def finish(self) -> None:
        """Let go of what is still awaited."""
        if self._coming is not None and not self._coming.done():
            self._coming.cancel()

    # -------------------------------------------------------- to the browser

    async def send(self, message: Message) -> None:
        """Pass a message on, and write down what it hands out."""
        if self._closed:
            return
        data = message.get("bytes")
        if message["type"] == "websocket.send" and data:
            told = ForwardMsg.FromString(data)
            if told.WhichOneof("type") in DROPPED:
                return
            if self._over_at is None:
                self._given.give(self._asker.key, things_in(told))
            elif told.WhichOneof("type") == "script_finished":
                self._said.set()
        await self._outer_send(message)
