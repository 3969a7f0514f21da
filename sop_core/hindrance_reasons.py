"""The short list of reasons (alasan) why a step is late or waits.

It ships with the deployment (``data/hambatan.toml``); Unit Kerja Pusat adds others and retires
any. A retired one is not chosen any more and reads on in what was said with it.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from sop_core.errors import Refused
from sop_core.importing.texts import clean_text
from sop_core.indonesian import now
from sop_core.paths import DATA
from sop_core.store import Store, Trace, bump_version

ACTION = "alasan_hambatan"
LONGEST_LABEL = 80
"""Characters of a label: it is a column of a table."""
_CODE = "[a-z][a-z0-9_]{1,29}"


@dataclass(frozen=True)
class Reason:
    """One reason; ``entered_by`` and ``entered_at`` are of the last decision on it, if any."""

    code: str
    label: str
    in_use: bool = True
    entered_by: str | None = None
    entered_at: dt.datetime | None = None


class _Shipped(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: Annotated[str, Field(pattern=f"^{_CODE}$")]
    label: Annotated[str, Field(min_length=1, max_length=LONGEST_LABEL)]


@cache
def shipped() -> tuple[Reason, ...]:
    """The reasons of this deployment, in their order."""
    raw = tomllib.loads((DATA / "hambatan.toml").read_text(encoding="utf-8"))
    found = (_Shipped.model_validate(row) for row in raw["reason"])
    return tuple(Reason(reason.code, reason.label) for reason in found)


def listed(store: Store) -> list[Reason]:
    """Every reason, retired ones too: the shipped first, then the entered as they came."""
    known = {reason.code: reason for reason in shipped()}
    for row in store.rows(
        "SELECT code, label, in_use, entered_by, entered_at FROM hindrance_reason ORDER BY reason_no"
    ):
        known[row["code"]] = Reason(**row)
    return list(known.values())


def in_use(store: Store) -> dict[str, str]:
    """Labels of the reasons to choose from, by code."""
    return {reason.code: reason.label for reason in listed(store) if reason.in_use}


def add(store: Store, code: str, label: str) -> None:
    """A new reason. ``code`` of lower-case letters, digits and ``_``, up to 30.

    Raises Refused for a code or a label that is there already or cannot be one, AccessDenied.
    """
    store.require(ACTION, code)
    label = clean_text(label)
    if not re.fullmatch(_CODE, code):
        raise Refused("Kode alasan terdiri atas 2–30 huruf kecil, angka, dan garis bawah.")
    if not label or len(label) > LONGEST_LABEL:
        raise Refused(f"Alasan wajib diisi, paling panjang {LONGEST_LABEL} huruf.")
    for known in listed(store):
        if code == known.code or label.casefold() == known.label.casefold():
            state = "" if known.in_use else " dan sudah ditarik; pakai kembali yang itu"
            raise Refused(f"Alasan {known.code} ({known.label}) sudah ada{state}.")
    _decide(store, None, Reason(code, label))


def retire(store: Store, code: str) -> None:
    """A reason is not chosen any more. Raises Refused where it is not, or is the last one."""
    held = _known(store, code)
    if not held.in_use:
        raise Refused(f"Alasan {held.label} sudah ditarik.")
    if len(in_use(store)) == 1:
        raise Refused("Sedikitnya satu alasan harus tetap dapat dipilih.")
    _decide(store, held, replace(held, in_use=False))


def take_up_again(store: Store, code: str) -> None:
    """A retired reason is chosen from again. Raises Refused where it is not retired."""
    held = _known(store, code)
    if held.in_use:
        raise Refused(f"Alasan {held.label} masih dipakai.")
    _decide(store, held, replace(held, in_use=True))


def _known(store: Store, code: str) -> Reason:
    store.require(ACTION, code)
    held = next((reason for reason in listed(store) if reason.code == code), None)
    if held is None:
        raise Refused(f"Alasan {code} tidak dikenal.")
    return held


def _decide(store: Store, before: Reason | None, after: Reason) -> None:
    trace = Trace(ACTION, after.code, before and _plain(before), _plain(after))
    with store.write(trace) as cursor:
        cursor.execute(
            """
            INSERT INTO hindrance_reason
            SELECT (SELECT coalesce(max(reason_no), 0) + 1 FROM hindrance_reason), $code, $label,
                $in_use, $who, $now
            """,
            {"code": after.code, "label": after.label, "in_use": after.in_use,
             "who": store.viewer.name, "now": now()},
        )  # fmt: skip
        bump_version(cursor)


def _plain(reason: Reason) -> dict[str, object]:
    return {"alasan": reason.label, "dipakai": reason.in_use}
