"""The SOP: its steps, and its revisions entered and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sop_core import revisions, traceability
from sop_core.cli.common import Command, Parser, date, fail, open_store, print_json, who
from sop_core.definition import Revision
from sop_core.errors import UsageError
from sop_core.importing import SourceFile
from sop_core.indonesian import format_date, format_number, today
from sop_core.store import Store


def register(command: Command, common: Parser) -> None:
    """The commands of this file."""
    sop = command("sop", run_sop, "Isi SOP dan revisinya")
    sop.add_argument(
        "--revision", default=None, metavar="NOMOR", help="bukan yang berlaku hari ini"
    )
    sop.add_argument(
        "--table", action="store_true", help="tiap langkah: siapa, apa, kepada siapa, dan letaknya"
    )
    parts = sop.add_subparsers(metavar="[list|form|add|withdraw]", parser_class=Parser)
    shown = parts.add_parser(
        "list", parents=[common], help="revisi yang dipakai dan yang dimasukkan"
    )
    shown.set_defaults(run=run_sop_list)
    form = parts.add_parser("form", parents=[common], help="formulir berisi satu revisi (.xlsx)")
    form.add_argument("file", type=Path)
    form.add_argument("--revision", default=None, metavar="NOMOR")
    form.set_defaults(run=run_sop_form)
    enter = parts.add_parser(
        "add", parents=[common], help="masukkan revisi dari formulir atau TOML"
    )
    enter.add_argument("file", type=Path)
    enter.add_argument("--dry-run", action="store_true", help="hanya tunjukkan akibatnya")
    enter.add_argument("--as-of", type=date, default=None, help="tanggal acuan untuk akibatnya")
    enter.set_defaults(run=run_sop_add)
    back = parts.add_parser("withdraw", parents=[common], help="cabut revisi yang dimasukkan")
    back.add_argument("revision", metavar="NOMOR")
    back.set_defaults(run=run_sop_withdraw)


def run_sop(options: Any) -> int:
    """Print one revision: the one asked for, or the one in force today."""
    with open_store(options) as store:
        revision = _asked(store, options.revision)
    if options.json:
        print_json(_sop_json(revision))
        return 0
    if options.table:
        print(traceability.table(revision))
        return 0
    print(f"{revision.code} revisi {revision.revision}, berlaku {format_date(revision.effective)}")
    for step in revision.steps:
        mark = " (pilihan)" if step.optional else ""
        print(f"{step.code:5} {step.norm:>6}  {step.activity}{mark}")
    return 0


def run_sop_list(options: Any) -> int:
    """The revisions that count, and those entered, with who entered them and when."""
    with open_store(options) as store:
        counting, entered = store.revisions, revisions.history(store)
    if options.json:
        print_json(
            {
                "revisions": [{"revision": r.revision, "effective": r.effective} for r in counting],
                "entered": [vars(document) for document in entered],
            }
        )
        return 0
    for revision in counting:
        print(f"Revisi {revision.revision}, berlaku {format_date(revision.effective)}")
    for document in entered:
        state = "dicabut" if document.withdrawn_at else "dipakai" if document.counts else "diganti"
        print(
            f"  {document.document_no}. revisi {document.revision}, {document.file_name}, oleh"
            f" {document.entered_by} {format_date(document.entered_at)}: {state}"
        )
    return 0


def run_sop_form(options: Any) -> int:
    """Write a revision as a workbook to change and to enter as a new one."""
    with open_store(options) as store:
        content = revisions.form(_asked(store, options.revision))
    options.file.write_bytes(content)
    if options.json:
        print_json({"file": str(options.file), "bytes": len(content)})
    else:
        print(f"Formulir ditulis ke {options.file}")
    return 0


def run_sop_add(options: Any) -> int:
    """Enter a revision from a form or a TOML file, or only say what it would change."""
    file = SourceFile(options.file.name, options.file.read_bytes())
    with open_store(options) as store:
        draft = revisions.read(file, today())
        if draft.revision is None:
            return _refused(draft, options.json)
        found = revisions.preview(store, file, draft.revision, options.as_of or today())
        kept = not found.obstacles and not options.dry_run
        if kept:
            revisions.add(store, file, draft.revision, who(store))
        _print_preview(found, kept, options.json)
    return fail(f"pantau: {found.obstacles[0]}", 1) if found.obstacles else 0


def run_sop_withdraw(options: Any) -> int:
    """Take back an entered revision."""
    with open_store(options) as store:
        revisions.withdraw(store, options.revision, who(store))
    if options.json:
        print_json({"withdrawn": options.revision})
    else:
        print(f"Revisi {options.revision} dicabut.")
    return 0


def _asked(store: Store, number: str | None) -> Revision:
    if number is None:
        return store.sop(today())
    try:
        return store.revision(number)
    except KeyError:
        known = ", ".join(r.revision for r in store.revisions)
        raise UsageError(f"revisi {number} tidak ada; yang ada: {known}") from None


def _refused(draft: revisions.Draft, as_json: bool) -> int:
    if as_json:
        print_json({"problems": [vars(problem) for problem in draft.problems]})
    else:
        for p in draft.problems:
            print(f"{p.sheet}, baris {p.row}, {p.column}: {p.value or '(kosong)'}: {p.message}")
    return fail(f"pantau: {draft.file.name}: {len(draft.problems)} isian tidak dapat dipakai", 1)


def _print_preview(found: revisions.Preview, kept: bool, as_json: bool) -> None:
    effects: list[dict[str, Any]] = found.effects.by_step.drop(columns=["flow", "step_no"]).to_dict(
        "records"
    )  # type: ignore[assignment]
    if as_json:
        print_json(
            {
                "revision": found.revision.revision,
                "effective": found.revision.effective,
                "against": found.before.revision,
                "differences": [vars(d) for d in found.differences],
                "cases": found.cases,
                "effects": effects,
                "obstacles": found.obstacles,
                "kept": kept,
            }
        )
        return
    print(
        f"Revisi {found.revision.revision}, berlaku {format_date(found.revision.effective)},"
        f" terhadap revisi {found.before.revision}: {len(found.differences)} perubahan;"
        f" menilai {format_number(found.cases)} kegiatan dan laporan"
    )
    for d in found.differences:
        print(f"  {d.place} {d.what}: {d.before or '–'} → {d.after or '–'}")
    for row in effects:
        print(
            f"  {row['step']}: {row['due_moved']} tenggat bergeser, {row['newly_late']} menjadi"
            f" terlambat, {row['no_longer_late']} tidak lagi terlambat"
        )
    print("Tersimpan." if kept else "Tidak ada yang disimpan.")


def _sop_json(revision: Revision) -> dict[str, Any]:
    return {
        "code": revision.code,
        "revision": revision.revision,
        "effective": revision.effective,
        "steps": [step.model_dump(mode="json") for step in revision.steps],
        "routing": [rule.model_dump(mode="json", exclude_none=True) for rule in revision.routing],
    }
