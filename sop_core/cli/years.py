"""Years of flows: which are open, and one opened or closed by hand."""

from __future__ import annotations

from typing import Any

from sop_core import flows, years
from sop_core.cli.common import (
    Command,
    Parser,
    answer,
    nothing,
    open_store,
    plain_rows,
    print_json,
    year,
)
from sop_core.indonesian import format_date


def register(command: Command, common: Parser) -> None:
    """The commands of this file."""
    group = command("year", nothing, "Tahun alur: yang terbuka, dan membukanya")
    actions = group.add_subparsers(required=True, metavar="list|open|close", parser_class=Parser)
    listed = actions.add_parser("list", parents=[common], help="tahun yang berkegiatan atau dibuka")
    listed.set_defaults(run=run_list)
    opened = actions.add_parser(
        "open", parents=[common], help="semua UPT wajib melaporkan tahun ini"
    )
    opened.add_argument("--reason", required=True, help="mengapa dibuka")
    opened.set_defaults(run=run_open)
    closed = actions.add_parser("close", parents=[common], help="tutup tahun yang dibuka pusat")
    closed.set_defaults(run=run_close)
    for sub in (opened, closed):
        sub.add_argument("flow", choices=flows.CODES, metavar="ALUR", help="|".join(flows.CODES))
        sub.add_argument("year", type=year, metavar="TAHUN")


def run_list(options: Any) -> int:
    """Years with activities or opened by hand, the newest first."""
    with open_store(options) as store:
        rows = plain_rows(years.listed(store), days=("opened_on",))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        print(f"{row['flow']} {row['year']}  {row['offices']:3} unit  {row['activities']:5} kegiatan  {_state(row)}")  # fmt: skip
    return 0


def _state(row: dict[str, Any]) -> str:
    if row["by_hand"]:
        day = format_date(row["entered_at"])
        return f"dibuka oleh {row['entered_by']} {day}: {row['reason']}"
    return f"terbuka sejak {format_date(row['opened_on'])}" if row["open"] else "belum terbuka"


def run_open(options: Any) -> int:
    """Open a year by hand."""
    with open_store(options) as store:
        years.open_year(store, options.flow, options.year, options.reason)
    return _done(options, "dibuka")


def run_close(options: Any) -> int:
    """Take an opening back."""
    with open_store(options) as store:
        years.close_year(store, options.flow, options.year)
    return _done(options, "ditutup")


def _done(options: Any, what: str) -> int:
    said = {"flow": options.flow, "year": options.year, "state": what}
    return answer(options, said, f"Alur {options.flow} tahun {options.year} {what}.")
