"""The command line: the same functions as the app, for scripts and schedules.

Exit codes: 0 done, 1 refused by the data, 2 wrong usage. Errors go to stderr in one line.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from sop_core.cli import (
    approving,
    days,
    directing,
    evidence,
    figures,
    hindrance,
    letters,
    mappings,
    opendata,
    people,
    recording,
    records,
    silence,
    sop,
    templates,
    upkeep,
    years,
)
from sop_core.cli.common import Parser, fail
from sop_core.errors import PantauError, UsageError

log = logging.getLogger(__name__)
_NO_ROOM = {
    errno.ENOSPC: "disk penuh; tidak ada yang ditulis",
    errno.EDQUOT: "jatah disk habis; tidak ada yang ditulis",
    errno.EROFS: "hanya dapat dibaca",
    errno.ENAMETOOLONG: "nama berkas terlalu panjang",
}
_SYSTEM = {
    FileNotFoundError: "tidak ada",
    FileExistsError: "sudah ada; pilih nama lain",
    IsADirectoryError: "sebuah folder, bukan berkas",
    NotADirectoryError: "bukan folder",
    PermissionError: "tidak diizinkan",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Whatever happens is one line, no traceback."""
    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        if not all(_writable(text) for text in given):
            raise UsageError("sebuah argumen memuat huruf yang bukan UTF-8")
        options = build_parser().parse_args(given)
        return int(options.run(options))
    except UsageError as error:
        return fail(f"pantau: {error} (lihat pantau --help)", 2)
    except BrokenPipeError:
        return 0
    except PantauError as error:
        return fail(f"pantau: {_one_line(error)}", 1)
    except OSError as error:
        return fail(f"pantau: {_system(error)}", 1)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        # A table or a column of ours is not in the store.
        log.debug("command failed", exc_info=True)
        if os.environ.get("PANTAU_DEBUG"):
            raise
        said = _one_line(error)[:160]
        return fail(f"pantau: basis data rusak ({said}); periksa dengan pantau doctor", 1)
    except KeyboardInterrupt:
        return fail("pantau: dihentikan; yang belum tersimpan tidak disimpan", 1)
    except Exception as error:
        # What nobody foresaw: still one line for whoever runs this, the rest for whoever mends it.
        log.debug("command failed", exc_info=True)
        if os.environ.get("PANTAU_DEBUG"):
            raise
        said = f"{type(error).__name__}: {_one_line(error)}"
        return fail(f"pantau: kesalahan program ({said}); PANTAU_DEBUG=1 menunjukkan asalnya", 1)


def _writable(text: str) -> bool:
    """Whether a text is one that a store, a file's name and a terminal take alike."""
    try:
        return b"\0" not in text.encode("utf-8")
    except UnicodeEncodeError:
        return False


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())


def _system(error: OSError) -> str:
    """What the operating system refused, about which file."""
    if isinstance(error.errno, int) and error.errno in _NO_ROOM:
        return f"{error.filename or 'disk'}: {_NO_ROOM[error.errno]}"
    what = next((text for kind, text in _SYSTEM.items() if isinstance(error, kind)), None)
    return f"{error.filename or ''} {what or _one_line(error)}".strip()


def build_parser() -> Parser:
    """Every command and its options."""
    common = Parser(add_help=False)
    common.add_argument("--db", type=Path, default=None, help="berkas basis data (atau PANTAU_DB)")
    common.add_argument("--json", action="store_true", help="keluaran JSON")
    common.add_argument(
        "--as", dest="login", default=None, metavar="AKUN",
        help="hanya yang boleh dilihat dan dilakukan akun ini",
    )  # fmt: skip
    parser = Parser(prog="pantau", description="Pantau SOP POM-04.01/CFM.01/SOP.01")
    commands = parser.add_subparsers(required=True, metavar="PERINTAH", parser_class=Parser)

    def command(name: str, run: Callable[[Any], int], text: str) -> Parser:
        sub = commands.add_parser(name, parents=[common], help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    records.register(command)
    recording.register(command)
    mappings.register(command)
    silence.register(command)
    approving.register(command)
    directing.register(command)
    opendata.register(command)
    letters.register(command)
    hindrance.register(command)
    evidence.register(command)
    figures.register(command)
    days.register(command, common)
    years.register(command, common)
    sop.register(command, common)
    people.register(command, common)
    templates.register(command, common)
    upkeep.register(command)
    return parser
