"""Letters of reminder to offices whose annual reports have not come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core.cli.common import (
    Command,
    answer,
    as_of_option,
    day_of,
    known_option,
    new_file,
    open_store,
    unit_options,
    units_of,
    year,
)
from sop_core.evaluation import Scope
from sop_core.indonesian import format_number
from sop_core.reports import letters, word


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("letters", run_letters, "Surat pengingat laporan tahunan, satu bagi tiap unit")
    sub.add_argument("--out", type=Path, required=True, metavar="FILE", help="berkas .zip")
    sub.add_argument("--year", type=year, default=None)
    sub.add_argument(
        "--template", type=Path, default=None, metavar="FILE", help="templat Word sendiri"
    )
    as_of_option(sub)
    known_option(sub)
    unit_options(sub)


def run_letters(options: Any) -> int:
    """Write the letters that are due; a file that is there is not written over."""
    own = word.read_template(options.template) if options.template else None
    with open_store(options) as store:
        as_of = day_of(options)
        scope = Scope(as_of, options.year, units_of(store, options, as_of))
        with new_file(options.out) as target:
            content, offices = letters.zipped(store, scope, own)
            target.write(content)
    found = {"file": str(options.out), "offices": offices}
    return answer(options, found, f"{options.out}: {format_number(len(offices))} surat.")
