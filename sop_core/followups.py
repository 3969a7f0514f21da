"""Follow-ups (tindak lanjut): what activities recommended, and what became of it."""

from __future__ import annotations

import pandas as pd

from sop_core.evaluation import Scope
from sop_core.store import Store

OPEN = "terbuka"
UNKNOWN = "tidak_diketahui"
LATE = "terlambat"
NOT_OPTIMAL = "belum_optimal"
ON_TIME = "selesai_tepat"
DONE_LATE = "selesai_terlambat"
DONE = "selesai"
STATUSES = (LATE, NOT_OPTIMAL, OPEN, UNKNOWN, DONE_LATE, ON_TIME, DONE)
"""Status of a follow-up. ``belum_optimal`` is done, late or not, with a result to go on with;
``selesai`` is done without a target to judge by; ``tidak_diketahui`` is past a target that came
after the office of its activity fell silent."""
STATUS_NAMES = {
    LATE: "Terlambat",
    NOT_OPTIMAL: "Belum optimal",
    OPEN: "Terbuka",
    UNKNOWN: "Tidak diketahui",
    DONE_LATE: "Selesai terlambat",
    ON_TIME: "Selesai tepat",
    DONE: "Selesai (tanpa target)",
}
SETTLED = (DONE_LATE, ON_TIME, DONE)
"""Done, and nothing is asked of anybody any more."""

SCOPED = """
    SELECT f.*, u.name AS unit FROM follow_up_as_of($as_of) f
    JOIN unit_as_of($as_of) u ON u.code = f.unit_code
    WHERE ($year::INTEGER IS NULL OR f.year = $year)
        AND ($units::VARCHAR[] IS NULL OR list_contains($units, f.unit_code))
        AND ($flow::VARCHAR IS NULL OR f.flow = $flow)
        AND ($product::VARCHAR IS NULL OR f.commodity = $product)
"""


def rows(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a recommendation of an activity, the latest first.

    ``days_used`` are HK from the activity (A.3, B.3, C.3) to the finish or the as-of date,
    ``days_late`` HK after the target, of those that are finished too; ``late`` is more than 0.
    """
    frame = store.frame(
        f"{SCOPED} ORDER BY days_late DESC NULLS LAST, target_on, case_id, recommendation_no",
        **scope.parameters(),
    )
    escorts = store.sop(scope.as_of).escorts()
    frame["escort"] = frame["flow"].map(escorts).where(frame["status"] == NOT_OPTIMAL)
    return frame


def counts_by(store: Store, scope: Scope, group: str) -> pd.DataFrame:
    """One row an office or stakeholder kind (``unit`` or ``stakeholder``): counts by status.

    The worst first; ``escort`` as in ``totals``.
    """
    column = {"unit": "unit", "stakeholder": "coalesce(stakeholder, '-')"}[group]
    counts = ", ".join(f"count(*) FILTER (status = '{s}') AS {s}" for s in STATUSES)
    return store.frame(
        f"""
        SELECT {column} AS "group", {counts}, count(*) AS total,
            count(*) FILTER (status = '{NOT_OPTIMAL}' AND list_contains($escorts, flow)) AS escort
        FROM ({SCOPED}) GROUP BY 1
        ORDER BY {LATE} + {NOT_OPTIMAL} DESC, total DESC, 1
        """,  # noqa: S608 - our own names
        escorts=list(store.sop(scope.as_of).escorts()),
        **scope.parameters(),
    )


def totals(store: Store, scope: Scope) -> dict[str, int]:
    """Recommendations by status, and ``escort``: not optimal in a flow that escorts (A.10, C.8)."""
    escorts = store.sop(scope.as_of).escorts()
    found = store.rows(
        f"SELECT status, flow, count(*) AS n FROM ({SCOPED}) GROUP BY ALL",  # noqa: S608
        **scope.parameters(),
    )
    result = dict.fromkeys((*STATUSES, "escort"), 0)
    for row in found:
        result[row["status"]] += row["n"]
        if row["status"] == NOT_OPTIMAL and row["flow"] in escorts:
            result["escort"] += row["n"]
    return result
