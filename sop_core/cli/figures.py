"""What the pages show, for scripts and schedules."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from sop_core import evaluation, facilitators, past, recommendations, reports
from sop_core.cli import templates
from sop_core.cli.common import (
    Command,
    as_of_option,
    at_least_one,
    date,
    day_of,
    fail,
    known_option,
    open_store,
    print_json,
    print_later,
    unit_code,
    unit_options,
    units_of,
    year,
)
from sop_core.indonesian import format_date, format_number, today


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("status", run_status, "Status setiap langkah per tanggal acuan")
    as_of_option(sub)
    unit_options(sub)
    sub.add_argument("--flow", choices=list("ABCD"), default=None)
    sub.add_argument("--year", type=year, default=None)
    sub.add_argument(
        "--overdue", action="store_true", help="hanya yang terlambat dan belum selesai"
    )
    sub.add_argument(
        "--silence-is-late", action="store_true",
        help="cara baca lama: yang jatuh tempo sesudah data unitnya terhitung terlambat",
    )  # fmt: skip
    known_option(sub)
    sub = command("facilitators", run_facilitators, "Fasilitator menurut keadaan (alur D)")
    as_of_option(sub)
    known_option(sub)
    unit_options(sub)
    sub.add_argument("--by", choices=list(facilitators.GROUPS), default="unit")
    sub = command("recommend", run_recommend, "Rekomendasi bagi tahun sesudah --year")
    sub.add_argument("--year", type=year, required=True, help="tahun n; usulan bagi tahun n+1")
    sub.add_argument("--as-of", type=date, default=None, help="default akhir tahun, atau hari ini")
    known_option(
        sub, "seperti diketahui pada hari itu; default 31 Desember tahun n bila sudah lewat"
    )
    unit_options(sub)
    sub.add_argument("--top", type=at_least_one, default=None, help="hanya sekian teratas")
    sub.add_argument("--backtest", action="store_true", help="uji pada tahun yang sudah lewat")
    sub = command("report", run_report, "Tulis laporan (Word, Excel, atau PDF)")
    kinds = list(reports.KINDS)
    sub.add_argument("kind", choices=kinds, metavar="JENIS", help="|".join(kinds))
    sub.add_argument("--year", type=year, default=None)
    sub.add_argument("--quarter", type=int, choices=[1, 2, 3, 4], default=None)
    sub.add_argument("--case", default=None, help="ID kasus, untuk laporan kegiatan")
    as_of_option(sub)
    known_option(sub)
    unit_options(sub)
    sub.add_argument(
        "--template", default=None, help="nama templat yang disimpan, atau berkas .docx"
    )
    sub.add_argument("--out", type=Path, required=True, help="berkas .docx, .xlsx, atau .pdf")


def run_status(options: Any) -> int:
    """Print the status of every step in scope."""
    with open_store(options) as store:
        as_of = day_of(options)
        units = units_of(store, options, as_of)
        scope = evaluation.Scope(
            as_of, options.year, units, options.flow, silence_is_late=options.silence_is_late
        )
        rows = evaluation.status_rows(store, scope, options.overdue)
        later = past.came_since(store, as_of, units)
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        due = format_date(row["due"]) if row["due"] else "-"
        late = f"{row['days_late']} HK terlambat" if row["days_late"] else ""
        if row["due_soon"]:
            late = f"segera jatuh tempo, sisa {row['days_left']} HK"
        print(
            f"{row['case_id']:32} {row['flow']}.{row['step']:<3} {row['unit']:12}"
            f" {row['status']:20} tenggat {due:18} {late}"
        )
    print(f"{len(rows)} langkah per {format_date(scope.as_of)}")
    print_later(later)
    return 0


def run_facilitators(options: Any) -> int:
    """Count people by state; no names."""
    with open_store(options) as store:
        as_of = day_of(options)
        scope = evaluation.Scope(as_of, units=units_of(store, options, as_of))
        frame = facilitators.counts_by(store, scope, options.by)
        later = past.came_since(store, as_of, scope.units)
    rows = frame.to_dict("records")
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        counts = "  ".join(f"{s} {row[s]}" for s in facilitators.STATES)
        print(f"{row['group']:34} {row['total']:5}  {counts}")
    print(f"{sum(r['total'] for r in rows)} orang per {format_date(scope.as_of)}")
    print_later(later)
    return 0


def run_recommend(options: Any) -> int:
    """Proposals for the year after --year, or how good they would have been."""
    year_end = dt.date(options.year, 12, 31)
    if options.known_on is None and not options.backtest and year_end < today():
        options.known_on = year_end
    with open_store(options) as store:
        if options.backtest:
            return _print_backtest(
                recommendations.backtest(store, options.year, day_of(options)), options
            )
        known = store.database.known_on
        as_of = options.as_of or recommendations.evidence_day(options.year, known or today())
        if as_of < dt.date(options.year, 1, 1):
            return fail(f"pantau: tahun {options.year} belum mulai pada {format_date(as_of)}", 1)
        units = units_of(store, options, as_of)
        found = recommendations.recommend(store, options.year, as_of, units)
        later = past.came_since(store, as_of, units)
    found = found[: options.top]
    if options.json:
        names = (
            "id", "rank", "unit", "flow", "step", "rule", "title", "reason", "score", "evidence",
            "target", "sop_ref",
        )  # fmt: skip
        print_json([{name: getattr(r, name) for name in names} for r in found])
        return 0
    for r in found:
        print(f"{r.rank:4} {r.score:5.1f} {r.unit:12} {r.title}. {r.reason} {r.proposal}.")
    seen = f", seperti diketahui pada {format_date(known)}" if known else ""
    print(f"{len(found)} rekomendasi bagi {options.year + 1} per {format_date(as_of)}{seen}")
    print_later(later)
    return 0


def _print_backtest(trials: list[recommendations.Trial], options: Any) -> int:
    if options.json:
        print_json([vars(t) for t in trials])
        return 0
    if not trials:
        print("Belum ada tahun yang dapat diuji: perlu catatan dua tahun berturut-turut.")
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
        options.kind, day_of(options), options.year, options.quarter,
        with_lokas=options.lokas, case_id=options.case,
    )  # fmt: skip
    with open_store(options) as store:
        asked = replace(asked, unit=unit_code(store, options.unit))
        template = templates.chosen(store, options.template)
        report = reports.build(store, asked, _progress(options))
    content = reports.write(report, options.out.suffix.lstrip(".").lower(), template)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_bytes(content)
    if options.json:
        print_json({"file": str(options.out), "title": report.title, "subtitle": report.subtitle,
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
