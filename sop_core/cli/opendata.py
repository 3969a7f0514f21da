"""The records of a scope as open data, for Satu Data and for analysts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core import opendata
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


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command(
        "opendata", run_opendata, "Data terbuka: tabel dan kamusnya dalam satu zip, tanpa nama"
    )
    sub.add_argument("--out", type=Path, required=True, metavar="FILE", help="berkas .zip")
    sub.add_argument("--form", choices=list(opendata.FORMS), default="csv")
    sub.add_argument("--flow", choices=list("ABCD"), default=None)
    sub.add_argument("--year", type=year, default=None)
    as_of_option(sub)
    known_option(sub)
    unit_options(sub)


def run_opendata(options: Any) -> int:
    """Write the zip; a file that is there is not written over."""
    with open_store(options) as store:
        as_of = day_of(options)
        scope = Scope(as_of, options.year, units_of(store, options, as_of), options.flow)
        with new_file(options.out) as target:
            counts = opendata.make(store, scope, target, options.form)
    said = ", ".join(f"{name} {format_number(n)} baris" for name, n in counts.items())
    return answer(options, {"file": str(options.out), "rows": counts}, f"{options.out}: {said}.")
