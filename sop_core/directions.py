"""Disposisi arahan: what the PPTM says on a year's rekap (A.9, B.9, C.7), and which rekap waits for it.

A rekap that is in waits for its disposisi, for 5, 1 and 5 HK. Saying it writes that step's record,
a batch of its own like everything recorded by hand: with its history, its trace and its way back.
A decision on a recommendation of the year is a disposisi too (disposition.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from sop_core.errors import DecisionRefused
from sop_core.importing import recording, undoing
from sop_core.importing.blanks import is_placeholder
from sop_core.importing.contract import LANGKAH
from sop_core.importing.recording import Typed
from sop_core.indonesian import format_date, format_number
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store

ACTION = recording.DIRECTING
LONGEST = 2000
"""Characters of what is directed; the paper itself may say more."""


def cycles(store: Store, as_of: dt.date, year: int | None = None) -> pd.DataFrame:
    """One row a national cycle whose rekap is in or that has its disposisi, as of a day.

    Of cycles that the SOP judges. ``summarised_on`` and ``summary_no`` are the rekap's day and
    document, ``due`` until when the disposisi is owed (``sla_days`` HK), ``directed_on``,
    ``document_no`` and ``direction`` what it said, empty while it is owed. ``waits`` are those
    that wait, the longest late first; then the others, the newest first.
    """
    return store.frame(
        """
        WITH directed AS MATERIALIZED (
            FROM step_status($as_of) s
            WHERE s.milestone = 'directed' AND ($year::INTEGER IS NULL OR s.year = $year)
                AND (s.due IS NOT NULL OR s.done)
        ), record AS (
            -- The few of these cycles first: joined whole, a million records took 0.15 s.
            FROM step_record SEMI JOIN directed USING (case_id)
        )
        SELECT s.case_id, s.flow, s.year, s.flow || '.' || s.step_no AS step, s.step_no, s.sla_days,
            s.owed_on AS summarised_on, p.document_no AS summary_no, s.due, s.status, s.days_left,
            s.days_late, s.finished AS directed_on, s.days_used,
            CASE WHEN s.done THEN r.document_no END AS document_no,
            CASE WHEN s.done THEN r.remarks END AS direction,
            NOT s.done AND NOT s.passed_over AS waits
        FROM directed s
        LEFT JOIN record r ON r.case_id = s.case_id AND r.step_no = s.step_no
        -- Of one level steps are numbered one after another (coherence.py), and a rekap is not optional.
        LEFT JOIN record p ON p.case_id = s.case_id AND p.step_no = s.step_no - 1
            AND p.finished <= $as_of
        ORDER BY waits DESC, CASE WHEN waits THEN s.due END, s.year DESC, s.flow
        """,
        as_of=as_of,
        year=year,
    )


def waiting(store: Store, as_of: dt.date) -> pd.DataFrame:
    """The cycles whose rekap waits for a disposisi (see ``cycles``), the longest late first."""
    found = cycles(store, as_of)
    return found[found["waits"].astype(bool)].reset_index(drop=True)


def said(row: Any) -> str:
    """How a cycle stands, in a sentence without its end; ``row`` is one of ``cycles``."""
    rekap = f"rekap alur {row['flow']} tahun {row['year']}"
    if not row["waits"]:
        if pd.isna(row["directed_on"]):
            return f"{rekap} dilewati tanpa disposisi"
        return f"{rekap} diberi disposisi {format_date(row['directed_on'])}"
    masuk = f"{rekap} masuk {format_date(row['summarised_on'])}"
    owed = f"disposisi {row['step']} paling lambat {format_date(row['due'])}"
    norm = f"{format_number(row['sla_days'])} HK"
    if pd.notna(row["days_late"]) and row["days_late"] > 0:
        return f"{masuk}, {owed} ({norm}), terlambat {format_number(row['days_late'])} HK"
    return f"{masuk}, {owed} ({norm})"


def direct(
    store: Store,
    case_id: str,
    text: str,
    document_no: str,
    on: dt.date | None = None,
    today: dt.date | None = None,
    shown: Mapping[str, Any] | None = None,
) -> int:
    """The disposisi on the rekap of one national cycle, on a day (today, unless said).

    Writes the step's record: its finish, its document and, as Keterangan, what is directed; said
    again it puts itself in the place of what was said before, which stays in the history.
    ``shown`` are finished, document_no and remarks as a form showed them. Returns the batch's
    number. Raises DecisionRefused where the rekap is not in by that day, for a day to come, and
    without a text or a number; Refused where nothing is new or what is stored is not what was
    shown: somebody else said it meanwhile; AccessDenied.
    """
    store.require(ACTION, case_id)
    day = today or jakarta_today()
    on = on or day
    text, document_no = text.strip(), document_no.strip()
    if says_nothing("remarks", text) or says_nothing("document_no", document_no):
        raise DecisionRefused("Arahan dan nomor disposisi wajib diisi.")
    if len(text) > LONGEST:
        raise DecisionRefused(f"Arahan paling panjang {format_number(LONGEST)} huruf.")
    found = cycles(store, day)
    found = found[found["case_id"] == case_id]
    steps = {s["step_no"]: s for s in recording.steps(store, case_id, day)}
    if not steps:
        raise DecisionRefused(f"Siklus nasional {case_id} tidak ada; mis. A-2025-NASIONAL.")
    if found.empty or pd.isna(found.iloc[0]["summarised_on"]):
        raise DecisionRefused(f"Rekap {case_id} belum masuk; disposisi diberikan sesudahnya.")
    cycle = found.iloc[0]
    came = cycle["summarised_on"].date()
    if on < came:
        raise DecisionRefused(
            f"Disposisi tidak mungkin sebelum rekapnya masuk ({format_date(came)})."
        )
    step = steps[cycle["step_no"]] | dict(shown or {})
    after = {**step, "finished": on, "document_no": document_no, "remarks": text}
    result = recording.record(store, [Typed(LANGKAH, step, after)], today=day, action=ACTION)
    if not result.kept or result.batch_id is None:
        reasons = [f"{p.column}: {p.message}" for p in result.problems]
        raise DecisionRefused(f"{'; '.join(reasons) or 'Tidak ada yang berubah'}.")
    return result.batch_id


def says_nothing(field: str, text: str) -> bool:
    """Whether a text is blank, or a word that stands for blank (``-``, ``nihil``), as imports read it."""
    return not text.strip() or is_placeholder(LANGKAH.column(field), text.strip())


def awaited(store: Store, flow: str, year: int, today: dt.date | None = None) -> str | None:
    """In a sentence without its end, which rekap of a flow and year waits (``said``), if one does."""
    row = _that_waits(store, flow, year, today or jakarta_today())
    return said(row) if row else None


def _that_waits(store: Store, flow: str, year: int, day: dt.date) -> dict[Hashable, Any] | None:
    found = waiting(store, day)
    rows = found[(found["flow"] == flow) & (found["year"] == year)].to_dict("records")
    return rows[0] if rows else None


def by_decision(
    store: Store, flow: str, year: int, text: str, document_no: str, today: dt.date | None = None
) -> str | None:
    """A decision on a recommendation of a year is the disposisi on that year's rekap, where it waits.

    Returns the step's code (``A.9``), or None where no rekap of the flow and year waits: it is not
    in yet, or its disposisi was given. Raises as ``direct``.
    """
    day = today or jakarta_today()
    row = _that_waits(store, flow, year, day)
    if row is None:
        return None
    direct(store, row["case_id"], text[:LONGEST], document_no, day, day)
    return str(row["step"])


def own_batch(store: Store, case_id: str, today: dt.date | None = None) -> int | None:
    """The batch that holds the cycle's disposisi, if the viewer may take it back; else None.

    It is their own, and holds that one record: with a file that the centre uploaded more would go.
    """
    if not store.viewer.may(ACTION):
        return None
    found = store.rows(
        """
        SELECT b.batch_id FROM step_status($day) s
        JOIN step_record r ON r.case_id = s.case_id AND r.step_no = s.step_no
        JOIN import_batch b ON b.batch_id = r.batch_id
        WHERE s.case_id = $case_id AND s.milestone = 'directed'
            AND b.rows_new + b.rows_changed = 1 AND b.rows_unchanged = 0
            AND b.imported_login = $login
        """,
        day=today or jakarta_today(),
        case_id=case_id,
        login=store.viewer.login,
    )
    return int(found[0]["batch_id"]) if found else None


def take_back(store: Store, case_id: str, today: dt.date | None = None) -> None:
    """Take the viewer's own disposisi on a cycle back: its rekap is as it was before.

    Raises DecisionRefused where there is none of theirs, and as ``undoing.undo``.
    """
    store.require(ACTION, case_id)
    number = own_batch(store, case_id, today)
    if number is None:
        raise DecisionRefused(f"Tidak ada disposisi Anda pada {case_id} yang dapat ditarik.")
    undoing.undo(store, number, store.viewer.name, today, action=ACTION)
