"""What every command shares: options, the store, and the words of a refusal."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Protocol

from sop_core import accounts, region
from sop_core.errors import CellError, UsageError
from sop_core.importing.cells import parse_date
from sop_core.paths import default_database
from sop_core.store import Store


class Parser(argparse.ArgumentParser):
    """Raises UsageError rather than exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def fail(message: str, code: int) -> int:
    """Say in one line on stderr why; returns the exit code."""
    print(message, file=sys.stderr)
    return code


def date(text: str) -> dt.date:
    """A day as the spreadsheets write it."""
    try:
        return parse_date(text)
    except CellError as error:
        raise argparse.ArgumentTypeError(f"tanggal {text}: {error}") from error


def at_least_one(text: str) -> int:
    """A whole number from 1 on."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} bukan bilangan bulat positif")
    return int(text)


def unit_options(sub: Parser) -> None:
    """``--unit`` and ``--lokas``."""
    sub.add_argument("--unit", default=None, help="kode atau nama unit")
    sub.add_argument("--lokas", action="store_true", help="beserta Loka yang dikoordinasikannya")


def nothing(_: Any) -> int:
    """A command that needs an action of its own."""
    raise UsageError("perintah ini memerlukan aksi")


@contextmanager
def open_store(options: Any) -> Iterator[Store]:
    """The store as the operator, or as the account of ``--as``, sees it."""
    with Store(options.db or default_database()) as store:
        if options.login is None:
            yield store
        else:
            yield store.as_viewer(accounts.viewer_of(store, options.login))


def unit_code(store: Store, written: str | None) -> str | None:
    """An office by any spelling. Raises UsageError, and AccessDenied outside the scope."""
    if not written:
        return None
    code = store.unit_finder().find(written)
    if code is None:
        raise UsageError(f"unit {written} tidak dikenal")
    if not store.viewer.sees(code):
        raise store.refusal("akses", code, f"Unit {code} di luar kewenangan Anda.")
    return code


def units_of(store: Store, options: Any, as_of: dt.date) -> tuple[str, ...] | None:
    """The offices that ``--unit`` and ``--lokas`` ask for; None for all."""
    code = unit_code(store, options.unit)
    if code is None:
        return None
    return region.coordinated(store, code, as_of) if options.lokas else (code,)


def who(store: Store) -> str:
    """The name that a change is kept under."""
    return getpass.getuser() if store.viewer.unlimited else store.viewer.name


def print_json(value: Any) -> None:
    """Print for a machine."""
    print(json.dumps(value, ensure_ascii=False, default=str, indent=1))


class Command(Protocol):
    """Adds one command; the parser it gives takes the command's own options."""

    def __call__(self, name: str, run: Callable[[Any], int], text: str) -> Parser: ...
