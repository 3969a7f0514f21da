"""Mappings that an office keeps, so that next month's file is read as this month's was.

Each has a name, once among those in force in its office, and is known again by its headings. It
holds what is true of such tables, not of one file: which IDs were which activity is not kept.
No figure changes by it, so that the store's version stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import pandas as pd

from sop_core.access import SYSTEM
from sop_core.errors import ImportRefused
from sop_core.importing.mapping.model import Mapping, column_keys, fingerprint, from_json
from sop_core.indonesian import format_date, now
from sop_core.store import Store, Trace

LONGEST_NAME = 60
MOST_KEPT = 100
"""In force in one office."""


@dataclass(frozen=True)
class Kept:
    """A mapping with the headings that it was made for, by position.

    ``number`` is None for one that was only answered, and is not in the store; ``unit`` None for
    one of the operator's. ``text`` is the mapping as JSON.
    """

    number: int | None
    unit: str | None
    name: str
    headings: tuple[str, ...]
    text: str
    kept_by: str
    kept_at: dt.datetime

    @cached_property
    def mapping(self) -> Mapping:
        """Raises ImportRefused for one that is damaged."""
        (found,) = from_json(self.text)
        return found

    @property
    def said(self) -> str:
        """``“Rekap advokasi” (Staf contoh, 24 November 2026)``."""
        return f"“{self.name}” ({self.kept_by}, {format_date(self.kept_at)})"

    def adapted(self, names: Sequence[str], rows: tuple[int, int]) -> Mapping:
        """The mapping for a table of the same headings that stand on other rows or are written
        otherwise (``fingerprint``).
        """
        now_called = dict(zip(column_keys(self.headings), column_keys(names), strict=False))
        found = self.mapping
        return found.model_copy(
            update={
                "headings": rows,
                "columns": {now_called.get(k, k): t for k, t in found.columns.items()},
                "key": now_called.get(found.key, found.key) if found.key else None,
            }
        )


def answered(mapping: Mapping, headings: Sequence[str], who: str) -> Kept:
    """One that is not in the store."""
    return Kept(None, None, "", _whole(headings), mapping.model_dump_json(), who, now())


def keep(
    store: Store,
    name: str,
    mapping: Mapping,
    headings: Sequence[str],
    who: str,
    unit: str | None = None,
) -> int:
    """Keep a mapping of a table with these headings under a name; returns its number.

    Of the viewer's own office; the operator may name another. One of that name in the office is
    replaced; one that is just this is not kept again. Raises ImportRefused for a name that will
    not do and for a mapping of other columns, and AccessDenied.
    """
    name = _clean(name)
    unit = _office(store, unit, f"simpan {name}")
    lasting = mapping.model_copy(update={"same": [], "new": [], "doubts": {}})
    headings = _whole(headings)
    lost = set(lasting.columns) - set(column_keys(headings))
    if lost:
        raise ImportRefused(f"Pemetaan: kolom {', '.join(sorted(lost))} tidak ada pada tabelnya.")
    text = lasting.model_dump_json(exclude_defaults=True)
    former = _named(in_force(store, unit), name)
    if former is not None and (former.name, former.text, former.headings) == (name, text, headings):
        assert former.number is not None
        return former.number
    trace = Trace("pemetaan")
    with store.write(trace) as cursor:
        former = _named(in_force(store, unit), name)  # now that nobody else writes
        return _put(cursor, trace, Kept(None, unit, name, headings, text, who, now()), former)


def change(
    store: Store, number: int, who: str, name: str | None = None, mapping: Mapping | None = None
) -> int:
    """Give a kept mapping another name or other content; returns the number it has then.

    Raises ImportRefused for a name that another of the office has, or that will not do, and where
    it is not there, and AccessDenied.
    """
    kept = _of_number(store, number)
    name = _clean(name or kept.name)
    other = _named(in_force(store, kept.unit), name)
    if other is not None and other.number != number:
        raise ImportRefused(f"Nama pemetaan {name} sudah dipakai; pilih nama lain.")
    if name == kept.name:
        return keep(store, name, mapping or kept.mapping, kept.headings, who, kept.unit)
    lasting = (mapping or kept.mapping).model_dump_json(exclude_defaults=True)
    trace = Trace("pemetaan", f"pemetaan {number}")
    with store.write(trace) as cursor:
        new = Kept(None, kept.unit, name, kept.headings, lasting, who, now())
        return _put(cursor, trace, new, kept)


def withdraw(store: Store, number: int, who: str) -> None:
    """Take a mapping out of use; it stays in the history. Raises ImportRefused, AccessDenied."""
    kept = _of_number(store, number)
    trace = Trace("pemetaan", f"cabut pemetaan {number}")
    trace.before = _told(kept)
    with store.write(trace) as cursor:
        _take_back(cursor, number, who)


def in_force(store: Store, unit: str | None) -> list[Kept]:
    """The mappings of one office that can be used, the newest first; None for the operator's.

    Of what the viewer sees: the own office, and of the operator every one.
    """
    rows = store.rows(
        """
        SELECT mapping_no AS number, unit_code AS unit, name, headings, mapping AS text, kept_by,
            kept_at
        FROM kept_mapping
        WHERE withdrawn_at IS NULL AND unit_code IS NOT DISTINCT FROM $unit
        ORDER BY mapping_no DESC
        """,
        unit=unit,
    )
    return [Kept(**{**row, "headings": tuple(row["headings"])}) for row in rows]


def fetch(store: Store, name: str) -> Kept:
    """The mapping of that name: the viewer's office's; the operator's own, else that of the one
    office that has it. Raises ImportRefused that lists the names there are.
    """
    offices: list[str | None] = [store.viewer.unit]
    if store.viewer.role == SYSTEM:
        rows = store.rows("SELECT DISTINCT unit_code FROM kept_mapping WHERE unit_code IS NOT NULL")
        offices += [row["unit_code"] for row in rows]
    known = [kept for unit in offices for kept in in_force(store, unit)]
    found = [kept for kept in known if _same(kept.name, name)]
    own = [kept for kept in found if kept.unit == store.viewer.unit]
    if len(own or found) == 1:
        return (own or found)[0]
    if found:
        raise ImportRefused(
            f"Pemetaan {name} ada pada beberapa unit: {', '.join(str(k.unit) for k in found)}."
        )
    names = ", ".join(sorted({k.name for k in known}, key=str.casefold)) or "belum ada"
    raise ImportRefused(f"Pemetaan {name} tidak ada; yang tersimpan: {names}.")


def listed(store: Store) -> pd.DataFrame:
    """Every mapping that the viewer's office ever kept, the newest first; the operator's: of all.

    ``sheet``, ``columns`` (how many are read) and ``headings`` (how many there are), by whom and
    when it was kept and taken back.
    """
    return store.frame(
        """
        SELECT mapping_no, unit_code, name, fingerprint,
            CASE WHEN json_valid(mapping) THEN mapping ->> 'sheet' END AS sheet,
            len(list_filter(headings, h -> h <> '')) AS headings,
            kept_by, kept_at, withdrawn_by, withdrawn_at
        FROM kept_mapping ORDER BY mapping_no DESC
        """
    )


def as_json(store: Store, number: int) -> bytes:
    """The mapping as a file for ``import --map-json``. Raises ImportRefused."""
    return _of_number(store, number).mapping.model_dump_json(indent=1).encode()


def _of_number(store: Store, number: int) -> Kept:
    for row in store.rows(
        "SELECT unit_code AS unit FROM kept_mapping WHERE mapping_no = $n AND withdrawn_at IS NULL",
        n=number,
    ):
        return next(k for k in in_force(store, row["unit"]) if k.number == number)
    raise ImportRefused("Pemetaan itu tidak ada atau sudah dicabut.")


def _office(store: Store, unit: str | None, subject: str) -> str | None:
    """Whose a mapping becomes. Raises AccessDenied for another office than the viewer's own."""
    store.require("pemetaan", subject)
    if unit in (None, store.viewer.unit) or store.viewer.role == SYSTEM:
        return unit or store.viewer.unit
    raise store.refusal("pemetaan", str(unit), "Unit itu bukan kewenangan Anda.")


def _put(cursor: duckdb.DuckDBPyConnection, trace: Trace, new: Kept, former: Kept | None) -> int:
    row = cursor.execute("SELECT coalesce(max(mapping_no), 0) + 1 FROM kept_mapping").fetchone()
    number = int(row[0]) if row else 1
    trace.subject = f"pemetaan {number}"
    if former is not None:
        assert former.number is not None
        trace.subject += f" menggantikan {former.number}"
        trace.before = _told(former)
        _take_back(cursor, former.number, new.kept_by)
    trace.after = _told(new)
    room = cursor.execute(
        "SELECT count(*) FROM kept_mapping WHERE withdrawn_at IS NULL"
        " AND unit_code IS NOT DISTINCT FROM $unit",
        {"unit": new.unit},
    ).fetchone()
    if room and room[0] >= MOST_KEPT:
        raise ImportRefused(f"Sudah ada {MOST_KEPT} pemetaan; cabut dahulu yang tidak dipakai.")
    cursor.execute(
        "INSERT INTO kept_mapping VALUES"
        " ($n, $unit, $name, $fingerprint, $headings, $mapping, $who, $now, NULL, NULL)",
        {
            "n": number,
            "unit": new.unit,
            "name": new.name,
            "fingerprint": fingerprint(new.headings),
            "headings": list(new.headings),
            "mapping": new.text,
            "who": new.kept_by,
            "now": new.kept_at,
        },
    )
    return number


def _take_back(cursor: duckdb.DuckDBPyConnection, number: int, who: str) -> None:
    cursor.execute(
        "UPDATE kept_mapping SET withdrawn_by = $who, withdrawn_at = $now"
        " WHERE mapping_no = $n AND withdrawn_at IS NULL",
        {"who": who, "now": now(), "n": number},
    )


def _told(kept: Kept) -> dict[str, Any]:
    return {"nama": kept.name, "unit": kept.unit, "pemetaan": kept.text}


def _whole(headings: Sequence[str]) -> tuple[str, ...]:
    """Without the columns past the last that has a heading."""
    last = max((at for at, name in enumerate(headings) if name), default=-1)
    return tuple(headings[: last + 1])


def _named(among: Iterable[Kept], name: str) -> Kept | None:
    return next((kept for kept in among if _same(kept.name, name)), None)


def _same(one: str, other: str) -> bool:
    return one.casefold() == " ".join(other.split()).casefold()


def _clean(name: str) -> str:
    """The name without needless spaces. Raises ImportRefused for one that will not do."""
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise ImportRefused(
            f"Nama pemetaan terdiri atas 1 sampai {LONGEST_NAME} huruf, angka, atau tanda baca."
        )
    return plain
