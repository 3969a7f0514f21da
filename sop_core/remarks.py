"""Catatan kasus: what readers of a case remark on it, with their name and the time.

Remarks are only ever added: nobody changes one or takes it away.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sop_core import cases
from sop_core.errors import Refused
from sop_core.importing.texts import clean_lines
from sop_core.indonesian import format_number, now, today
from sop_core.store import Store, Trace, bump_version

ACTION = "catatan"
LONGEST = 2_000
"""Characters of a remark."""


def add(store: Store, case_id: str, text: str) -> int:
    """Remark on a case that the viewer sees; returns the remark's number.

    Raises Refused without a text and for one of over LONGEST characters, AccessDenied for a
    role that may not and a case out of scope.
    """
    case = cases.require(store, ACTION, case_id, today())
    remark = clean_lines(text)
    if not remark:
        raise Refused("Catatan kosong; tulis isinya.")
    if len(remark) > LONGEST:
        raise Refused(
            f"Catatan paling panjang {format_number(LONGEST)} huruf; ini {format_number(len(remark))}."
        )
    trace = Trace(ACTION, case_id)
    with store.write(trace) as cursor:
        row = cursor.execute(
            """
            INSERT INTO case_remark
            SELECT (SELECT coalesce(max(remark_no), 0) + 1 FROM case_remark), $case_id, $unit,
                $remark, $who, $office, $now
            RETURNING remark_no
            """,
            {"case_id": case_id, "unit": case.unit, "remark": remark, "who": store.viewer.name,
             "office": store.viewer.unit, "now": now()},
        ).fetchone()  # fmt: skip
        assert row is not None
        trace.after = {"catatan": row[0]}
        bump_version(cursor)
    return int(row[0])


def may_add(store: Store, case_id: str) -> bool:
    """Whether the viewer may remark on that case."""
    return store.viewer.may(ACTION) and cases.find(store, case_id, today()) is not None


def listed(store: Store, case_id: str, as_of: dt.date | None = None) -> pd.DataFrame:
    """The remarks on a case, the newest first; with an as-of date those made by then.

    One row a remark: ``remark``, by whom (``said_by``), of which office (``unit``, empty for
    who has none) and when (``said_at``, on a clock in Jakarta).
    """
    return store.frame(
        """
        SELECT r.remark_no, r.remark, r.said_by, u.name AS unit, r.said_at
        FROM case_remark r LEFT JOIN register_as_of($day) u ON u.code = r.said_unit
        WHERE r.case_id = $case_id AND ($as_of::DATE IS NULL OR r.said_at::DATE <= $as_of)
        ORDER BY r.remark_no DESC
        """,
        day=as_of or today(),
        case_id=case_id,
        as_of=as_of,
    )
