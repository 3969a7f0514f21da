"""The SOP and its working days."""

from __future__ import annotations

from typing import Any

from sop_core.cli.common import Command, Parser, UsageError, date, nothing, open_store, print_json
from sop_core.definition import Revision, in_force, load_revisions
from sop_core.indonesian import format_date, today


def register(command: Command, common: Parser) -> None:
    """The commands of this file."""
    calendar = command("calendar", nothing, "Hitung hari kerja")
    actions = calendar.add_subparsers(required=True, metavar="add|count", parser_class=Parser)
    add = actions.add_parser("add", parents=[common], help="hari kerja ke-N sesudah tanggal")
    add.add_argument("date", type=date)
    add.add_argument("days", type=int)
    add.set_defaults(run=run_calendar_add)
    count = actions.add_parser("count", parents=[common], help="hari kerja antara dua tanggal")
    count.add_argument("start", type=date)
    count.add_argument("end", type=date)
    count.set_defaults(run=run_calendar_count)
    command("sop", run_sop, "Isi SOP revisi yang berlaku")


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


def run_sop(options: Any) -> int:
    """Print the revision in force today."""
    revision = in_force(load_revisions(), today())
    if options.json:
        print_json(_sop_json(revision))
        return 0
    print(f"{revision.code} revisi {revision.revision}, berlaku {format_date(revision.effective)}")
    for step in revision.steps:
        norm = f"{step.sla_days} HK" if step.sla_days else "N/A"
        mark = " (pilihan)" if step.optional else ""
        print(f"{step.code:5} {norm:>6}  {step.activity}{mark}")
    return 0


def _sop_json(revision: Revision) -> dict[str, Any]:
    return {
        "code": revision.code,
        "revision": revision.revision,
        "effective": revision.effective,
        "steps": [step.model_dump(mode="json") for step in revision.steps],
        "routing": [rule.model_dump(mode="json", exclude_none=True) for rule in revision.routing],
    }
