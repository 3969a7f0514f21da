"""Pengesahan: the head of an office confirms what its staff upload, where the centre asks for it.

An upload counts at once. Until the head confirms it, it is marked: it waits, or it was sent back
with a note. Figures can be read without what is not confirmed (``past.known``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import duckdb
import pandas as pd

from sop_core.access import OFFICE_WITH_LOKAS, decided
from sop_core.errors import Refused
from sop_core.importing.contract import SHEETS
from sop_core.indonesian import format_number, now
from sop_core.store import Store, Trace, bump_version
from sop_core.units import UPT_KINDS, Unit

CONFIRMED, SENT_BACK, WAITING = "sah", "kembali", "menunggu"
VERDICTS = {CONFIRMED: "Disahkan", SENT_BACK: "Dikembalikan"}
STANDINGS = {WAITING: "Belum disahkan", SENT_BACK: "Dikembalikan"}
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class Awaiting:
    """An upload that is not confirmed; ``note`` and ``said_by`` where it was sent back."""

    batch_id: int
    unit_code: str
    standing: str
    note: str | None
    said_by: str | None
    said_at: dt.datetime | None
    files: str
    imported_by: str
    imported_at: dt.datetime
    rows_new: int
    rows_changed: int

    @property
    def said(self) -> str:
        """``Belum disahkan``; ``Dikembalikan oleh Kepala contoh: periksa tanggalnya``."""
        word = STANDINGS[self.standing]
        return f"{word} oleh {self.said_by}: {self.note}" if self.said_by else word


def awaiting(store: Store, units: tuple[str, ...] | None = None) -> list[Awaiting]:
    """Uploads of some offices, or of all that the viewer sees, that are not confirmed; newest first."""
    rows = store.rows(
        """
        SELECT a.batch_id, a.unit_code, a.standing, a.note, a.said_by, a.said_at,
            (SELECT string_agg(name, ', ' ORDER BY name) FROM import_file f
                WHERE f.batch_id = a.batch_id) AS files,
            b.imported_by, b.imported_at, b.rows_new, b.rows_changed
        FROM awaiting_batch a JOIN import_batch b USING (batch_id)
        WHERE $units::VARCHAR[] IS NULL OR list_contains($units, a.unit_code)
        ORDER BY a.batch_id DESC
        """,
        units=list(units) if units is not None else None,
    )
    return [Awaiting(**row) for row in rows]


def is_awaited(store: Store, batch_id: int) -> bool:
    """Whether an upload that the viewer sees is not confirmed yet, where that is asked of it."""
    return bool(store.one("SELECT EXISTS (FROM awaiting_batch WHERE batch_id = $b)", b=batch_id))


def confirmed(store: Store) -> set[int]:
    """Numbers of the uploads of which the last word is that they are confirmed."""
    rows = store.rows(
        "SELECT batch_id FROM approval GROUP BY batch_id HAVING arg_max(verdict, approval_no) = $sah",
        sah=CONFIRMED,
    )
    return {int(row["batch_id"]) for row in rows}


def asked_of(store: Store) -> bool:
    """Whether any office that the viewer sees has its uploads confirmed."""
    return bool(store.one("SELECT EXISTS (FROM approving_office WHERE withdrawn_at IS NULL)"))


def history(store: Store, batch_id: int) -> list[dict[str, Any]]:
    """Every word on one upload (``verdict``, ``note``, ``said_by``, ``said_at``), newest first."""
    return store.rows(
        "SELECT verdict, note, said_by, said_at FROM approval WHERE batch_id = $b"
        " ORDER BY approval_no DESC",
        b=batch_id,
    )


def may_approve(store: Store, unit: str) -> bool:
    """Whether the viewer is the head to whom an office's uploads are put: its own, or the head of
    the Balai that coordinates it (a Loka's reports go there, SOP A.7, B.7, C.5).
    """
    viewer = store.viewer
    return viewer.unlimited or (
        viewer.may("pengesahan")
        and decided(viewer.role).sees == OFFICE_WITH_LOKAS
        and viewer.sees(unit)
    )


def approve(store: Store, batch_id: int, verdict: str, note: str = "") -> None:
    """Confirm an upload, or send it back with a note to whoever uploaded it.

    Raises Refused for an upload that is not there, was undone or is confirmed already, and for
    one sent back without a note; AccessDenied for another office's.
    """
    trace = Trace("pengesahan", f"unggahan {batch_id}")
    store.require(trace.action, trace.subject)
    note = note.strip()
    if verdict not in VERDICTS:
        raise Refused(f"Putusan {verdict} tidak dikenal.")
    if verdict == SENT_BACK and not note:
        raise Refused("Tulis dahulu apa yang perlu diperbaiki.")
    if len(note) > LONGEST_NOTE:
        raise Refused(f"Catatan paling panjang {format_number(LONGEST_NOTE)} huruf.")
    with store.write(trace) as cursor:
        row = cursor.execute(
            "SELECT unit_code, standing FROM awaiting_batch WHERE batch_id = $b", {"b": batch_id}
        ).fetchone()
        if row is not None and not may_approve(store, str(row[0])):
            raise store.refusal(trace.action, trace.subject, "Unggahan itu bukan dari unit Anda.")
        if row is None:
            raise Refused(f"Unggahan {batch_id} tidak menunggu pengesahan.")
        if verdict == CONFIRMED:
            _refuse_if_built_on(cursor, batch_id)
        trace.before, trace.after = row[1], {"putusan": verdict, "catatan": note}
        cursor.execute(
            """
            INSERT INTO approval SELECT coalesce(max(approval_no), 0) + 1, $b, $verdict, $note,
                $who, $now FROM approval
            """,
            {
                "b": batch_id,
                "verdict": verdict,
                "note": note,
                "who": store.viewer.name,
                "now": now(),
            },
        )
        bump_version(cursor)


def _refuse_if_built_on(cursor: duckdb.DuckDBPyConnection, batch_id: int) -> None:
    """Raises Refused where the upload goes on with what an earlier one brought that is not confirmed.

    Confirmed without it, its rows would be halves: a finish without its start, a step without its
    activity.
    """
    same = " UNION ".join(
        f"SELECT e.batch_id FROM {s.table}_vouched m JOIN {s.table}_vouched e"  # noqa: S608 - our own tables
        f" ON {' AND '.join(f'm.{k} = e.{k}' for k in s.key)} WHERE m.batch_id = $b"
        for s in SHEETS
    )
    built = " UNION ".join(
        f"SELECT a.batch_id FROM {t}_vouched m JOIN activity_vouched a USING (case_id)"  # noqa: S608
        " WHERE m.batch_id = $b"
        for t in ("step_record", "follow_up", "facilitator")
    )
    found = cursor.execute(
        f"SELECT min(batch_id) FROM ({same} UNION {built})"  # noqa: S608
        " WHERE batch_id < $b AND batch_id IN (SELECT batch_id FROM awaiting_batch)",
        {"b": batch_id},
    ).fetchone()
    if found and found[0] is not None:
        raise Refused(
            f"Unggahan {batch_id} melanjutkan isi unggahan {found[0]} yang belum disahkan; sahkan"
            f" unggahan {found[0]} lebih dahulu, atau minta pengunggahnya membatalkannya."
        )


def offices(store: Store, on: dt.date) -> list[Unit]:
    """Offices of whose uploads the head is asked, as registered on a day."""
    codes = {row["unit_code"] for row in store.rows(
        "SELECT unit_code FROM approving_office WHERE withdrawn_at IS NULL")}  # fmt: skip
    return [u for u in store.register(on) if u.code in codes]


def require(store: Store, unit: str) -> None:
    """From now on an office's uploads are put to its head. Raises Refused, AccessDenied."""
    trace = Trace("aturan_pengesahan", unit, after="wajib")
    kinds = {u.code: u.kind for u in store.register(now().date())}
    if kinds.get(unit) not in UPT_KINDS:
        raise Refused(f"Unit {unit} bukan Balai Besar, Balai, atau Loka.")
    with store.write(trace) as cursor:
        held = cursor.execute(
            "SELECT count(*) FROM approving_office WHERE unit_code = $unit AND withdrawn_at IS NULL",
            {"unit": unit},
        ).fetchone()
        if held and held[0]:
            raise Refused(f"Unggahan unit {unit} sudah wajib disahkan.")
        cursor.execute(
            "INSERT INTO approving_office VALUES ($unit, $who, $now, NULL, NULL)",
            {"unit": unit, "who": store.viewer.name, "now": now()},
        )
        bump_version(cursor)


def release(store: Store, unit: str) -> None:
    """An office's uploads wait for nobody any more. Raises Refused, AccessDenied."""
    trace = Trace("aturan_pengesahan", unit, before="wajib")
    with store.write(trace) as cursor:
        row = cursor.execute(
            "UPDATE approving_office SET withdrawn_by = $who, withdrawn_at = $now"
            " WHERE unit_code = $unit AND withdrawn_at IS NULL RETURNING unit_code",
            {"unit": unit, "who": store.viewer.name, "now": now()},
        ).fetchone()
        if row is None:
            raise Refused(f"Unggahan unit {unit} tidak wajib disahkan.")
        bump_version(cursor)


def said(found: list[Awaiting]) -> str:
    """``3 unggahan belum disahkan, 1 dikembalikan``; empty without any."""
    waiting = sum(a.standing == WAITING for a in found)
    parts = [
        (waiting, "{} unggahan belum disahkan"),
        (len(found) - waiting, "{} unggahan dikembalikan"),
    ]
    return ", ".join(text.format(format_number(n)) for n, text in parts if n)


def contents(store: Store, batch_id: int) -> pd.DataFrame:
    """What an upload brought and what still stands as it brought it: one row a record.

    ``sheet``, ``case_id``, ``title``, ``step``, ``started``, ``finished``, ``document_no``, ``note`` (skip, reason, remark, result); of
    people their number alone, for whoever sees the upload need not see their names.
    """
    return store.frame(
        """
        SELECT 'Kegiatan' AS sheet, case_id, title, NULL AS step, NULL::DATE AS started,
            NULL::DATE AS finished, NULL AS document_no, NULL AS note, 0 AS step_no
        FROM activity WHERE batch_id = $b
        UNION ALL SELECT 'Langkah', r.case_id, c.title, c.flow || '.' || r.step_no, r.started,
            r.finished, r.document_no, concat_ws('; ', CASE WHEN r.skipped THEN 'dilewati' END,
                r.reason, r.remarks), r.step_no
        FROM step_record r JOIN sop_case c USING (case_id) WHERE r.batch_id = $b
        UNION ALL SELECT 'Tindak Lanjut', f.case_id, f.description, NULL, NULL, f.finished_on, NULL, f.outcome, 0
        FROM follow_up f WHERE f.batch_id = $b
        UNION ALL SELECT 'Fasilitator', NULL, count(*) || ' orang', NULL, NULL, NULL, NULL, NULL, 0
        FROM facilitator WHERE batch_id = $b HAVING count(*) > 0
        UNION ALL SELECT 'Target', NULL, year || ' alur ' || flow, NULL, NULL, NULL, NULL, NULL, 0
        FROM target WHERE batch_id = $b
        ORDER BY sheet, case_id, step_no
        """,
        b=batch_id,
    )
