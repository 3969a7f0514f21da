"""From the start of the process to its end, and what is said when something goes wrong."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from typing import Any

import anyio
import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.kit import logs, measures, shell, words
from sop_core import accounts, process
from sop_core.errors import PantauError, StoreError
from sop_core.store import Store
from sop_core.upkeep import Attendance

ANSWER_WITHIN = 2.0
"""Seconds in which the store must answer for the app to count as healthy."""
CLOSE_WITHIN = 60.0
"""Seconds that a running write has to end at a stop; the unit's TimeoutStopSec is longer."""

BESIDE: list[Callable[[Store], AbstractContextManager[Any]]] = [Attendance]
"""What runs beside the app for as long as it runs: each is given the store at the start, and
is left, the last first, before the store is closed."""


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Open the store at the start; at the end let a running write finish and close it."""
    logs.configure()
    with ExitStack() as beside:
        try:
            store = await run_in_threadpool(shell.root)
            for begin in BESIDE:
                beside.enter_context(begin(store))
        except StoreError as error:
            # The app starts all the same: its pages and /healthz say what is wrong.
            logs.event("basis data tidak terbuka", logging.ERROR, galat=type(error).__name__)
        logs.event("aplikasi berjalan")
        yield
        logs.event("aplikasi berhenti")
    await _close()
    logs.event("basis data ditutup")


async def _close() -> None:
    with anyio.move_on_after(CLOSE_WITHIN) as limit:
        await anyio.to_thread.run_sync(process.close_all, abandon_on_cancel=True)
    if limit.cancelled_caught:
        # What was not committed is rolled back when the file is opened again.
        logs.event("tulisan belum selesai saat berhenti", logging.ERROR)


class Health:
    """Asks the store whether it answers: one question at a time, however often it is asked."""

    def __init__(self) -> None:
        self._asked: asyncio.Task[None] | None = None

    async def answer(self, _: Request) -> PlainTextResponse:
        """ok, or 503 with a plain word; never later than ANSWER_WITHIN."""
        if self._asked is None or self._asked.done():
            self._asked = asyncio.ensure_future(run_in_threadpool(_question))
        try:
            await asyncio.wait_for(asyncio.shield(self._asked), ANSWER_WITHIN)
        except TimeoutError:
            return PlainTextResponse("basis data tidak menjawab", 503)
        except StoreError:
            return PlainTextResponse("basis data tidak terbuka", 503)
        except Exception as error:
            logs.fault(error, "sehat")
            return PlainTextResponse("basis data tidak menjawab", 503)
        return PlainTextResponse("ok")


def _question() -> None:
    begun = time.perf_counter()
    accounts.any_account(shell.root())
    measures.STORE_SECONDS.set(time.perf_counter() - begun)


def on_script_error(error: Exception) -> bool:
    """What a reader is told of an error in a page: our own words, or a number to name."""
    if isinstance(error, PantauError):
        logs.event("halaman menolak", logging.WARNING, galat=type(error).__name__)
        st.error(words.refused(error), icon=":material/block:")
    else:
        st.error(words.text(logs.told(logs.fault(error, "halaman"))), icon=":material/error:")
    return True


ROUTES = [Route("/healthz", Health().answer, methods=["GET"]), *measures.ROUTES]
