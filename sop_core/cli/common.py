"""What every command shares: options, the store, and the words of a refusal."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

import pandas as pd

from sop_core import accounts, past, region
from sop_core.calendar import FIRST_YEAR, LAST_YEAR
from sop_core.errors import CellError, Refused, UsageError
from sop_core.importing.dates import parse_date
from sop_core.indonesian import format_date, today
from sop_core.paths import default_database
from sop_core.store import Store

_IN_OUR_WORDS = tuple(
    (re.compile(english, re.DOTALL), ours)
    for english, ours in (
        (r"argument (.*?): (.*)", "{0}: {1}"),
        (r"invalid choice: (.*) \(choose from (.*)\)", "{0} bukan pilihan; pilih dari {1}"),
        (r"invalid int value: (.*)", "{0} bukan bilangan bulat"),
        (r"invalid \w+ value: (.*)", "{0} tidak dapat dibaca"),
        (r"the following arguments are required: (.*)", "perlu diisi: {0}"),
        (r"unrecognized arguments: (.*)", "argumen tidak dikenal: {0}"),
        (r"ambiguous option: (.*) could match (.*)", "pilihan {0} tidak jelas; maksudnya {1}?"),
        (r"ignored explicit argument (.*)", "tidak memerlukan isi {0}"),
        (r"not allowed with argument (.*)", "tidak dapat bersama {0}"),
        (r"one of the arguments (.*) is required", "salah satu perlu diisi: {0}"),
        (r"expected at least one argument", "perlu sedikitnya satu isi"),
        (r"expected at most one argument", "paling banyak satu isi"),
        (r"expected (?:one|\d+) arguments?", "perlu diisi"),
    )
)
"""What argparse says, and what we say instead."""
_LONGEST = 300
"""Characters of a refusal of an argument: whoever writes more knows what they wrote."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError, in Indonesian, rather than exit."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(" ".join(shortened(_translated(message)).split()))


def _translated(message: str) -> str:
    for english, ours in _IN_OUR_WORDS:
        found = english.fullmatch(message)
        if found:
            return ours.format(*(_translated(part) for part in found.groups()))
    return message


def shortened(text: str) -> str:
    """As much of its beginning and end as a line takes."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"


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
    return _whole(text, 1, 10**6, f"{text} bukan bilangan bulat positif")


def number(text: str) -> int:
    """A whole number, one that a store can keep."""
    return _whole(text, -(10**9), 10**9, f"{text} bukan bilangan bulat")


def year(text: str) -> int:
    """A year that the calendar reaches."""
    said = f"{text} bukan tahun {FIRST_YEAR}–{LAST_YEAR}"
    return _whole(text, FIRST_YEAR, LAST_YEAR, said)


def _whole(text: str, least: int, most: int, said: str) -> int:
    if not re.fullmatch("-?[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(said)
    return int(text)


def unit_options(sub: Parser) -> None:
    """``--unit`` and ``--lokas``."""
    sub.add_argument("--unit", default=None, help="kode atau nama unit")
    sub.add_argument("--lokas", action="store_true", help="beserta Loka yang dikoordinasikannya")


def as_of_option(sub: Parser) -> None:
    """``--as-of``, by default the day of ``--known-on``, else today."""
    sub.add_argument("--as-of", type=date, default=None, help="tanggal acuan")


def known_option(
    sub: Parser, text: str = "seperti diketahui pada hari itu; tanpa --as-of juga tanggal acuannya"
) -> None:
    """``--known-on``, and ``--approved``: what was entered, and what of it is confirmed."""
    sub.add_argument("--known-on", type=past_day, default=None, help=text)
    sub.add_argument(
        "--approved", action="store_true", help="tanpa unggahan yang belum disahkan kepala unitnya"
    )


def past_day(text: str) -> dt.date:
    """A day that has come: nobody knows what will be known."""
    day = date(text)
    if day > today():
        raise argparse.ArgumentTypeError(f"{format_date(day)} belum tiba")
    return day


def day_of(options: Any) -> dt.date:
    """The as-of date that is asked for: what could be said on a day is of that day."""
    chosen: dt.date | None = options.as_of
    return chosen or min(options.known_on or today(), today())


def nothing(_: Any) -> int:
    """A command that needs an action of its own."""
    raise UsageError("perintah ini memerlukan aksi")


@contextmanager
def open_store(options: Any) -> Iterator[Store]:
    """The store as the operator, or as the account of ``--as``, sees it.

    With ``--known-on`` as it was known on that day. Raises Refused where nothing was known then:
    its noughts would read as figures.
    """
    with Store(options.db or default_database()) as store:
        seen = (
            store
            if options.login is None
            else store.as_viewer(accounts.viewer_of(store, options.login))
        )
        try:
            known = past.known_on(
                seen, getattr(options, "known_on", None), getattr(options, "approved", False)
            )
            if known.database.known_on is not None and known.empty:
                raise Refused(
                    f"pada {format_date(known.database.known_on)} belum ada data yang dimasukkan;"
                    f" --known-on {today()} memakai yang diketahui kini"
                )
            yield known
        finally:
            past.close(store.database)


def unit_code(store: Store, written: str | None) -> str | None:
    """An office by any spelling. Raises UsageError, and AccessDenied outside the scope."""
    if written is None:
        return None
    if not written.strip():
        raise UsageError("unit kosong; sebutkan kode atau namanya")
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


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to be written, which must not be there yet; gone again where the writing fails.

    Raises FileExistsError.
    """
    with path.open("xb") as file:
        try:
            yield file
        except BaseException:
            path.unlink()
            raise


def who(store: Store) -> str:
    """The name that a change is kept under."""
    return getpass.getuser() if store.viewer.unlimited else store.viewer.name


def plain_rows(
    frame: pd.DataFrame, days: tuple[str, ...] = (), counts: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """A frame's rows for a machine: None where there is no value, ``days`` without a time of day,
    ``counts`` whole.
    """
    rows = []
    for record in frame.to_dict("records"):
        row: dict[str, Any] = {str(name): None if pd.isna(v) else v for name, v in record.items()}
        row |= {name: row[name].date() for name in days if row[name] is not None}
        rows.append(row | {name: int(row[name]) for name in counts if row[name] is not None})
    return rows


def print_later(sentence: str) -> None:
    """Below the figures of a past day: what came in after it (``past.came_since``)."""
    if sentence:
        print(sentence)


def print_json(value: Any) -> None:
    """Print for a machine."""
    print(json.dumps(value, ensure_ascii=False, default=str, indent=1))


def answer(options: Any, data: Any, words: str) -> int:
    """What was done, for a machine (``--json``) or in words; returns the exit code."""
    if options.json:
        print_json(data)
    else:
        print(words)
    return 0


class Command(Protocol):
    """Adds one command; the parser it gives takes the command's own options."""

    def __call__(self, name: str, run: Callable[[Any], int], text: str) -> Parser: ...
