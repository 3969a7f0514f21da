"""One step recorded without a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sop_core.cli.common import Command, at_least_one, date, fail, open_store, print_json
from sop_core.errors import Refused, UsageError
from sop_core.importing import recording
from sop_core.importing.contract import LANGKAH
from sop_core.importing.recording import Typed
from sop_core.indonesian import today

_OPTIONS: dict[str, tuple[str, Callable[[str], Any], str]] = {
    "started": ("--start", date, "tanggal mulai"),
    "finished": ("--finish", date, "tanggal selesai"),
    "document_no": ("--document", str, "nomor dokumen"),
    "remarks": ("--remark", str, "keterangan"),
}


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("record", run_record, "Catat satu langkah; yang tidak disebut tetap")
    sub.add_argument("case", metavar="CASE", help="ID kegiatan")
    sub.add_argument("step", type=at_least_one, metavar="STEP", help="nomor langkah")
    for field, (option, kind, text) in _OPTIONS.items():
        sub.add_argument(option, dest=field, type=kind, default=None, help=text)
    sub.add_argument("--skip", metavar="ALASAN", default=None, help="dilewati, dengan alasan ini")
    sub.add_argument(
        "--until", type=date, default=None, help="data unit lengkap sampai hari ini juga dinyatakan"
    )


def run_record(options: Any) -> int:
    """One step of one case, as a batch of its own."""
    given = {f: getattr(options, f) for f in _OPTIONS if getattr(options, f) is not None}
    if options.skip is not None:
        given |= {"skipped": True, "reason": options.skip}
    if not given:
        raise UsageError("sebutkan apa yang dicatat, mis. --finish")
    with open_store(options) as store:
        steps = {s["step_no"]: s for s in recording.steps(store, options.case, today())}
        if options.step not in steps:
            raise Refused(f"langkah {options.step} pada {options.case} tidak ada")
        step = steps[options.step]
        result = recording.record(
            store, [Typed(LANGKAH, step, {**step, **given})], until=options.until
        )
    if options.json:
        print_json({"kept": result.kept, "batch_id": result.batch_id,
                    "problems": [vars(p) for p in result.problems]})  # fmt: skip
    elif result.kept:
        print(f"Tersimpan sebagai unggahan {result.batch_id}.")
    for problem in result.problems if not options.json else ():
        fail(f"{problem.column}: {problem.value}: {problem.message}", 1)
    return 0 if result.kept else 1
