"""Working-day arithmetic."""

from __future__ import annotations

from typing import Any

from sop_core.cli.common import Command, Parser, date, nothing, number, open_store, print_json
from sop_core.errors import UsageError
from sop_core.indonesian import format_date


def register(command: Command, common: Parser) -> None:
    """The commands of this file."""
    calendar = command("calendar", nothing, "Hitung hari kerja")
    actions = calendar.add_subparsers(required=True, metavar="add|count", parser_class=Parser)
    add = actions.add_parser("add", parents=[common], help="hari kerja ke-N sesudah tanggal")
    add.add_argument("date", type=date)
    add.add_argument("days", type=number)
    add.set_defaults(run=run_calendar_add)
    count = actions.add_parser("count", parents=[common], help="hari kerja antara dua tanggal")
    count.add_argument("start", type=date)
    count.add_argument("end", type=date)
    count.set_defaults(run=run_calendar_count)


def run_calendar_add(options: Any) -> int:
    """The N-th working day after a date."""
    if options.days < 0:
        raise UsageError("N tidak boleh negatif")
    with open_store(options) as store:
        calendar = store.calendar()
    day = calendar.add(options.date, options.days)
    provisional = calendar.provisional(options.date, day)
    if options.json:
        print_json({"date": day, "provisional": provisional})
    else:
        print(format_date(day) + (" (sementara: SKB belum terbit)" if provisional else ""))
    return 0


def run_calendar_count(options: Any) -> int:
    """Working days after the first date up to the second."""
    if options.end < options.start:
        raise UsageError("tanggal kedua mendahului yang pertama")
    with open_store(options) as store:
        days = store.calendar().count(options.start, options.end)
    if options.json:
        print_json({"days": days})
    else:
        print(f"{days}")
    return 0
