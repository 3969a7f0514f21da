"""Who has said how things stand, up to which day; and to say so without a file."""

from __future__ import annotations

from typing import Any

import pandas as pd

from sop_core import past, silence, statements
from sop_core.cli.common import (
    Command,
    answer,
    as_of_option,
    date,
    day_of,
    known_option,
    number,
    open_store,
    plain_rows,
    print_json,
    print_later,
    unit_code,
    unit_options,
    units_of,
    year,
)
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, format_number, today
from sop_core.thresholds import SILENT_DAYS


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("state", run_state, "Nyatakan tanpa berkas bahwa data satu unit lengkap")
    sub.add_argument("unit", metavar="UNIT", help="kode atau nama unit")
    which = sub.add_mutually_exclusive_group(required=True)
    which.add_argument("--until", type=date, help="lengkap sampai hari apa")
    which.add_argument("--list", action="store_true", help="yang pernah dinyatakan unit ini")
    which.add_argument(
        "--take-back", type=number, metavar="NO", help="tarik satu pernyataan tanpa berkas"
    )
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
        if options.list:
            return _print_statements(statements.listed(store, today()), code, options)
        if options.take_back is not None:
            statements.take_back(store, options.take_back, code)
            said = {"unit": code, "statement": options.take_back, "state": "ditarik"}
            words = f"Pernyataan {options.take_back} {code} ditarik."
        else:
            no = statements.state(store, code, options.until)
            said = {"unit": code, "statement": no, "until": options.until}
            words = f"Data {code} dinyatakan lengkap s.d. {format_date(options.until)} (pernyataan {no})."
    return answer(options, said, words)


def _print_statements(frame: pd.DataFrame, code: str, options: Any) -> int:
    rows = plain_rows(frame[frame["unit_code"] == code], days=("until",), counts=("batch_id",))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        by = f"unggahan {row['batch_id']}" if row["batch_id"] else "tanpa berkas"
        back = f", ditarik oleh {row['withdrawn_by']}" if row["withdrawn_at"] else ""
        print(
            f"{row['statement_no']:5} s.d. {format_date(row['until'])}, {by}, oleh"
            f" {row['stated_by']}{back}"
        )
    print(f"{len(rows)} pernyataan {code}")
    return 0


def run_silence(options: Any) -> int:
    """The data status of every UPT, the longest silent first."""
    with open_store(options) as store:
        as_of = day_of(options)
        scope = Scope(as_of, options.year, units_of(store, options, as_of))
        status = silence.data_status(store, scope)
        later = past.came_since(store, as_of, scope.units)
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
    print_later(later)
    return 0
