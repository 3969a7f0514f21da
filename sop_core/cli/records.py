"""Spreadsheets in and out of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core import importing, statements
from sop_core.cli import mappings
from sop_core.cli.common import (
    Command,
    at_least_one,
    date,
    fail,
    number,
    open_store,
    print_json,
    unit_code,
    who,
)
from sop_core.demo import demo_workbook
from sop_core.importing.owed import filled_template, own_office
from sop_core.indonesian import format_date, today
from sop_core.paths import DATA


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("import", run_import, "Impor satu buku kerja atau beberapa CSV")
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE")
    sub.add_argument("--dry-run", action="store_true", help="hanya pratinjau")
    sub.add_argument(
        "--all-or-nothing", action="store_true", help="tolak semua bila ada yang salah"
    )
    sub.add_argument(
        "--kosongkan", action="store_true", help="sel kosong mengosongkan isi yang tersimpan"
    )
    sub.add_argument(
        "--until", type=date, default=None,
        help="sampai hari apa berkas memuat keadaan unitnya, default hari ini",
    )  # fmt: skip
    mappings.import_options(sub)
    sub = command("undo", run_undo, "Batalkan satu unggahan")
    sub.add_argument("batch", type=number)
    sub = command("template", run_template, "Tulis templat buku kerja")
    sub.add_argument("file", type=Path)
    sub.add_argument(
        "--unit", default=None, help="kode atau nama unit; templatnya memuat yang belum selesai"
    )
    sub = command("demo", run_demo, "Tulis buku kerja demo (data rekaan)")
    sub.add_argument("--cases", type=at_least_one, default=6000)
    sub.add_argument("--seed", type=number, default=2022)
    sub.add_argument(
        "--until", type=date, default=None, help="tanggal akhir data, default hari ini"
    )
    sub.add_argument("--out", type=Path, default=DATA / "demo.xlsx")


def run_import(options: Any) -> int:
    """Preview or keep the files; good rows are kept unless --all-or-nothing."""
    files = [importing.SourceFile(p.name, p.read_bytes()) for p in options.files]
    until = options.until or today()
    statements.refuse_future(until, today())
    with open_store(options) as store:
        named = mappings.given(store, options)
        parsed = importing.read(
            store, files, mappings=named, clears=options.kosongkan,
            answers=mappings.skipping(options),
        )  # fmt: skip
        parsed.book.told += mappings.told_unused(named, options, parsed)
        if options.dry_run:
            result = importing.preview(store, parsed)
            result.until = until
        else:
            result = importing.commit(
                store, parsed, who(store), options.all_or_nothing, until=until
            )
    if options.json:
        print_json(
            {
                "dry_run": options.dry_run,
                "kept": result.kept,
                "batch_id": result.batch_id,
                "sha256": result.sha256,
                "until": until,
                "last_on": result.last_on,
                "spoken_for": result.spoken_for,
                "rows": vars(result.rows),
                "sheets": {name: vars(counts) for name, counts in result.sheets.items()},
                "notes": result.notes,
                "readings": [vars(r) for r in result.readings],
                "changes": [_cell(c) for c in result.changes],
                "changes_total": result.change_total,
                "emptied": [_cell(c) for c in result.emptied],
                "emptied_total": result.emptied_total,
                "others": result.others,
                "others_total": result.others_total,
                "errors": [vars(p) for p in result.problems],
                "older_total": result.older_total,
                "older": [vars(o) | {"since": o.since.isoformat()} for o in result.older],
                "errors_total": result.problem_total,
                "errors_by_kind": [vars(c) for c in result.problem_counts],
                "warnings": [vars(w) for w in result.warnings],
                "warnings_total": result.warning_total,
                "warnings_by_kind": [vars(c) for c in result.warning_counts],
            }
        )
    else:
        _print_import(result, options.dry_run)
    refused = options.all_or_nothing and result.rows.rejected and not options.dry_run
    nothing_good = result.rows.rejected and not (
        result.rows.new + result.rows.changed + result.rows.unchanged
    )
    if refused or nothing_good:
        return fail(f"pantau: {result.rows.rejected} baris ditolak; tidak ada yang disimpan", 1)
    return 0


def _cell(change: importing.Change) -> dict[str, object]:
    return vars(change) | {"since": change.since and change.since.isoformat()}


def _print_import(result: importing.Preview, dry_run: bool) -> None:
    if result.emptied_total:
        print(f"Perhatian: {result.emptied_total} isian yang tersimpan akan menjadi kosong.")
    for cell in result.emptied:
        print(
            f"Dikosongkan: {cell.sheet} baris {cell.row}, {cell.key}, {cell.column}: “{cell.before}”"
        )
    for note in result.notes:
        print(note)
    beyond = result.beyond(result.until or today())
    if beyond:
        print(f"Perhatian: {beyond}")
    _print_reasons("Ditolak", "alasan", result.problems, result.problem_counts)
    _print_reasons("Peringatan", "peringatan", result.warnings, result.warning_counts)
    for change in result.changes:
        print(
            f"Diganti: {change.sheet} baris {change.row}, {change.key}, {change.column}:"
            f" “{change.before}” menjadi “{change.after}”"
        )
    for other in result.others:
        print(f"Perhatian: milik orang lain: {other}")
    if result.change_total > len(result.changes):
        print(
            f"Hanya {len(result.changes)} isian yang diganti yang dirinci;"
            f" seluruhnya {result.change_total}."
        )
    if result.older_total:
        print(
            f"Perhatian: {result.older_total} isian berkas ini lebih lama daripada yang tersimpan."
        )
    for o in result.older:
        print(
            f"Lebih lama: {o.sheet} baris {o.row}, {o.key}, {o.column}: “{o.after}” menggantikan"
            f" “{o.before}” dari unggahan {o.batch_id} ({format_date(o.since)})"
        )
    for name, counts in result.sheets.items():
        print(
            f"{name}: {counts.new} baru, {counts.changed} berubah,"
            f" {counts.unchanged} tetap, {counts.rejected} ditolak"
        )
    if result.warning_total:
        print(f"{result.warning_total} peringatan; barisnya tidak ditolak karenanya.")
    if dry_run:
        print("Pratinjau; tidak ada yang disimpan.")
    elif result.kept:
        print(f"Tersimpan sebagai unggahan {result.batch_id}.")
    else:
        print("Tidak ada yang disimpan.")
    if result.spoken_for:
        print(statements.said(len(result.spoken_for), result.until or today()))


def _print_reasons(
    what: str, name: str, listed: list[importing.Problem], counts: list[importing.ProblemCount]
) -> None:
    """Each that is listed; where there are more, all of them by kind."""
    for p in listed:
        value = f" “{p.value}”" if p.value else ""
        print(f"{what}: {p.sheet} baris {p.row}, {p.column}{value}: {p.message}")
    total = sum(c.count for c in counts)
    if total > len(listed):
        print(
            f"Hanya {len(listed)} {name} pertama yang dirinci; seluruhnya"
            f" {total}, dihitung menurut jenisnya:"
        )
        for c in counts:
            print(f"  {c.sheet}, {c.column}: {c.kind}: {c.count}")


def run_undo(options: Any) -> int:
    """Undo one batch."""
    with open_store(options) as store:
        taken_back = importing.undo(store, options.batch, who(store))
    print(taken_back.said)
    return 0


def run_template(options: Any) -> int:
    """Write the workbook to fill in, with what an office has yet to tell."""
    with open_store(options) as store:
        unit = unit_code(store, options.unit) or own_office(store.viewer)
        content = filled_template(store, unit, today())
    options.file.write_bytes(content)
    print(f"Templat ditulis ke {options.file}")
    return 0


def run_demo(options: Any) -> int:
    """Write the demo workbook."""
    content = demo_workbook(options.cases, options.seed, options.until)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    if options.json:
        print_json({"file": str(options.out), "bytes": len(content)})
    else:
        print(f"Data demo (rekaan) ditulis ke {options.out}")
    return 0
