"""What the process writes down about itself: JSON lines on stderr, and no personal data.

Nothing here may hold a name, a login, a title, a file's name or a query string. So an
exception is kept by its kind and the lines it passed, never by its words (they quote values),
and a message of another library by its template, never by what was filled in.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import secrets
import sys
import traceback
from types import TracebackType
from typing import Any

from streamlit import logger as streamlit_logger

from pages.kit import measures

OURS = "pantau"
log = logging.getLogger(OURS)
_STREAMLITS = "streamlit_console_handler"
"""The attribute under which Streamlit keeps the handler of each of its loggers."""


class JsonLines(logging.Formatter):
    """One record, one line."""

    def format(self, record: logging.LogRecord) -> str:
        ours = record.name.partition(".")[0] == OURS
        line: dict[str, Any] = {
            "waktu": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(
                "T", "milliseconds"
            ),
            "tingkat": record.levelname,
            "dari": record.name,
            "pesan": record.getMessage() if ours else _template(record),
        }
        line.update(getattr(record, "isi", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["galat"] = record.exc_info[0].__name__
            line["jejak"] = trail(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _template(record: logging.LogRecord) -> str:
    """Another library's message as it is written in its code, up to what may be an address."""
    return str(record.msg).partition("?")[0].partition("\n")[0][:200]


def trail(passed: TracebackType | None) -> list[str]:
    """The last twelve places an exception passed: file, line and function, not their text."""
    frames = traceback.extract_tb(passed)[-12:]
    return [f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in frames]


def configure() -> None:
    """Send every logger of the process through one handler; level by ``PANTAU_LOG``.

    Other libraries speak from WARNING on, and as loud as ours at DEBUG. Safe to call again.
    """
    level = logging.getLevelNamesMapping().get(os.environ.get("PANTAU_LOG", "").upper(), 20)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, JsonLines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING if level > logging.DEBUG else level)
    log.setLevel(level)
    logging.getLogger("uvicorn.error").addFilter(_not_about_refused_streams)
    # Streamlit gives each of its loggers a handler of its own, as text, when it is first asked
    # for; the setting has no JSON, so the one function that hands them out is replaced.
    streamlit_logger.setup_formatter = _no_handler_of_its_own
    for name in list(logging.Logger.manager.loggerDict):
        known = logging.getLogger(name)
        if hasattr(known, _STREAMLITS) or name.partition(".")[0] in ("uvicorn", "websockets"):
            _no_handler_of_its_own(known)
            known.setLevel(root.level)


def _not_about_refused_streams(record: logging.LogRecord) -> bool:
    # uvicorn says so of every stream that was answered with a plain response, as refusals are;
    # the gate writes those down itself, and nothing went wrong.
    return record.msg != "ASGI callable returned without completing handshake."


def _no_handler_of_its_own(logger: logging.Logger) -> None:
    if logger.name == OURS or logger is logging.getLogger():
        return
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.propagate = True


def event(what: str, level: int = logging.INFO, **filled: Any) -> None:
    """Write down that something happened; ``filled`` are kinds and numbers."""
    log.log(level, what, extra={"isi": filled})


def fault(error: BaseException, where: str) -> str:
    """Write down a fault of the program; returns the number that the reader is told."""
    measures.FAULTS.labels(where).inc()
    number = f"{secrets.randbelow(10_000):04d}-{secrets.randbelow(10_000):04d}"
    log.error(
        "kesalahan program",
        exc_info=(type(error), error, error.__traceback__),
        extra={"isi": {"nomor": number, "di": where}},
    )
    return number


def told(number: str) -> str:
    """What a reader is told of a fault."""
    return f"Terjadi kesalahan. Sebutkan nomor {number} kepada pengelola."
