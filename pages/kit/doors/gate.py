"""The middleware: what is asked for, who asks, and what every answer carries."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.kit import logs, measures, signin
from pages.kit.doors import answers, headers, routes, stream
from pages.kit.doors.given import Given, Open
from pages.kit.doors.people import Asker, Turned, asking, why_not
from pages.kit.doors.uploads import TooMuch, Uploads
from pages.kit.session import provider_configured

MOST_STREAMS = 40
"""Streams of one person, or of one address on demo data, open at once."""


class Gate:
    """Stands before everything of the app, Streamlit's own routes included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._given, self._open = Given(), Open()
        self._uploads = Uploads()
        measures.watch_streams(self._open.all)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request or one stream."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        kind = routes.kind_of(scope["path"], scope.get("raw_path") or b"")
        if scope["type"] == "websocket":
            await self._stream(kind, scope, receive, send)
        else:
            await self._request(kind, scope, receive, send)

    # -------------------------------------------------------------- requests

    async def _request(self, kind: routes.Kind, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(kind, Headers(scope=scope).get("host", ""), send)
        try:
            await self._admit(kind, scope, receive, answer.send)
        except ClientDisconnect:
            # Whoever sends half and goes is no fault of ours, and is there for no answer.
            logs.event("kiriman terputus", jenis=kind.name)
            return
        except Exception as error:
            number = logs.fault(error, kind.name)
            if answer.status:
                raise
            await answers.no(500, logs.told(number))(scope, receive, answer.send)
        measures.REQUESTS.labels(kind.name, f"{answer.status // 100}xx").inc()
        if scope["method"] == "POST" and answer.status in (401, 429):
            measures.REFUSED_SIGN_INS.inc()
        if answer.status >= 400 and kind is not routes.ROOT_SEARCH:
            logs.event("permintaan ditolak", jenis=kind.name, status=answer.status)

    async def _admit(self, kind: routes.Kind, scope: Scope, receive: Receive, send: Send) -> None:
        async def no(status: int, said: str = "", **extra: str) -> None:
            await answers.no(status, said, extra)(scope, receive, send)

        if kind in (routes.NOTHING, routes.ROOT_SEARCH, routes.STREAM):
            return await no(404)
        if kind is routes.PROVIDER and not provider_configured():
            return await no(404)
        if scope["method"] not in kind.methods:
            return await no(405, Allow=", ".join(sorted(kind.methods)))
        if not kind.guarded:
            return await self.app(scope, receive, send)
        request = Request(scope, receive)
        asker = await run_in_threadpool(asking, request)
        if isinstance(asker, Turned):
            return await (await self._turned(kind, asker, request))(scope, receive, send)
        if kind is routes.PAGE:
            return await self.app(scope, receive, send)
        path = routes.within(scope["path"])
        if asker.fresh:
            return await no(401)
        if kind in (routes.MEDIA, routes.UPLOAD) and not self._given.has(_owner(asker), path):
            return await no(404)
        if kind is not routes.UPLOAD or scope["method"] == "DELETE":
            return await self.app(scope, receive, send)
        try:
            with self._uploads.room(asker.key, path.split("/")[-2], request, asker.demo):
                await self.app(scope, receive, send)
        except TooMuch as error:
            await no(error.status, str(error))

    async def _turned(self, kind: routes.Kind, turned: Turned, request: Request) -> Response:
        if kind is not routes.PAGE or turned.status != 401:
            return answers.no(turned.status, turned.message)
        why = await run_in_threadpool(why_not, request)
        return signin.ask(request, why)

    # --------------------------------------------------------------- streams

    async def _stream(self, kind: routes.Kind, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        host = connection.headers.get("host", "")

        async def refuse(status: int) -> None:
            measures.REQUESTS.labels(kind.name, f"{status // 100}xx").inc()
            logs.event("aliran ditolak", jenis=kind.name, status=status)
            await _refuse_handshake(status, host, scope, receive, send)

        if kind is not routes.STREAM:
            return await refuse(404)
        if not same_origin(connection):
            return await refuse(403)
        asker = await run_in_threadpool(asking, connection)
        if isinstance(asker, Turned):
            return await refuse(asker.status)
        if not self._open.enter(asker.key, MOST_STREAMS):
            return await refuse(429)
        measures.REQUESTS.labels(kind.name, "1xx").inc()
        bound = Asker(_owner(asker), asker.demo, asker.fresh)

        async def ask_again() -> Asker | Turned:
            found = await run_in_threadpool(asking, connection)
            return found if isinstance(found, Turned) else Asker(_owner(found), found.demo)

        watched = stream.Watched(bound, self._given, ask_again, receive, send)
        try:
            await self.app(
                stream.own_session_only(scope, bound, self._given), watched.receive, watched.send
            )
        except Exception as error:
            logs.fault(error, kind.name)
        finally:
            self._open.leave(asker.key)
            await watched.finish()


def _owner(asker: Asker) -> str:
    # Visitors to demo data share one address behind a proxy, and one browser may have two.
    return "demo" if asker.demo else asker.key


def same_origin(connection: HTTPConnection) -> bool:
    """Whether a handshake comes from a page of this very host; a browser always says so."""
    hosts = connection.headers.getlist("host")
    return len(hosts) == 1 and signin.place_of(connection.headers.get("origin", "")) == hosts[0]


async def _refuse_handshake(
    status: int, host: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """An answer in place of a stream, with the headers of every answer."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": stream.POLICY})
        return
    body = answers.WORDS[status].encode()
    plain = [(b"content-type", b"text/plain; charset=utf-8")]
    await send(
        {
            "type": "websocket.http.response.start",
            "status": status,
            "headers": headers.dressed(plain, host, cached=False),
        }
    )
    await send({"type": "websocket.http.response.body", "body": body})


class _Answer:
    """An answer on its way: its status is kept, and our headers are put on it."""

    def __init__(self, kind: routes.Kind, host: str, send: Send) -> None:
        self._kind, self._host, self._send = kind, host, send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            cached = self._kind.cached and self.status in (200, 206, 304)
            message = {
                **message,
                "headers": headers.dressed(message.get("headers", []), self._host, cached),
            }
        await self._send(message)
