"""The trace that every change leaves, as Administrasi lists it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from sop_core.store import Store


def entries(
    store: Store,
    first: dt.date | None = None,
    last: dt.date | None = None,
    action: str | None = None,
    login: str | None = None,
) -> pd.DataFrame:
    """One row a trace, the newest first; times in Asia/Jakarta, days inclusive.

    Empty for a viewer who does not manage people.
    """
    return store.frame(
        """
        SELECT * FROM audit
        WHERE ($first::DATE IS NULL OR happened_at::DATE >= $first)
            AND ($last::DATE IS NULL OR happened_at::DATE <= $last)
            AND ($action::VARCHAR IS NULL OR action = $action)
            AND ($login::VARCHAR IS NULL OR login = $login)
        ORDER BY entry_no DESC
        """,
        first=first,
        last=last,
        action=action,
        login=login,
    )
