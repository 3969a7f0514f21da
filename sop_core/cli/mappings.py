"""Mappings of tables of another layout: proposed, kept, listed and taken back."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sop_core import importing
from sop_core.cli.common import Command, answer, open_store, plain_rows, print_json, unit_code, who
from sop_core.errors import ImportRefused, UsageError
from sop_core.importing.mapping import (
    Answers,
    Kept,
    Mapping,
    NeedsMapping,
    Unmapped,
    from_json,
    kept,
)
from sop_core.importing.mapping.model import MOST
from sop_core.importing.raw import Doubt
from sop_core.indonesian import format_date
from sop_core.store import Store


def register(command: Command) -> None:
    """The command of this file."""
    sub = command(
        "mapping", run_mapping, "Usulan pemetaan tabel yang bukan templat; yang tersimpan"
    )
    sub.add_argument("files", nargs="*", type=Path, metavar="FILE")
    sub.add_argument("--out", type=Path, default=None, help="berkas .json untuk import --map-json")
    sub.add_argument(
        "--map-json", type=Path, default=None, metavar="M.json",
        help="pemetaan yang sudah dilengkapi, untuk --keep",
    )  # fmt: skip
    what = sub.add_mutually_exclusive_group()
    what.add_argument("--keep", metavar="NAMA", help="simpan pemetaannya dengan nama")
    what.add_argument("--list", action="store_true", help="pemetaan yang tersimpan")
    what.add_argument("--remove", metavar="NAMA", help="cabut satu pemetaan")
    sub.add_argument("--unit", default=None, help="unit yang menyimpan; default unit sendiri")


def import_options(sub: argparse.ArgumentParser) -> None:
    """How ``import`` is told of mappings."""
    which = sub.add_mutually_exclusive_group()
    which.add_argument("--mapping", default=None, metavar="NAMA", help="pemetaan yang tersimpan")
    which.add_argument(
        "--map-json", type=Path, default=None, metavar="FILE",
        help="pemetaan tabel yang bukan templat; pantau mapping menulis usulannya",
    )  # fmt: skip
    sub.add_argument(
        "--skip", action="append", default=[], metavar="LEMBAR", help="lembar yang tidak dibaca"
    )


def given(store: Store, options: Any) -> list[Mapping | Kept]:
    """What ``import_options`` name. Raises ImportRefused, OSError."""
    if options.mapping is not None:
        return [kept.fetch(store, options.mapping)]
    return [*from_json(options.map_json.read_text("utf-8"))] if options.map_json else []


def skipping(options: Any) -> Answers:
    """The tables that ``--skip`` names, in every file."""
    return Answers({(f.name, tab): None for f in options.files for tab in options.skip})


def told_unused(
    named: Sequence[Mapping | Kept], options: Any, parsed: importing.Parsed
) -> list[str]:
    """A sentence for a mapping, and for a table to skip, that was named and is not there."""
    used = {how.kept.number for how in parsed.book.how if how.kept is not None}
    skipped = {how.place[1] for how in parsed.book.how if not how.read}
    return [
        *(
            f"Pemetaan “{one.name}” tidak cocok dengan lembar mana pun dan tidak dipakai."
            for one in named
            if isinstance(one, Kept) and one.number not in used
        ),
        *(f"Lembar “{tab}” tidak ditemukan." for tab in options.skip if tab not in skipped),
    ]


def run_mapping(options: Any) -> int:
    """What the tables of files probably are, to be looked at, completed and given to import."""
    if not (options.list or options.remove) and not options.files:
        raise UsageError("perlu diisi: FILE, atau --list, atau --remove NAMA")
    with open_store(options) as store:
        if options.list:
            return _list(store, options)
        if options.remove:
            found = kept.fetch(store, options.remove)
            assert found.number is not None
            kept.withdraw(store, found.number, who(store))
            return answer(options, {"removed": found.name}, f"Pemetaan {found.name} dicabut.")
        return _of_files(store, options)


def _list(store: Store, options: Any) -> int:
    frame = kept.listed(store)
    if options.unit is not None:
        frame = frame[frame["unit_code"] == unit_code(store, options.unit)]
    rows = plain_rows(frame, counts=("headings",))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        back = f", dicabut oleh {row['withdrawn_by']}" if row["withdrawn_at"] else ""
        print(
            f"{row['mapping_no']:5} {row['name']}: {row['sheet']}, {row['headings']} judul kolom,"
            f" {row['unit_code'] or 'operator'}, oleh {row['kept_by']}"
            f" {format_date(row['kept_at'])}{back}"
        )
    print(f"{sum(not row['withdrawn_at'] for row in rows)} pemetaan tersimpan")
    return 0


def _of_files(store: Store, options: Any) -> int:
    files = [importing.SourceFile(p.name, p.read_bytes()) for p in options.files]
    unit = unit_code(store, options.unit)
    said = from_json(options.map_json.read_text("utf-8")) if options.map_json else []
    try:
        importing.read(store, files, known=False)
    except NeedsMapping as question:
        tables = question.tables
    else:
        print("Berkas ini tidak memerlukan pemetaan.")
        return 0
    chosen = [_chosen(table, said) for table in tables]
    found = [_with_doubts(store, files, one) for one in chosen]
    if options.keep:
        _keep(store, options.keep, tables, chosen, unit)
    rows = [one.model_dump(mode="json") for one in found]
    if options.out:
        options.out.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    quiet = options.out or options.keep
    if options.json or not quiet:
        print_json(rows)
    stream = sys.stderr if options.json or not quiet else sys.stdout
    for table, mapping in zip(tables, found, strict=True):
        asked = [] if said else table.proposal.open
        for sentence in [*asked, *mapping.doubts.values()]:
            print(f"Lembar {table.tab.name}: {sentence}", file=stream)
    return 0


def _chosen(table: Unmapped, said: list[Mapping]) -> Mapping:
    """What somebody has completed for a table, else what is proposed."""
    proposed = table.proposal.mapping
    fitting = [m for m in said if set(m.columns) <= set(proposed.columns)]
    return fitting[0] if fitting else proposed


def _with_doubts(store: Store, files: list[importing.SourceFile], mapping: Mapping) -> Mapping:
    """With the IDs of which it must be said whether they are the same activity or another."""
    if mapping.lacking:
        return mapping
    try:
        parsed = importing.read(store, files, mappings=[mapping], known=False)
    except ImportRefused:  # another table of the files, told with that
        return mapping
    doubts: dict[str, Doubt] = {
        d.made: d for raw in parsed.book.sheets for d in raw.doubts if d.made
    }
    told = {
        made: f"{made} tersimpan sebagai “{d.stored}”, kini “{d.value}”; tulis di same atau new"
        for made, d in list(doubts.items())[:MOST]
    }
    return mapping.model_copy(update={"doubts": told})


def _keep(
    store: Store, name: str, tables: list[Unmapped], chosen: list[Mapping], unit: str | None
) -> None:
    """Keep each, under the name; of several tables with that of the table behind it."""
    for table, mapping in zip(tables, chosen, strict=True):
        if mapping.lacking:
            raise ImportRefused(
                f"Lembar {table.tab.name}: belum ada kolom atau isian untuk"
                f" {', '.join(mapping.lacking)}. Lengkapi dengan --out, lalu --map-json."
            )
    for table, mapping in zip(tables, chosen, strict=True):
        full = name if len(tables) == 1 else f"{name} {table.tab.name}"
        number = kept.keep(store, full, mapping, table.proposal.names, who(store), unit)
        print(f"Pemetaan {full} disimpan (nomor {number}).", file=sys.stderr)
