"""One case by its id, for what people say of it: whose it is, and whether they see it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sop_core.access import DEMO
from sop_core.importing.contract import DEMO_PREFIX
from sop_core.importing.keeping import DEMO_ONLY
from sop_core.store import Store


@dataclass(frozen=True)
class Case:
    """A case that is seen: its flow, and its office with its kind as in the register."""

    case_id: str
    flow: str
    unit: str
    kind: str


def find(store: Store, case_id: str, today: dt.date) -> Case | None:
    """A case of which the viewer may say something; None out of scope and where there is none.

    A visitor without an account is shown every case and may speak of demo cases alone.
    """
    if not _is_open(store, case_id):
        return None
    found = store.rows(
        "SELECT c.case_id, c.flow, c.unit_code AS unit, u.kind"
        " FROM sop_case c JOIN unit_as_of($today) u ON u.code = c.unit_code"
        " WHERE c.case_id = $case_id",
        case_id=case_id,
        today=today,
    )
    return Case(**found[0]) if found else None


def require(store: Store, action: str, case_id: str, today: dt.date) -> Case:
    """The same. Raises AccessDenied for a role that may not and where ``find`` finds nothing."""
    store.require(action, case_id)
    case = find(store, case_id, today)
    if case is None:
        unknown = "Kasus itu tidak ada atau di luar kewenangan Anda."
        raise store.refusal(action, case_id, unknown if _is_open(store, case_id) else DEMO_ONLY)
    return case


def _is_open(store: Store, case_id: str) -> bool:
    """Whether it is no visitor, or a demo case: reports and cycles are while all data are demo."""
    if store.viewer.role != DEMO:
        return True
    return case_id.startswith(DEMO_PREFIX) or not store.has_real_data
