"""What is overdue or about to be, and how old it is."""

from __future__ import annotations

import pandas as pd

from sop_core.evaluation import AGEING, HINDRANCE, SCOPED, Scope, hindered
from sop_core.store import Store

DUE_SOON = "Segera jatuh tempo"
BUCKETS = tuple(
    f"≤{high} HK" if not low else f"{low}–{high} HK" if high else f">{low - 1} HK"
    for low, high in AGEING
)


def ageing_case(column: str = "days_late") -> str:
    """SQL that names the ageing bucket of a count of HK late."""
    arms = " ".join(
        f"WHEN {column} <= {high} THEN '{name}'"
        for (_, high), name in zip(AGEING, BUCKETS, strict=True)
        if high
    )
    return f"CASE {arms} ELSE '{BUCKETS[-1]}' END"


def late_steps(store: Store, scope: Scope) -> pd.DataFrame:
    """One row an overdue or due-soon step, the latest first, with its ageing bucket."""
    return store.frame(
        f"""
        SELECT s.case_id, s.flow, s.flow || '.' || s.step_no AS step, d.activity, s.level, s.year,
            s.unit_code, u.name AS unit, c.title, s.commodity, s.started, s.counted_on, s.overdue, s.start_rule, s.due,
            s.due_rule, s.days_used, s.days_late, s.days_left, s.recorded, s.provisional,
            CASE WHEN s.due_soon THEN '{DUE_SOON}' ELSE {ageing_case("s.days_late")} END
                AS ageing, {HINDRANCE}
        FROM {SCOPED} s
        JOIN sop_case c USING (case_id)
        JOIN sop_step d
            ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        {hindered()}
        WHERE s.overdue OR s.due_soon
        ORDER BY s.days_late DESC, s.days_left, u.name, s.case_id, s.step_no
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )


def ageing_by_flow(late: pd.DataFrame) -> pd.DataFrame:
    """Counts of the rows of ``late_steps``, flow by bucket, every bucket present."""
    columns = [DUE_SOON, *BUCKETS]
    if late.empty:
        return pd.DataFrame(0, index=pd.Index([], name="flow"), columns=columns)
    counts = pd.crosstab(late["flow"], late["ageing"])
    return counts.reindex(columns=columns, fill_value=0)


def step_codes(store: Store) -> list[str]:
    """Steps with a norm in any revision of the SOP, for a filter."""
    rows = store.rows(
        "SELECT DISTINCT flow, step_no FROM sop_step WHERE sla_days IS NOT NULL ORDER BY ALL"
    )
    return [f"{row['flow']}.{row['step_no']}" for row in rows]


def products(store: Store) -> list[str]:
    """Product groups (komoditas) that occur, for a filter."""
    rows = store.rows(
        "SELECT DISTINCT commodity FROM sop_case WHERE commodity IS NOT NULL ORDER BY 1"
    )
    return [row["commodity"] for row in rows]
