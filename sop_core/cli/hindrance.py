"""Why a step is late or waits and what is planned; the list of reasons; remarks on a case."""

from __future__ import annotations

import re
from typing import Any

from sop_core import cases, hindrance_reasons, hindrances, remarks
from sop_core.cli.common import (
    Command,
    Parser,
    answer,
    as_of_option,
    date,
    day_of,
    number,
    open_store,
    plain_rows,
    print_json,
    unit_options,
    units_of,
)
from sop_core.errors import Refused, UsageError
from sop_core.evaluation import Scope
from sop_core.indonesian import format_date, today
from sop_core.store import Store


def register(command: Command) -> None:
    """The commands of this file."""
    sub = command("hindrance", run_hindrance, "Hambatan dan rencana pada langkah yang terlambat atau ditunggu")  # fmt: skip
    sub.add_argument("case", metavar="KASUS", nargs="?", help="ID kasus")
    sub.add_argument("step", metavar="LANGKAH", nargs="?", help="mis. A.2 atau 2")
    sub.add_argument("--reason", metavar="KODE", help="kode alasan (lihat --reasons)")
    sub.add_argument("--plan", metavar="TEKS", help="apa yang direncanakan")
    sub.add_argument("--on", type=date, metavar="TANGGAL", help="untuk hari apa")
    _other_acts(sub)
    as_of_option(sub)
    unit_options(sub)
    # What --known-on asks of other commands: day_of reads it.
    sub.set_defaults(known_on=None)
    sub = command("remark", run_remark, "Catatan pada satu kasus; tidak dapat dihapus")
    sub.add_argument("case", metavar="KASUS", help="ID kasus")
    which = sub.add_mutually_exclusive_group(required=True)
    which.add_argument("text", metavar="TEKS", nargs="?", help="isi catatan")
    which.add_argument("--list", action="store_true", help="catatan pada kasus ini")


def _other_acts(sub: Parser) -> None:
    which = sub.add_mutually_exclusive_group()
    which.add_argument("--list", action="store_true", help="yang berlaku; dengan KASUS riwayatnya")
    which.add_argument("--passed", action="store_true", help="rencana terlewat saja")
    which.add_argument("--take-back", type=number, metavar="NO", help="tarik satu hambatan")
    which.add_argument("--reasons", action="store_true", help="daftar alasan")
    which.add_argument("--add-reason", nargs=2, metavar=("KODE", "ALASAN"), help="alasan baru")
    which.add_argument("--retire-reason", metavar="KODE", help="alasan tidak dipilih lagi")
    which.add_argument("--use-reason", metavar="KODE", help="alasan yang ditarik dipakai lagi")


def run_hindrance(options: Any) -> int:
    """Say it of one step, list it, take it back, or look after the list of reasons."""
    with open_store(options) as store:
        if options.reasons:
            return _print_reasons(store, options)
        if options.list or options.passed:
            return _print_list(store, options)
        return answer(options, *_change(store, options))


def _change(store: Store, options: Any) -> tuple[dict[str, Any], str]:
    """What was done, for a machine and in words."""
    if options.take_back is not None:
        hindrances.take_back(store, options.take_back)
        said = {"hindrance": options.take_back, "state": "ditarik"}
        return said, f"Hambatan {options.take_back} ditarik."
    for act, code, state in (
        (hindrance_reasons.retire, options.retire_reason, "ditarik"),
        (hindrance_reasons.take_up_again, options.use_reason, "dipakai lagi"),
    ):
        if code is not None:
            act(store, code)
            return {"reason": code, "state": state}, f"Alasan {code} {state}."
    if options.add_reason is not None:
        code, label = options.add_reason
        hindrance_reasons.add(store, code, label)
        return {"reason": code, "state": "ditambahkan"}, f"Alasan {code} ditambahkan."
    given = (options.case, options.step, options.reason, options.plan, options.on)
    if any(value is None for value in given):
        raise UsageError("perlu diisi: KASUS LANGKAH --reason --plan --on")
    step = _step(store, options.case, options.step)
    no = hindrances.say(store, options.case, step, options.reason, options.plan, options.on)
    told = {"case": options.case, "step": options.step, "hindrance": no}
    return told, f"Hambatan {no} dicatat pada {options.case} langkah {options.step}."


def _step(store: Store, case_id: str, written: str) -> int:
    """The number of a step of a case: ``A.2`` and ``2`` alike. Raises Refused for another flow's."""
    found = re.fullmatch(r"(?:([A-Za-z])\.?)?([0-9]{1,4})", written)
    if found is None:
        raise UsageError(f"langkah {written} tidak dikenal")
    case = cases.find(store, case_id, today())
    if case is not None and found[1] and found[1].upper() != case.flow:
        raise Refused(f"Langkah {written} tidak ada pada kasus {case_id}.")
    return int(found[2])


def _print_reasons(store: Store, options: Any) -> int:
    found = hindrance_reasons.listed(store)
    if options.json:
        print_json([vars(reason) for reason in found])
        return 0
    for reason in found:
        print(f"{reason.code:24} {reason.label}{'' if reason.in_use else ' (ditarik)'}")
    return 0


def _print_list(store: Store, options: Any) -> int:
    if options.case is not None:
        frame = hindrances.history(store, options.case)
    else:
        as_of = day_of(options)
        scope = Scope(as_of, units=units_of(store, options, as_of))
        frame = hindrances.standing(store, scope, passed_only=options.passed)
    rows = plain_rows(frame, days=tuple({"plan_on", "due"} & set(frame)), counts=("hindrance_no",))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        back = f", ditarik oleh {row['withdrawn_by']}" if row.get("withdrawn_at") else ""
        passed = " (terlewat)" if row.get("plan_passed") else ""
        print(
            f"{row['hindrance_no']:5} {row.get('case_id', options.case)} {row['step']}"
            f" {row['hindrance']}: {row['plan']}, {format_date(row['plan_on'])}{passed},"
            f" oleh {row['said_by']}{back}"
        )
    print(f"{len(rows)} hambatan")
    return 0


def run_remark(options: Any) -> int:
    """Remark on a case, or list what was remarked."""
    with open_store(options) as store:
        if not options.list:
            no = remarks.add(store, options.case, options.text)
            said = {"case": options.case, "remark": no}
            return answer(options, said, f"Catatan {no} ditambahkan pada {options.case}.")
        rows = plain_rows(remarks.listed(store, options.case))
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        office = f", {row['unit']}" if row["unit"] else ""
        moment = f"{format_date(row['said_at'])} {row['said_at']:%H.%M} WIB"
        print(f"{row['remark_no']:5} {moment}, {row['said_by']}{office}")
        print("\n".join(f"      {line}" for line in row["remark"].splitlines()))
    print(f"{len(rows)} catatan")
    return 0
