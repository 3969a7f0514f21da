"""What evidence is for: a step of a case, or a follow-up of an activity; and who may add to it."""

from __future__ import annotations

from dataclasses import dataclass

from sop_core.access import DEMO
from sop_core.errors import Refused
from sop_core.indonesian import today
from sop_core.store import Store

ACTION = "bukti"
_NOT_YOURS = "Bukti unit itu bukan kewenangan Anda."
_DEMO_ALONE = "Tanpa akun, bukti hanya dapat diubah pada kasus data demo."


@dataclass(frozen=True)
class Place:
    """A step of a case by its number, or a follow-up by the number of its recommendation.

    Raises ValueError unless it is one of the two.
    """

    case_id: str
    step_no: int | None = None
    recommendation: str | None = None

    def __post_init__(self) -> None:
        if (self.step_no is None) == (self.recommendation is None):
            raise ValueError("a step or a recommendation")

    def __str__(self) -> str:
        if self.step_no is not None:
            return f"{self.case_id} langkah {self.step_no}"
        return f"{self.case_id} tindak lanjut {self.recommendation}"


def office_of(store: Store, place: Place) -> str:
    """The office, by its code, whose step or follow-up it is.

    Raises Refused where there is no such thing, AccessDenied where the viewer sees none.
    """
    if place.step_no is not None:
        found = store.one(
            "SELECT min(c.unit_code) FROM sop_case c JOIN step_fact f USING (case_id)"
            " WHERE c.case_id = $case AND f.step_no = $step",
            case=place.case_id,
            step=place.step_no,
        )
    else:
        found = store.one(
            "SELECT min(coalesce(f.unit_code, c.unit_code)) FROM follow_up f"
            " JOIN sop_case c USING (case_id)"
            " WHERE f.case_id = $case AND f.recommendation_no = $no",
            case=place.case_id,
            no=place.recommendation,
        )
    if found is not None:
        return str(found)
    if store.viewer.units is None:
        raise Refused(f"{_cut(place)} tidak ada.")
    raise store.refusal(ACTION, _cut(place), f"{_cut(place)} tidak ada dalam kewenangan Anda.")


def require(store: Store, place: Place) -> str:
    """The office of a place to which the viewer may add evidence, and take it back from.

    Raises Refused and AccessDenied; a refusal of the viewer's is in the audit.
    """
    store.require(ACTION, _cut(place))
    office = office_of(store, place)
    require_office(store, place.case_id, office, _cut(place))
    return office


def require_office(store: Store, case_id: str, office: str, subject: str) -> None:
    """Raises AccessDenied where evidence of that office's case is not the viewer's to change."""
    why = _why_not(store, case_id, office)
    if why is not None:
        raise store.refusal(ACTION, subject, why)


def may_add(store: Store, case_id: str, office: str) -> bool:
    """Whether the viewer may add evidence to a case's steps or follow-ups of that office now."""
    return (
        store.database.known_on is None
        and store.viewer.may(ACTION)
        and _why_not(store, case_id, office) is None
    )


def _why_not(store: Store, case_id: str, office: str) -> str | None:
    kinds = {unit.code: unit.kind for unit in store.register(today())}
    # The national cycle is everyone's to see.
    if not store.viewer.sees(office) and kinds.get(office) != "nasional":
        return _NOT_YOURS
    if not store.viewer.uploads_for(office, kinds.get(office, "")):
        return _NOT_YOURS
    if store.viewer.role == DEMO and not _of_demo(store, case_id):
        return _DEMO_ALONE
    return None


def _of_demo(store: Store, case_id: str) -> bool:
    """Whether every row of a case came with demo data; of one without rows, whether all else did."""
    row = store.nationwide().one(
        """
        SELECT bool_and(b.demo) FROM (
            SELECT batch_id FROM activity WHERE case_id = $case
            UNION ALL SELECT batch_id FROM step_record WHERE case_id = $case
            UNION ALL SELECT batch_id FROM follow_up WHERE case_id = $case
        ) JOIN import_batch b USING (batch_id)
        """,
        case=case_id,
    )
    return not store.has_real_data if row is None else bool(row)


def _cut(place: Place) -> str:
    return str(place)[:200]
