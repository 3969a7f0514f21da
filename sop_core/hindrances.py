"""Hambatan dan rencana: why a step is late or waits, what is planned about it and for when.

It is said beside a step and never moves its due date, status or any figure. The newest that is
not taken back stands; what was said before stays (sql/hindrance_views.sql).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from sop_core import cases, hindrance_reasons
from sop_core.access import Viewer
from sop_core.calendar import LAST_YEAR
from sop_core.cases import Case
from sop_core.errors import Refused
from sop_core.evaluation import HINDRANCE, SCOPED, STATUS_NAMES, Scope, hindered
from sop_core.importing.texts import clean_text
from sop_core.indonesian import format_date, now
from sop_core.indonesian import today as jakarta_today
from sop_core.store import Store, Trace, bump_version

ACTION = "hambatan"
LONGEST_PLAN = 500
"""Characters of a plan: one or two sentences, which a table shows."""
HEADINGS = {"hindrance": "Hambatan", "plan": "Rencana", "plan_on": "Rencana pada"}
"""Of the columns ``evaluation.HINDRANCE``, wherever a step is shown."""


def allows(viewer: Viewer, unit: str, kind: str) -> bool:
    """Whether a viewer says it of that office's steps: who uploads for it, and its own head."""
    return viewer.may(ACTION) and (viewer.uploads_for(unit, kind) or viewer.unit == unit)


def may_say(store: Store, case_id: str, today: dt.date | None = None) -> bool:
    """Whether the viewer says it of that case's steps; not of a case that is not theirs to see."""
    case = cases.find(store, case_id, today or jakarta_today())
    return case is not None and allows(store.viewer, case.unit, case.kind)


def open_steps(store: Store, case_id: str, today: dt.date | None = None) -> list[dict[str, Any]]:
    """The steps of a case of which the viewer may say it today: number, code, status, wording.

    None for a case of another office than the viewer's, and for a visitor where it is no demo.
    """
    today = today or jakarta_today()
    if not may_say(store, case_id, today):
        return []
    return store.rows(
        "SELECT s.step_no, s.flow || '.' || s.step_no AS step, s.status, d.activity"
        " FROM hinderable_step($today) s JOIN sop_step d ON d.revision = s.revision"
        " AND d.flow = s.flow AND d.step_no = s.step_no"
        " WHERE s.case_id = $case_id ORDER BY s.step_no",
        today=today,
        case_id=case_id,
    )


def say(
    store: Store,
    case_id: str,
    step_no: int,
    reason: str,
    plan: str,
    plan_on: dt.date,
    today: dt.date | None = None,
) -> int:
    """Say of one step that is late or waits why, what is planned, and for which day.

    ``reason`` is a code of ``hindrance_reasons``. Returns the number under which ``take_back``
    takes it back. Raises Refused for a step that is finished, skipped or not its turn yet, an
    unknown or retired reason, no plan, and a day that is past; AccessDenied for another's case.
    """
    today = today or jakarta_today()
    case = _own(store, case_id, today)
    plan = clean_text(plan)
    labels = hindrance_reasons.in_use(store)
    if reason not in labels:
        raise Refused(f"Alasan {reason} tidak dikenal; pilih dari {', '.join(labels)}.")
    if not plan or len(plan) > LONGEST_PLAN:
        raise Refused(f"Rencana wajib diisi, paling panjang {LONGEST_PLAN} huruf.")
    if not today <= plan_on <= dt.date(LAST_YEAR, 12, 31):
        raise Refused(f"Tanggal rencana paling awal hari ini ({format_date(today)}) dan paling akhir tahun {LAST_YEAR}.")  # fmt: skip
    activity = _open_step(store, case, step_no, today)
    trace = Trace(ACTION, _subject(case_id, step_no))
    trace.after = {"alasan": reason, "rencana_pada": plan_on}
    with store.write(trace) as cursor:
        before = cursor.execute(
            "SELECT {'alasan': reason, 'rencana_pada': plan_on} FROM hindrance_as_of($today)"
            " WHERE case_id = $case_id AND step_no = $step_no",
            {"today": today, "case_id": case_id, "step_no": step_no},
        ).fetchone()
        trace.before = before[0] if before else None
        row = cursor.execute(
            """
            INSERT INTO hindrance
            SELECT (SELECT coalesce(max(hindrance_no), 0) + 1 FROM hindrance), $case_id, $step_no,
                $activity, $unit, $reason, $label, $plan, $plan_on, $who, $now, NULL, NULL
            RETURNING hindrance_no
            """,
            {"case_id": case_id, "step_no": step_no, "activity": activity, "unit": case.unit, "reason": reason,
             "label": labels[reason], "plan": plan, "plan_on": plan_on, "who": store.viewer.name,
             "now": now()},
        ).fetchone()  # fmt: skip
        assert row is not None
        bump_version(cursor)
    return int(row[0])


def take_back(store: Store, hindrance_no: int) -> None:
    """Take back what was said; what was said before it stands again.

    Raises Refused where it is not there or taken back already, AccessDenied for another office's.
    """
    found = store.rows(
        "SELECT case_id, step_no, reason, plan_on FROM hindrance"
        " WHERE hindrance_no = $n AND withdrawn_at IS NULL",
        n=hindrance_no,
    )
    if not found:
        raise Refused("Hambatan itu tidak ada atau sudah ditarik.")
    said = found[0]
    _own(store, said["case_id"], jakarta_today())
    trace = Trace(ACTION, _subject(said["case_id"], said["step_no"]))
    trace.before = {"alasan": said["reason"], "rencana_pada": said["plan_on"]}
    with store.write(trace) as cursor:
        row = cursor.execute(
            "UPDATE hindrance SET withdrawn_by = $who, withdrawn_at = $now"
            " WHERE hindrance_no = $n AND withdrawn_at IS NULL RETURNING hindrance_no",
            {"who": store.viewer.name, "now": now(), "n": hindrance_no},
        ).fetchone()
        if row is None:
            raise Refused("Hambatan itu sudah ditarik.")
        bump_version(cursor)


def standing(store: Store, scope: Scope, passed_only: bool = False) -> pd.DataFrame:
    """One row a step that is not done and of which something stands, the earliest plan first.

    ``plan_passed`` says that the plan's day is over (rencana terlewat); ``passed_only`` leaves
    the others out. Takes steps of every status, also ones that are not late.
    """
    frame = store.frame(
        f"""
        SELECT hin.hindrance_no, s.case_id, s.step_no, s.flow || '.' || s.step_no AS step,
            d.activity, s.unit_code, u.name AS unit, c.title, s.status, s.due, s.days_late,
            hin.reason, {HINDRANCE}, hin.plan_passed, hin.said_by, hin.said_at
        FROM {SCOPED} s
        JOIN sop_case c USING (case_id)
        JOIN sop_step d ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        {hindered()}
        WHERE hin.hindrance_no IS NOT NULL AND NOT s.done AND NOT s.passed_over
            AND (hin.plan_passed OR NOT $passed_only)
        ORDER BY hin.plan_on, u.name, s.case_id, s.step_no
        """,  # noqa: S608 - our own names
        passed_only=passed_only,
        **scope.parameters(),
    )
    return frame.assign(status_name=frame["status"].map(STATUS_NAMES))


def history(store: Store, case_id: str, step_no: int | None = None) -> pd.DataFrame:
    """Everything that was said of a case's steps, or of one of them, the newest first.

    With by whom and when it was said, and taken back where it was.
    """
    return store.frame(
        """
        SELECT h.hindrance_no, h.step_no, c.flow || '.' || h.step_no AS step, h.reason,
            h.label AS hindrance, h.plan, h.plan_on, h.said_by, h.said_at, h.withdrawn_by,
            h.withdrawn_at
        FROM hindrance_said h JOIN sop_case c USING (case_id)
        WHERE h.case_id = $case_id AND ($step_no::INTEGER IS NULL OR h.step_no = $step_no)
        ORDER BY h.hindrance_no DESC
        """,
        case_id=case_id,
        step_no=step_no,
    )


def _own(store: Store, case_id: str, today: dt.date) -> Case:
    """The case, of an office for which the viewer may say it. Raises AccessDenied."""
    case = cases.require(store, ACTION, case_id, today)
    if not allows(store.viewer, case.unit, case.kind):
        raise store.refusal(ACTION, case_id, "Kasus itu bukan kewenangan unit Anda.")
    return case


def _open_step(store: Store, case: Case, step_no: int, today: dt.date) -> str:
    """The wording of a step that is late or waits; raises Refused for another one."""
    steps = {row["step_no"]: row["activity"] for row in open_steps(store, case.case_id, today)}
    if step_no in steps:
        return str(steps[step_no])
    status = store.one(
        "SELECT status FROM step_status($today) WHERE case_id = $case_id AND step_no = $step_no",
        today=today,
        case_id=case.case_id,
        step_no=step_no,
    )
    step = f"{case.flow}.{step_no}"
    if status is None:
        raise Refused(f"Langkah {step} tidak ada pada kasus {case.case_id}.")
    if status == "belum_mulai":
        raise Refused(f"Langkah {step} belum tiba gilirannya; hambatan dicatat pada langkah yang ditunggu.")  # fmt: skip
    raise Refused(f"Langkah {step} sudah {STATUS_NAMES[status].lower()}; hambatan tidak dicatat.")


def _subject(case_id: str, step_no: int) -> str:
    return f"{case_id} langkah {step_no}"
