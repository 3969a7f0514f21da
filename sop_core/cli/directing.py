"""The PPTM's disposisi on a year's rekap: which waits, what was directed, giving it and taking it back."""

from __future__ import annotations

from typing import Any

from sop_core import directions
from sop_core.cli.common import (
    Command,
    answer,
    as_of_option,
    date,
    day_of,
    open_store,
    plain_rows,
)
from sop_core.errors import UsageError

_DAYS = ("summarised_on", "due", "directed_on")
_COUNTS = ("year", "step_no", "sla_days", "days_left", "days_late", "days_used")


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("direction", run_direction, "Disposisi atas rekap tahunan (A.9, B.9, C.7)")
    sub.add_argument("case", metavar="KASUS", nargs="?", help="mis. A-2025-NASIONAL")
    sub.add_argument("--text", metavar="TEKS", help="masukan dan arahan")
    sub.add_argument("--document", metavar="NOMOR", help="nomor disposisi")
    sub.add_argument(
        "--on", type=date, metavar="TANGGAL", help="tanggal disposisi; biasanya hari ini"
    )
    which = sub.add_mutually_exclusive_group()
    which.add_argument("--list", action="store_true", help="rekap yang menunggu (bawaan)")
    which.add_argument("--all", action="store_true", help="juga yang sudah diberi disposisi")
    which.add_argument("--take-back", action="store_true", help="tarik disposisi sendiri")
    as_of_option(sub)
    # What --known-on asks of other commands: day_of reads it.
    sub.set_defaults(known_on=None)


def run_direction(options: Any) -> int:
    """List the rekaps that wait, or say or take back the disposisi on one."""
    with open_store(options) as store:
        if options.case is None and (options.take_back or options.text or options.document):
            raise UsageError("sebutkan kasusnya, mis. A-2025-NASIONAL")
        if options.case is None:
            found = directions.cycles(store, day_of(options))
            if not options.all:
                found = found[found["waits"].astype(bool)]
            rows = plain_rows(found, _DAYS, _COUNTS)
            words = "\n".join(f"{row['case_id']:16} {directions.said(row)}." for row in rows)
            return answer(options, rows, words or "Tidak ada rekap yang menunggu disposisi.")
        if options.take_back:
            directions.take_back(store, options.case)
            return answer(options, {"case_id": options.case, "state": "ditarik"}, f"Disposisi atas {options.case} ditarik.")  # fmt: skip
        if not options.text or not options.document:
            raise UsageError("sebutkan --text dan --document, atau --take-back")
        batch = directions.direct(store, options.case, options.text, options.document, options.on)
        return answer(
            options, {"case_id": options.case, "batch_id": batch},
            f"Disposisi atas {options.case} tersimpan sebagai unggahan {batch}.",
        )  # fmt: skip
