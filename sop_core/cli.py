"""The command line: the same functions as the app, for scripts and schedules.

Exit codes: 0 done, 1 refused by the data, 2 wrong usage. Errors go to stderr in one line.
"""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from sop_core import (
    accounts,
    audit,
    evaluation,
    facilitators,
    importing,
    recommendations,
    region,
    reports,
    upkeep,
)
from sop_core.access import ROLES
from sop_core.calendar import OutsideCalendar
from sop_core.definition import DefinitionError, Revision, in_force, load_revisions
from sop_core.demo import demo_workbook
from sop_core.importing.cells import CellError, parse_date
from sop_core.importing.template import template
from sop_core.indonesian import format_date, format_number, today
from sop_core.paths import DATA, default_database
from sop_core.store import Store, StoreBusy, StoreDamaged

REFUSALS = (
    accounts.AccountRefused,
    accounts.SignInRefused,
    importing.ImportRefused,
    importing.UndoRefused,
    OutsideCalendar,
    DefinitionError,
    reports.ReportRefused,
    StoreBusy,
    StoreDamaged,
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    PermissionError,
)


class UsageError(Exception):
    """The words of the call are off."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    try:
        options = build_parser().parse_args(arguments)
        return int(options.run(options))
    except UsageError as error:
        return _fail(f"pantau: {error} (lihat pantau --help)", 2)
    except BrokenPipeError:
        return 0
    except REFUSALS as error:
        return _fail(f"pantau: {' '.join(str(error).split())}", 1)


def _fail(message: str, code: int) -> int:
    print(message, file=sys.stderr)
    return code


def build_parser() -> argparse.ArgumentParser:
    """Every command and its options."""
    common = _Parser(add_help=False)
    common.add_argument("--db", type=Path, default=None, help="berkas basis data (atau PANTAU_DB)")
    common.add_argument("--json", action="store_true", help="keluaran JSON")
    common.add_argument(
        "--as",
        dest="login",
        default=None,
        metavar="AKUN",
        help="hanya yang boleh dilihat dan dilakukan akun ini",
    )
    parser = _Parser(prog="pantau", description="Pantau SOP POM-04.01/CFM.01/SOP.01")
    commands = parser.add_subparsers(required=True, metavar="PERINTAH", parser_class=_Parser)

    def command(name: str, run: Callable[[Any], int], text: str) -> _Parser:
        sub = commands.add_parser(name, parents=[common], help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    sub = command("import", run_import, "Impor satu buku kerja atau beberapa CSV")
    sub.add_argument("files", nargs="+", type=Path, metavar="FILE")
    sub.add_argument("--dry-run", action="store_true", help="hanya pratinjau")
    sub.add_argument(
        "--all-or-nothing", action="store_true", help="tolak semua bila ada yang salah"
    )
    sub = command("undo", run_undo, "Batalkan satu unggahan")
    sub.add_argument("batch", type=int)
    sub = command("template", run_template, "Tulis templat buku kerja")
    sub.add_argument("file", type=Path)
    sub = command("demo", run_demo, "Tulis buku kerja demo (data rekaan)")
    sub.add_argument("--cases", type=_at_least_one, default=6000)
    sub.add_argument("--seed", type=int, default=2022)
    sub.add_argument(
        "--until", type=_date, default=None, help="tanggal akhir data, default hari ini"
    )
    sub.add_argument("--out", type=Path, default=DATA / "demo.xlsx")
    sub = command("status", run_status, "Status setiap langkah per tanggal acuan")
    sub.add_argument("--as-of", type=_date, default=None)
    _unit_options(sub)
    sub.add_argument("--flow", choices=list("ABCD"), default=None)
    sub.add_argument("--year", type=int, default=None)
    sub.add_argument(
        "--overdue", action="store_true", help="hanya yang terlambat dan belum selesai"
    )
    sub = command("facilitators", run_facilitators, "Fasilitator menurut keadaan (alur D)")
    sub.add_argument("--as-of", type=_date, default=None)
    _unit_options(sub)
    sub.add_argument("--by", choices=list(facilitators.GROUPS), default="unit")
    sub = command("recommend", run_recommend, "Rekomendasi bagi tahun sesudah --year")
    sub.add_argument("--year", type=int, required=True, help="tahun n; usulan bagi tahun n+1")
    sub.add_argument("--as-of", type=_date, default=None, help="default akhir tahun, atau hari ini")
    _unit_options(sub)
    sub.add_argument("--top", type=_at_least_one, default=None, help="hanya sekian teratas")
    sub.add_argument("--backtest", action="store_true", help="uji pada tahun yang sudah lewat")
    sub = command("report", run_report, "Tulis laporan (Word, Excel, atau PDF)")
    sub.add_argument(
        "kind", choices=list(reports.KINDS), metavar="JENIS", help="|".join(reports.KINDS)
    )
    sub.add_argument("--year", type=int, default=None)
    sub.add_argument("--quarter", type=int, choices=[1, 2, 3, 4], default=None)
    sub.add_argument("--case", default=None, help="ID kasus, untuk laporan kegiatan")
    sub.add_argument("--as-of", type=_date, default=None)
    _unit_options(sub)
    sub.add_argument("--template", type=Path, default=None, help="templat .docx sendiri")
    sub.add_argument("--out", type=Path, required=True, help="berkas .docx, .xlsx, atau .pdf")
    _calendar_commands(command("calendar", _nothing, "Hitung hari kerja"), common)
    command("sop", run_sop, "Isi SOP revisi yang berlaku")
    _user_commands(command("user", _nothing, "Kelola akun pengguna"), common)
    sub = command("audit", run_audit, "Jejak perubahan, masuk, dan penolakan")
    sub.add_argument("--from", dest="first", type=_date, default=None)
    sub.add_argument("--until", type=_date, default=None)
    sub = command("backup", run_backup, "Salin basis data")
    sub.add_argument("file", type=Path)
    sub = command("restore", run_restore, "Pulihkan basis data dari salinan")
    sub.add_argument("file", type=Path)
    command("doctor", run_doctor, "Periksa keutuhan basis data")
    return parser


def _unit_options(sub: _Parser) -> None:
    sub.add_argument("--unit", default=None, help="kode atau nama unit")
    sub.add_argument("--lokas", action="store_true", help="beserta Loka yang dikoordinasikannya")


def _calendar_commands(parent: _Parser, common: _Parser) -> None:
    actions = parent.add_subparsers(required=True, metavar="add|count", parser_class=_Parser)
    add = actions.add_parser("add", parents=[common], help="hari kerja ke-N sesudah tanggal")
    add.add_argument("date", type=_date)
    add.add_argument("days", type=int)
    add.set_defaults(run=run_calendar_add)
    count = actions.add_parser("count", parents=[common], help="hari kerja antara dua tanggal")
    count.add_argument("start", type=_date)
    count.add_argument("end", type=_date)
    count.set_defaults(run=run_calendar_count)


def _user_commands(parent: _Parser, common: _Parser) -> None:
    actions = parent.add_subparsers(required=True, metavar="AKSI", parser_class=_Parser)

    def action(name: str, run: Callable[[Any], int], text: str) -> _Parser:
        sub = actions.add_parser(name, parents=[common], help=text)
        sub.set_defaults(run=run)
        return sub

    action("list", run_user_list, "semua akun")
    for name, run, text in (
        ("add", run_user_add, "akun baru"),
        ("set", run_user_set, "peran, unit, atau keadaan lain"),
    ):
        sub = action(name, run, text)
        sub.add_argument("account", metavar="NAMA_MASUK")
        sub.add_argument("--role", choices=list(ROLES), required=True)
        sub.add_argument("--unit", default=None, help="kode atau nama unit")
        if name == "add":
            sub.add_argument("--name", required=True, help="nama orang")
            sub.add_argument("--no-password", action="store_true", help="masuk lewat OIDC saja")
        else:
            sub.add_argument("--inactive", action="store_true", help="tidak boleh masuk lagi")
    sub = action("password", run_user_password, "kata sandi baru")
    sub.add_argument("account", metavar="NAMA_MASUK")


def _nothing(_: Any) -> int:
    raise UsageError("perintah ini memerlukan aksi")


def _date(text: str) -> dt.date:
    try:
        return parse_date(text)
    except CellError as error:
        raise argparse.ArgumentTypeError(f"tanggal {text}: {error}") from error


def _at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} bukan bilangan bulat positif")
    return int(text)


@contextmanager
def _store(options: Any) -> Iterator[Store]:
    with Store(options.db or default_database()) as store:
        if options.login is None:
            yield store
        else:
            yield store.as_viewer(accounts.viewer_of(store, options.login))


def _who(store: Store) -> str:
    return getpass.getuser() if store.viewer.unlimited else store.viewer.name


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str, indent=1))


def run_import(options: Any) -> int:
    """Preview or keep the files; good rows are kept unless --all-or-nothing."""
    files = [importing.SourceFile(p.name, p.read_bytes()) for p in options.files]
    with _store(options) as store:
        if options.dry_run:
            result = importing.preview(store, importing.read(store, files))
        else:
            result = importing.import_files(store, files, _who(store), options.all_or_nothing)
    if options.json:
        _print_json(
            {
                "batch_id": result.batch_id,
                "sha256": result.sha256,
                "rows": vars(result.rows),
                "errors": [vars(p) for p in result.problems],
            }
        )
    else:
        _print_import(result, options.dry_run)
    refused = options.all_or_nothing and result.rows.rejected and not options.dry_run
    nothing_good = result.rows.rejected and not (
        result.rows.new + result.rows.changed + result.rows.unchanged
    )
    if refused or nothing_good:
        return _fail(f"pantau: {result.rows.rejected} baris ditolak; tidak ada yang disimpan", 1)
    return 0


def _print_import(result: importing.Preview, dry_run: bool) -> None:
    for note in result.notes:
        print(note)
    for p in result.problems:
        value = f" “{p.value}”" if p.value else ""
        print(f"Ditolak: {p.sheet} baris {p.row}, {p.column}{value}: {p.message}")
    for name, counts in result.sheets.items():
        print(
            f"{name}: {counts.new} baru, {counts.changed} berubah,"
            f" {counts.unchanged} tetap, {counts.rejected} ditolak"
        )
    if dry_run:
        print("Pratinjau; tidak ada yang disimpan.")
    elif result.kept:
        print(f"Tersimpan sebagai unggahan {result.batch_id}.")
    else:
        print("Tidak ada yang disimpan.")


def run_undo(options: Any) -> int:
    """Undo one batch."""
    with _store(options) as store:
        importing.undo(store, options.batch, _who(store))
    print(f"Unggahan {options.batch} dibatalkan.")
    return 0


def run_template(options: Any) -> int:
    """Write the empty workbook."""
    with _store(options) as store:
        content = template(store.units(today()), store.revisions[-1], today())
    options.file.write_bytes(content)
    print(f"Templat ditulis ke {options.file}")
    return 0


def run_demo(options: Any) -> int:
    """Write the demo workbook."""
    content = demo_workbook(options.cases, options.seed, options.until)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    if options.json:
        _print_json({"file": str(options.out), "bytes": len(content)})
    else:
        print(f"Data demo (rekaan) ditulis ke {options.out}")
    return 0


def run_status(options: Any) -> int:
    """Print the status of every step in scope."""
    with _store(options) as store:
        as_of = options.as_of or today()
        units = _units(store, options, as_of)
        scope = evaluation.Scope(as_of, options.year, units, options.flow)
        rows = evaluation.status_rows(store, scope, options.overdue)
    if options.json:
        _print_json(rows)
        return 0
    for row in rows:
        due = format_date(row["due"]) if row["due"] else "-"
        late = f"{row['days_late']} HK terlambat" if row["days_late"] else ""
        print(
            f"{row['case_id']:32} {row['flow']}.{row['step']:<3} {row['unit']:12}"
            f" {row['status']:20} tenggat {due:18} {late}"
        )
    print(f"{len(rows)} langkah per {format_date(scope.as_of)}")
    return 0


def _unit(store: Store, written: str | None) -> str | None:
    if not written:
        return None
    code = store.unit_finder().find(written)
    if code is None:
        raise UsageError(f"unit {written} tidak dikenal")
    if not store.viewer.sees(code):
        raise store.refusal("akses", code, f"Unit {code} di luar kewenangan Anda.")
    return code


def _units(store: Store, options: Any, as_of: dt.date) -> tuple[str, ...] | None:
    code = _unit(store, options.unit)
    if code is None:
        return None
    return region.coordinated(store, code, as_of) if options.lokas else (code,)


def run_facilitators(options: Any) -> int:
    """Count people by state; no names."""
    with _store(options) as store:
        as_of = options.as_of or today()
        scope = evaluation.Scope(as_of, units=_units(store, options, as_of))
        frame = facilitators.counts_by(store, scope, options.by)
    rows = frame.to_dict("records")
    if options.json:
        _print_json(rows)
        return 0
    for row in rows:
        counts = "  ".join(f"{s} {row[s]}" for s in facilitators.STATES)
        print(f"{row['group']:34} {row['total']:5}  {counts}")
    print(f"{sum(r['total'] for r in rows)} orang per {format_date(scope.as_of)}")
    return 0


def run_recommend(options: Any) -> int:
    """Proposals for the year after --year, or how good they would have been."""
    with _store(options) as store:
        as_of = options.as_of or recommendations.evidence_day(options.year, today())
        if options.backtest:
            return _print_backtest(
                recommendations.backtest(store, options.year, options.as_of or today()), options
            )
        found = recommendations.recommend(store, options.year, as_of, _units(store, options, as_of))
    found = found[: options.top]
    if options.json:
        names = (
            "id", "rank", "unit", "flow", "step", "rule", "title", "reason", "score", "evidence",
            "target", "sop_ref",
        )  # fmt: skip
        _print_json([{name: getattr(r, name) for name in names} for r in found])
        return 0
    for r in found:
        print(f"{r.rank:4} {r.score:5.1f} {r.unit:12} {r.title}. {r.reason} {r.proposal}.")
    print(f"{len(found)} rekomendasi bagi {options.year + 1} per {format_date(as_of)}")
    return 0


def _print_backtest(trials: list[recommendations.Trial], options: Any) -> int:
    if options.json:
        _print_json([vars(t) for t in trials])
        return 0
    print("tahun  pasangan  terburuk  dipilih  kami  mentah  acak")
    for t in trials:
        print(
            f"{t.year}-{t.year + 1 - 2000}  {t.pairs:8}  {t.worst:8}  {t.picked:7}  {t.ours:4}"
            f"  {t.raw:6}  {format_number(t.random, 1):>4}"
        )
    return 0


def run_report(options: Any) -> int:
    """Write one report; the format goes by the file's name."""
    asked = reports.Request(
        options.kind, options.as_of or today(), options.year, options.quarter,
        with_lokas=options.lokas, case_id=options.case,
    )  # fmt: skip
    with _store(options) as store:
        asked = replace(asked, unit=_unit(store, options.unit))
        report = reports.build(store, asked, _progress(options))
    content = reports.write(report, options.out.suffix.lstrip(".").lower(), options.template)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    if options.json:
        _print_json({"file": str(options.out), "title": report.title, "subtitle": report.subtitle,
                     "as_of": report.as_of, "summary": report.summary})  # fmt: skip
    else:
        print(f"{report.title}, {report.subtitle}: ditulis ke {options.out}")
    return 0


def _progress(options: Any) -> reports.Progress:
    # A bar is for a person who waits, not for a log or a pipe.
    if options.json or not sys.stderr.isatty():
        return reports.silent

    def show(share: float, what: str) -> None:
        bar = "#" * round(share * 30)
        print(f"\r[{bar:30}] {what:24}", end="\n" if share >= 1 else "", file=sys.stderr)

    return show


def run_calendar_add(options: Any) -> int:
    """The N-th working day after a date."""
    if options.days < 0:
        raise UsageError("N tidak boleh negatif")
    with _store(options) as store:
        calendar = store.calendar()
    day = calendar.add(options.date, options.days)
    provisional = calendar.provisional(options.date, day)
    if options.json:
        _print_json({"date": day, "provisional": provisional})
    else:
        print(format_date(day) + (" (sementara: SKB belum terbit)" if provisional else ""))
    return 0


def run_calendar_count(options: Any) -> int:
    """Working days after the first date up to the second."""
    if options.end < options.start:
        raise UsageError("tanggal kedua mendahului yang pertama")
    with _store(options) as store:
        days = store.calendar().count(options.start, options.end)
    if options.json:
        _print_json({"days": days})
    else:
        print(f"{days}")
    return 0


def run_sop(options: Any) -> int:
    """Print the revision in force today."""
    revision = in_force(load_revisions(), today())
    if options.json:
        _print_json(_sop_json(revision))
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


def run_user_list(options: Any) -> int:
    """Print every account."""
    with _store(options) as store:
        found = accounts.accounts(store)
    if options.json:
        _print_json([vars(a) for a in found])
        return 0
    for a in found:
        state = "aktif" if a.active else "tidak aktif"
        print(f"{a.login:30} {ROLES[a.role]:20} {a.unit_code or '-':14} {state:12} {a.name}")
    return 0


def run_user_add(options: Any) -> int:
    """Make an account; the password comes from the keyboard or from stdin."""
    password = None if options.no_password else _new_password()
    with _store(options) as store:
        unit = _unit(store, options.unit)
        accounts.add(store, options.account, options.name, options.role, unit, password)
    print(f"Akun {options.account} dibuat.")
    return 0


def run_user_set(options: Any) -> int:
    """Change an account; its sessions end."""
    with _store(options) as store:
        unit = _unit(store, options.unit)
        accounts.change(store, options.account, options.role, unit, not options.inactive)
    print(f"Akun {options.account} diubah; sesinya berakhir.")
    return 0


def run_user_password(options: Any) -> int:
    """Replace a password."""
    password = _new_password()
    with _store(options) as store:
        accounts.set_password(store, options.account, password)
    print(f"Kata sandi {options.account} diganti; sesinya berakhir.")
    return 0


def _new_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Kata sandi: ")
    if getpass.getpass("Sekali lagi: ") != password:
        raise accounts.AccountRefused("Kedua isian tidak sama.")
    return password


def run_audit(options: Any) -> int:
    """Print the trace, the newest first."""
    with _store(options) as store:
        rows = audit.entries(store, options.first, options.until).to_dict("records")
    if options.json:
        _print_json(rows)
        return 0
    for r in rows:
        print(
            f"{r['happened_at']:%Y-%m-%d %H:%M} {r['login']:24} {r['action']:14} {r['outcome']:8} {r['subject']}"
        )
    return 0


def _only_operator(store: Store) -> None:
    if not store.viewer.may("pemeliharaan"):
        raise store.refusal("pemeliharaan", "perintah")


def run_backup(options: Any) -> int:
    """Copy the store."""
    with _store(options) as store:
        _only_operator(store)
        upkeep.backup(store, options.file)
    print(f"Basis data disalin ke {options.file}")
    return 0


def run_restore(options: Any) -> int:
    """Put a copy in place of the store."""
    if options.login is not None:
        with _store(options) as store:
            _only_operator(store)
    kept = upkeep.restore(options.file, options.db or default_database())
    print("Basis data dipulihkan." + (f" Yang lama dipindah ke {kept}" if kept else ""))
    return 0


def run_doctor(options: Any) -> int:
    """Check the store."""
    with _store(options) as store:
        _only_operator(store)
        findings = upkeep.doctor(store)
    if options.json:
        _print_json([vars(f) for f in findings])
    else:
        for finding in findings:
            print(f"{finding.check}: {finding.message}")
        if not findings:
            print("Basis data utuh.")
    return 1 if findings else 0
