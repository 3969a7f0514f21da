"""Who has said how things stand, up to which day; and to say so without a file."""

from __future__ import annotations

from typing import Any

from sop_core import silence, statements
from sop_core.cli.common import (
    Command,
    as_of_option,
    date,
    day_of,
    known_option,
    open_store,
    plain_rows,
    print_json,
    unit_code,
    unit_options,
    units_of,
    year,
)
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number
from sop_core.thresholds import SILENT_DAYS


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("state", run_state, "Nyatakan tanpa berkas bahwa data satu unit lengkap")
    sub.add_argument("unit", metavar="UNIT", help="kode atau nama unit")
    sub.add_argument("--until", type=date, required=True, help="lengkap sampai hari apa")
    sub = command(
        "silence", run_silence, "Sampai hari apa data setiap UPT, dan yang tidak diketahui"
    )
    as_of_option(sub)
    unit_options(sub)
    sub.add_argument("--year", type=year, default=None)
    known_option(sub)


def run_state(options: Any) -> int:
    """An office's records are complete up to a day."""
    with open_store(options) as store:
        code = unit_code(store, options.unit) or ""
        statements.state(store, code, options.until)
    if options.json:
        print_json({"unit": code, "until": options.until})
    else:
        print(f"Data {code} dinyatakan lengkap s.d. {format_date(options.until)}.")
    return 0


def run_silence(options: Any) -> int:
    """The data status of every UPT, the longest silent first."""
    with open_store(options) as store:
        as_of = day_of(options)
        scope = Scope(as_of, options.year, units_of(store, options, as_of))
        status = silence.data_status(store, scope)
    rows = plain_rows(status, days=("until",), counts=("days_silent",))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        until = f"s.d. {format_date(row['until'])}" if row["until"] else "belum pernah"
        quiet = f"diam {format_number(row['days_silent'])} hari" if row["until"] else ""
        print(
            f"{row['name']:40} {until:24} {quiet:16} {row['unknown']:5} tidak diketahui"
            f" {row['owed']:5} terutang"
        )
    told = silence.reporting(status)
    print(
        f"{told.spoke} dari {told.offices} unit melapor dalam {SILENT_DAYS} hari terakhir per"
        f" {format_date(as_of)}; {told.unknown} langkah tidak diketahui keadaannya"
    )
    return 0
