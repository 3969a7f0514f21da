"""The command line: the same functions as the app, for scripts and schedules.

Exit codes: 0 done, 1 refused by the data, 2 wrong usage. Errors go to stderr in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sop_core import accounts, importing, reports, revisions
from sop_core.calendar import OutsideCalendar
from sop_core.cli import days, figures, people, records, sop, upkeep
from sop_core.cli.common import Parser, UsageError, fail
from sop_core.definition import DefinitionError
from sop_core.store import StoreBusy, StoreDamaged

REFUSALS = (
    accounts.AccountRefused,
    accounts.SignInRefused,
    importing.ImportRefused,
    importing.UndoRefused,
    OutsideCalendar,
    DefinitionError,
    reports.ReportRefused,
    revisions.RevisionRefused,
    StoreBusy,
    StoreDamaged,
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    PermissionError,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        options = build_parser().parse_args(arguments)
        return int(options.run(options))
    except UsageError as error:
        return fail(f"pantau: {error} (lihat pantau --help)", 2)
    except BrokenPipeError:
        return 0
    except REFUSALS as error:
        return fail(f"pantau: {' '.join(str(error).split())}", 1)


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
    figures.register(command)
    days.register(command, common)
    sop.register(command, common)
    people.register(command, common)
    upkeep.register(command)
    return parser
