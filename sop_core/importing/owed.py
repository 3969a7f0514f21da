"""What an office has yet to tell: the rows with which its template is filled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sop_core.access import Viewer
from sop_core.importing.contract import KEGIATAN, LANGKAH, Sheet
from sop_core.importing.template import template
from sop_core.store import Store

Rows = dict[str, list[list[Any]]]


def own_office(viewer: Viewer) -> str | None:
    """The office of somebody who sees no other: their template is filled without being asked."""
    return viewer.unit if viewer.units == (viewer.unit,) else None


def filled_template(store: Store, unit: str | None, today: dt.date) -> bytes:
    """The template (.xlsx) with what an office has yet to tell; without an office empty."""
    rows = open_rows(store, unit, today) if unit else {}
    return template(store.units(today), store.sop(today), today, rows)


def open_rows(store: Store, unit: str, today: dt.date) -> Rows:
    """By sheet, the office's open activities as they are stored, and what is owed of its cases.

    A step's row stands as it is stored too, or holds its number alone: uploaded again unchanged
    it changes nothing.
    """
    return {
        KEGIATAN.name: _listed(
            store,
            KEGIATAN,
            """
            FROM activity t SEMI JOIN (
                FROM case_standing($today, NULL, [$unit], NULL) WHERE stands_at IS NOT NULL
            ) o USING (case_id)
            """,
            unit,
            today,
        ),
        LANGKAH.name: _listed(store, LANGKAH, f"FROM ({_OWED})", unit, today),
    }


# A step that runs, or is owed already, whether or not its office has spoken since; of an
# activity the step at which it stands, too: nothing is owed of one that nobody has begun.
_OWED = f"""
    SELECT s.case_id, s.step_no, s.flow || '.' || s.step_no AS step, s.due, s.days_late,
        {", ".join(f"r.{c.field}" for c in LANGKAH.columns if c.field not in LANGKAH.key)}
    FROM step_status($today) s
    LEFT JOIN step_record r USING (case_id, step_no)
    LEFT JOIN case_standing($today, NULL, [$unit], NULL) o
        ON o.case_id = s.case_id AND o.stands_at = s.step_no AND o.level = 'activity'
    WHERE s.unit_code = $unit AND NOT s.done AND NOT s.passed_over
        AND (s.open OR s.unknown OR s.owed_on IS NOT NULL OR o.case_id IS NOT NULL)
"""  # noqa: S608 - names from the contract


def owed_steps(store: Store, unit: str, today: dt.date) -> list[dict[str, Any]]:
    """The same steps, one a row with its record, for whoever records them one by one.

    ``title`` of the case, ``step`` (its code) and ``due`` beside the fields of Langkah; the late
    ones first.
    """
    return store.rows(
        f"""
        SELECT o.*, c.title FROM ({_OWED}) o JOIN sop_case c USING (case_id)
        ORDER BY o.days_late DESC NULLS LAST, o.due NULLS LAST, c.title, o.case_id, o.step_no
        """,  # noqa: S608 - our own question
        unit=unit,
        today=today,
    )


def _listed(store: Store, sheet: Sheet, source: str, unit: str, today: dt.date) -> list[list[Any]]:
    names = ", ".join(c.field for c in sheet.columns)
    rows = store.rows(
        f"SELECT {names} {source} ORDER BY {', '.join(sheet.key)}",
        unit=unit,
        today=today,
    )
    return [list(row.values()) for row in rows]
