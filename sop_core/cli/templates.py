"""Word templates of reports: kept, listed and withdrawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core.cli.common import Command, Parser, nothing, open_store, print_json, who
from sop_core.importing import SourceFile
from sop_core.indonesian import format_date
from sop_core.reports import templates, word
from sop_core.store import Store


def register(command: Command, common: Parser) -> None:
    """The commands of this file."""
    parent = command("templat", nothing, "Templat Word bagi laporan")
    actions = parent.add_subparsers(required=True, metavar="list|add|withdraw", parser_class=Parser)
    shown = actions.add_parser("list", parents=[common], help="templat yang disimpan")
    shown.set_defaults(run=run_list)
    add = actions.add_parser("add", parents=[common], help="simpan templat .docx untuk semua")
    add.add_argument("file", type=Path)
    add.add_argument("--name", default=None, metavar="NAMA", help="default nama berkasnya")
    add.set_defaults(run=run_add)
    back = actions.add_parser("withdraw", parents=[common], help="cabut templat yang disimpan")
    back.add_argument("name", metavar="NAMA")
    back.set_defaults(run=run_withdraw)


def chosen(store: Store, written: str | None) -> bytes | None:
    """What ``--template`` names: a kept template, else a file; None for the shipped one.

    A file of one's own is for those who could keep it. Raises ReportRefused, AccessDenied, OSError.
    """
    if written is None:
        return None
    path = Path(written)
    names = {templates.SHIPPED, *(t.name for t in templates.live(store))}
    if written in names or (not path.exists() and not path.suffix):
        return templates.fetch(store, written)
    store.require("templat", f"pakai {path.name}")
    return word.read_template(path)


def run_list(options: Any) -> int:
    """The kept templates, withdrawn ones too, with who kept them and when."""
    with open_store(options) as store:
        kept = templates.history(store)
    if options.json:
        print_json([{**vars(t), "live": t.live} for t in kept])
        return 0
    print(templates.SHIPPED)
    for t in kept:
        state = "dipakai" if t.live else f"dicabut {format_date(t.withdrawn_at or t.kept_at)}"
        print(
            f"  {t.template_no}. {t.name}: {t.file_name}, {t.size // 1024} KB, oleh {t.kept_by}"
            f" {format_date(t.kept_at)}, {state}"
        )
    return 0


def run_add(options: Any) -> int:
    """Keep a template after it has been filled once."""
    file = SourceFile(options.file.name, word.read_template(options.file))
    name = options.name or options.file.stem
    with open_store(options) as store:
        number = templates.keep(store, name, file, who(store))
    if options.json:
        print_json({"template_no": number, "name": name, "sha256": file.sha256})
    else:
        print(f"Templat {name} disimpan.")
    return 0


def run_withdraw(options: Any) -> int:
    """Take a template out of choice."""
    with open_store(options) as store:
        templates.withdraw(store, options.name, who(store))
    if options.json:
        print_json({"withdrawn": options.name})
    else:
        print(f"Templat {options.name} dicabut.")
    return 0
