"""Uploads that the head of an office confirms or sends back; of which offices that is asked."""

from __future__ import annotations

from typing import Any

from sop_core import approvals
from sop_core.approvals import CONFIRMED, SENT_BACK
from sop_core.cli.common import Command, answer, number, open_store, unit_code
from sop_core.errors import UsageError
from sop_core.indonesian import format_date, today


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("approve", run_approve, "Sahkan atau kembalikan satu unggahan")
    sub.add_argument("batch", nargs="?", type=number, metavar="BATCH")
    sub.add_argument("--send-back", metavar="CATATAN", help="kembalikan dengan catatan ini")
    which = sub.add_mutually_exclusive_group()
    which.add_argument("--list", action="store_true", help="yang belum disahkan")
    which.add_argument(
        "--offices", action="store_true", help="unit yang unggahannya wajib disahkan"
    )
    which.add_argument("--require", metavar="UNIT", help="wajibkan bagi satu unit")
    which.add_argument("--release", metavar="UNIT", help="lepaskan satu unit")


def run_approve(options: Any) -> int:
    """One upload confirmed or sent back, or what there is to say of them."""
    with open_store(options) as store:
        if options.require or options.release:
            code = unit_code(store, options.require or options.release) or ""
            (approvals.require if options.require else approvals.release)(store, code)
            words = f"Unggahan {code} {'wajib disahkan' if options.require else 'tidak wajib disahkan lagi'}."
            found: Any = {"unit": code, "required": bool(options.require)}
        elif options.offices:
            units = approvals.offices(store, today())
            found, words = (
                [u.code for u in units],
                "\n".join(f"{u.code:12} {u.name}" for u in units),
            )
        elif options.list:
            waiting = approvals.awaiting(store)
            found = [vars(a) for a in waiting]
            words = "\n".join(
                f"{a.batch_id:5} {a.unit_code:12} {format_date(a.imported_at.date()):18} {a.files}: {a.said}"
                for a in waiting
            )
        elif options.batch is None:
            raise UsageError(
                "sebutkan nomor unggahan, --list, --offices, --require, atau --release"
            )
        else:
            verdict = CONFIRMED if options.send_back is None else SENT_BACK
            approvals.approve(store, options.batch, verdict, options.send_back or "")
            words = f"Unggahan {options.batch} {approvals.VERDICTS[verdict].lower()}."
            found = {"batch_id": options.batch, "verdict": verdict}
    return answer(options, found, words or "Tidak ada.")
