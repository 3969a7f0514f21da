"""Evidence of steps and follow-ups: added, listed, opened, withdrawn, and what is without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sop_core import evidence
from sop_core.cli.common import (
    Command,
    answer,
    as_of_option,
    day_of,
    known_option,
    number,
    open_store,
    plain_rows,
    print_json,
    unit_options,
    units_of,
    year,
)
from sop_core.errors import Refused, UsageError
from sop_core.evaluation import Scope
from sop_core.evidence import Place
from sop_core.indonesian import format_date, format_number
from sop_core.store import Store


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("evidence", run_evidence, "Bukti langkah dan tindak lanjut: dokumen atau tautan")
    sub.add_argument("case", nargs="?", default=None, metavar="CASE", help="ID kasus")
    sub.add_argument(
        "step", nargs="?", default=None, metavar="STEP", help="langkah, mis. A.4 atau 4"
    )
    sub.add_argument(
        "--recommendation",
        default=None,
        metavar="NO",
        help="nomor rekomendasi, untuk tindak lanjut",
    )
    which = sub.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--add", type=Path, default=None, metavar="FILE", help="PDF, JPG, atau PNG sampai 10 MB"
    )
    which.add_argument("--link", default=None, metavar="URL", help="alamat http:// atau https://")
    which.add_argument("--list", action="store_true", help="bukti satu kasus")
    which.add_argument(
        "--get", type=number, default=None, metavar="NO", help="tulis satu dokumen ke --out"
    )
    which.add_argument("--remove", type=number, default=None, metavar="NO", help="tarik satu bukti")
    which.add_argument(
        "--missing", action="store_true",
        help="langkah selesai yang keluarannya dokumen, tanpa nomor dokumen maupun bukti",
    )  # fmt: skip
    sub.add_argument("--note", default=None, help="catatan pada --add atau --link")
    sub.add_argument("--out", type=Path, default=None, metavar="FILE", help="untuk --get")
    unit_options(sub)
    sub.add_argument("--year", type=year, default=None)
    as_of_option(sub)
    known_option(sub)


def run_evidence(options: Any) -> int:
    """One of the actions, by the option that names it."""
    _check(options)
    with open_store(options) as store:
        if options.missing:
            return _missing(store, options)
        if options.list:
            return _list(store, options)
        if options.get is not None:
            return _get(store, options)
        if options.remove is not None:
            evidence.withdraw(store, options.remove)
            said = {"evidence": options.remove, "state": "ditarik"}
            words = f"Bukti {options.remove} ditarik; berkasnya tetap disimpan."
        else:
            place = _place(options)
            note = options.note or ""
            if options.link is not None:
                no = evidence.add_link(store, place, options.link, note)
            else:
                no = evidence.add_document(
                    store, place, options.add.name, _content(options.add), note
                )
            said = {"evidence": no, "case": place.case_id, "step": place.step_no,
                    "recommendation": place.recommendation}  # fmt: skip
            words = f"Bukti {no} disimpan untuk {place}."
    return answer(options, said, words)


def _check(options: Any) -> None:
    """Raises UsageError where an action lacks what it needs, or is given what it has no use for."""
    adding = options.add is not None or options.link is not None
    if (adding or options.list) and not options.case:
        raise UsageError("sebutkan ID kasusnya")
    if adding and (options.step is None) == (options.recommendation is None):
        raise UsageError("sebutkan langkahnya, atau --recommendation, salah satu")
    if options.get is not None and options.out is None:
        raise UsageError("--get memerlukan --out")
    if options.case and not (adding or options.list):
        raise UsageError("ID kasus hanya untuk --add, --link, dan --list")
    if options.out is not None and options.get is None:
        raise UsageError("--out hanya untuk --get")
    if options.note is not None and not adding:
        raise UsageError("--note hanya untuk --add dan --link")
    scoped = (options.unit, options.year, options.as_of, options.lokas or None)
    if not options.missing and any(option is not None for option in scoped):
        raise UsageError("--unit, --lokas, --year, dan --as-of hanya untuk --missing")


def _place(options: Any) -> Place:
    if options.recommendation is not None:
        return Place(options.case, recommendation=options.recommendation)
    found = re.fullmatch(r"(?:[A-Da-d]\.)?([0-9]{1,2})", options.step)
    if found is None:
        raise UsageError(f"langkah {options.step} tidak dikenal; tulis mis. A.4 atau 4")
    return Place(options.case, int(found[1]))


def _content(file: Path) -> bytes:
    # A file that is refused for its size need not be read whole.
    with file.open("rb") as opened:
        return opened.read(evidence.LARGEST + 1)


def _list(store: Store, options: Any) -> int:
    rows = plain_rows(evidence.listed(store, options.case), counts=("step_no", "size"))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        where = (
            f"langkah {row['step_no']}"
            if row["step_no"]
            else f"tindak lanjut {row['recommendation_no']}"
        )
        what = row["link"] or row["name"] or "(nama tidak ditampilkan)"
        print(
            f"{row['evidence_no']:5} {where:18} {evidence.KINDS[row['kind']]:6} {what}"
            f" · {row['added_by']}, {format_date(row['added_at'])}"
        )
    print(f"{len(rows)} bukti {options.case}")
    return 0


def _get(store: Store, options: Any) -> int:
    if options.out.exists():
        raise Refused(f"{options.out} sudah ada; pilih nama lain")
    document = evidence.content(store, options.get)
    with options.out.open("xb") as file:
        file.write(document.content)
    if options.json:
        print_json({"file": options.out, "name": document.name, "media": document.media})
    else:
        print(f"{document.name} ditulis ke {options.out}")
    return 0


def _missing(store: Store, options: Any) -> int:
    as_of = day_of(options)
    scope = Scope(as_of, options.year, units_of(store, options, as_of))
    rows = plain_rows(evidence.finished_without_document(store, scope), days=("finished",))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        print(
            f"{row['case_id']:24} {row['step']:5} selesai {format_date(row['finished']):18}"
            f" {row['unit']} · {row['output']}"
        )
    print(
        f"{format_number(len(rows))} langkah selesai tanpa dokumen atau nomornya per {format_date(as_of)}"
    )
    return 0
