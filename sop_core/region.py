"""What a head of Balai asks of one office and the Lokas it coordinates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from sop_core import evaluation, products
from sop_core.definition import Revision, Routing
from sop_core.evaluation import HINDRANCE, SCOPED, STANDING, Headline, Scope, hindered
from sop_core.importing.raw import PART_ROWS
from sop_core.indonesian import format_number
from sop_core.store import Store
from sop_core.units import UPT_KINDS


def coordinated(store: Store, unit: str, as_of: dt.date) -> tuple[str, ...]:
    """The office itself and the Lokas it coordinates on that day, by code."""
    rows = store.rows(
        "SELECT code FROM unit_as_of($as_of) WHERE code = $unit OR coordinator_code = $unit"
        " ORDER BY code <> $unit, code",
        as_of=as_of,
        unit=unit,
    )
    return tuple(row["code"] for row in rows)


@dataclass(frozen=True)
class Parts:
    """Counts of steps of one office, apart from those of the Lokas that are taken in with it."""

    own: Headline
    lokas: Headline

    @property
    def total(self) -> Headline:
        """Both together."""
        added = {k: v + getattr(self.lokas, k) for k, v in vars(self.own).items()}
        return Headline(**added)


def addition(own: int, lokas: int) -> str:
    """``5 unit ini + 2 di Loka``: what an office has, and what its Lokas add."""
    return f"{format_number(own)} unit ini + {format_number(lokas)} di Loka"


def headline(store: Store, scope: Scope, office: str) -> Parts:
    """Counts of steps of an office by its code, and of the rest of the scope's offices.

    ``own`` is the same as the office's row in ``national.by_unit``. The scope names its offices.
    """
    rest = tuple(code for code in scope.units or () if code != office)
    own = evaluation.headline(store, replace(scope, units=(office,)))
    return Parts(own, evaluation.headline(store, replace(scope, units=rest)))


def pipeline(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a step: cases standing at it, by how they stand, and the median HK so far.

    Every step of the scope's flow is there, also one at which no case stands, and a step of
    another revision where a case of that revision stands. Cases that are done stand nowhere;
    see ``finished_cases``.
    """
    return store.frame(
        f"""
        WITH standing AS (
            FROM {STANDING}
        ), current AS (
            SELECT revision FROM sop_revision
            WHERE effective_from <= $as_of ORDER BY effective_from DESC LIMIT 1
        ), step AS (
            SELECT * FROM sop_step
            WHERE flow = $flow AND (revision IN (FROM current)
                OR (revision, level, step_no) IN (SELECT (revision, level, stands_at) FROM standing))
            QUALIFY row_number() OVER (
                PARTITION BY level, step_no ORDER BY revision IN (FROM current) DESC, revision DESC
            ) = 1
        )
        SELECT s.level, s.step_no, s.flow || '.' || s.step_no AS step, s.activity, s.sla_days,
            count(c.case_id) AS cases,
            count(*) FILTER (c.overdue) AS overdue,
            count(*) FILTER (c.due_soon) AS due_soon,
            count(*) FILTER (c.open AND NOT c.overdue AND NOT c.due_soon) AS running,
            count(*) FILTER (c.unknown) AS unknown,
            count(*) FILTER (NOT c.open AND NOT c.unknown) AS waiting,
            median(c.days_used) AS median_days, median(c.waited) AS median_waited
        FROM step s
        LEFT JOIN standing c
            ON c.flow = s.flow AND c.level = s.level AND c.stands_at = s.step_no
        GROUP BY ALL ORDER BY s.step_no
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )


def finished_cases(store: Store, scope: Scope) -> dict[str, int]:
    """Cases with nothing left to do, by level."""
    rows = store.rows(
        f"SELECT level, count(*) AS cases FROM {STANDING} WHERE stands_at IS NULL GROUP BY level",  # noqa: S608
        **scope.parameters(),
    )
    return {row["level"]: row["cases"] for row in rows}


def flow_time(store: Store, scope: Scope) -> tuple[float, float] | None:
    """Median HK worked and median HK waited of the activities begun; None without any.

    A case's time is both: what its steps took, and what lay between being owed and begun.
    """
    row = store.rows(
        f"""
        SELECT median(days_worked) AS worked, median(days_waited) AS waited
        FROM {STANDING} WHERE level = 'activity' AND started IS NOT NULL
        """,  # noqa: S608 - our own names
        **scope.parameters(),
    )[0]
    return None if row["worked"] is None else (row["worked"], row["waited"] or 0.0)


def cases(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a case: where it stands, since how long, how late and at which step; the latest first."""
    return store.frame(
        f"""
        SELECT s.case_id, s.flow, s.level, s.year, u.name AS unit, c.title, s.commodity,
            CASE WHEN s.stands_at IS NULL THEN 'selesai' ELSE s.flow || '.' || s.stands_at END
                AS stands_at,
            coalesce(s.status, 'selesai') AS status, s.days_used, s.due, s.late_steps,
            s.days_late, s.flow || '.' || s.late_at AS late_at, s.started, s.finished, s.days_worked, s.days_waited, s.done_steps, s.steps,
            {HINDRANCE}
        FROM {STANDING} s
        JOIN sop_case c USING (case_id)
        JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        {hindered("s.stands_at")}
        ORDER BY s.days_late DESC, s.started DESC NULLS LAST, s.case_id
        """,  # noqa: S608
        **scope.parameters(),
    )


def case_head(store: Store, case_id: str, as_of: dt.date) -> dict[str, Any] | None:
    """What is known of one case itself on a day, or None if there is no such case.

    ``joint_with_center`` of an annual report: some activity of its office, flow and year that had
    begun was held with the centre (SOP B.7, C.5). ``certification``: the batch says that it goes
    on to it, or a step of the way from the certificate to the endorsement was taken (D.4-D.6).
    """
    rows = store.rows(
        """
        WITH dated AS (
            SELECT * FROM step_record WHERE least(started, finished) <= $as_of
                AND (case_id = $case_id
                    OR case_id IN (SELECT case_id FROM activity WHERE joint_with_center))
        )
        SELECT c.* EXCLUDE (certification, first_on, known_from, opens_on, judged, revised_on, revision_before)
                REPLACE (CASE WHEN $as_of < c.revised_on THEN c.revision_before ELSE c.revision END
                    AS revision),
            u.name AS unit_name, u.kind AS unit_kind, k.name AS coordinator_name,
            a.form, a.function, a.proposal_source, a.participants, a.cadres,
            CASE WHEN c.level = 'unit_year' THEN EXISTS (
                FROM activity o WHERE o.joint_with_center AND o.unit_code = c.unit_code
                    AND o.flow = c.flow AND o.year = c.year
                    AND o.case_id IN (SELECT case_id FROM dated)
            ) ELSE a.joint_with_center END AS joint_with_center,
            coalesce(c.certification, false) OR c.case_id IN (
                SELECT case_id FROM dated r JOIN sop_case o USING (case_id)
                JOIN sop_step s ON s.revision = o.revision AND s.flow = o.flow
                    AND s.step_no = r.step_no
                WHERE NOT coalesce(r.skipped, false)
                    AND s.milestone IN ('certified', 'applied', 'endorsed')
            ) AS certification
        FROM sop_case c
        JOIN register_as_of($as_of) u ON u.code = c.unit_code
        LEFT JOIN register_as_of($as_of) k ON k.code = u.coordinator_code
        LEFT JOIN activity a USING (case_id)
        WHERE c.case_id = $case_id
        """,
        case_id=case_id,
        as_of=as_of,
    )
    return rows[0] if rows else None


def case_steps(
    store: Store, case_id: str, as_of: dt.date, silence_is_late: bool = False
) -> pd.DataFrame:
    """The steps of one case: planned against actual, with the rule that bound each date."""
    return store.frame(
        f"""
        SELECT s.step_no, s.flow || '.' || s.step_no AS step, d.activity, s.sla_days, s.status,
            s.started, s.start_rule, s.due, s.due_rule, s.finished, s.days_used, s.days_late,
            s.owed_on, s.counted_on, s.days_waited, s.days_worked, s.recorded, s.unknown,
            s.provisional, s.done, s.judged, s.late, s.overdue, s.passed_over, {HINDRANCE}
        FROM {SCOPED} s
        JOIN sop_step d
            ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        {hindered()}
        WHERE s.case_id = $case_id ORDER BY s.step_no
        """,  # noqa: S608
        case_id=case_id,
        **Scope(as_of, silence_is_late=silence_is_late).parameters(),
    )


def case_time(steps: pd.DataFrame) -> tuple[int, int, int]:
    """A case's time in HK: all of it, what was worked, and what was waited between its steps.

    ``steps`` is an answer of ``case_steps``.
    """
    worked, waited = int(steps["days_worked"].sum()), int(steps["days_waited"].sum())
    return worked + waited, worked, waited


def reporting_rules(store: Store, head: dict[str, Any]) -> list[tuple[str, str, str]]:
    """To whom each step of a case reports, and by what step it may go on (D.3 to D.7).

    One line a rule: step, the rule, its place in its SOP revision.

    ``head`` is an answer of ``case_head``.
    """
    revision = store.revision(head["revision"])
    named = products.named(head["commodity"])
    case = {k: head[k] for k in ("unit_kind", "joint_with_center", "function", "certification")}
    groups = products.groups(named)
    own = head["unit_name"] if head["unit_kind"] in UPT_KINDS else "UPT BPOM setempat"
    names = {
        **{u.code: u.name for u in store.register(dt.date.max)},
        "KOORDINATOR": str(head["coordinator_name"]), "UPT": str(own), "UNIT_KERJA_PUSAT": "Unit Kerja Pusat",
    }  # fmt: skip
    lines = []
    for step in revision.flow_steps(str(head["flow"])):
        if step.level != head["level"]:
            continue
        for rule in revision.routes(step.code, groups, **case):
            lines.append((step.code, f"{rule.text}{_led_to(rule, names)}", rule.place))
        lines += _open(revision, step.code, case, named)
    return list(dict.fromkeys(lines))


def _led_to(rule: Routing, names: dict[str, str]) -> str:
    """Where a rule leads, by name."""
    led = ", ".join(names.get(target, target) for target in rule.targets)
    return f" → {led}" if led else ""


def _open(
    revision: Revision, step: str, case: dict[str, Any], named: list[str]
) -> list[tuple[str, str, str]]:
    """What a step's rules leave open: a field that they ask for and that is blank, or a product
    for which the SOP names nobody.
    """
    found = []
    for rule in (r for r in revision.routing if step in r.steps and r.when.product):
        if rule.when.function and not case["function"]:
            said = ["Bergantung pada Fungsi (fasilitator atau CAPA), yang belum diisi."]
        elif not named:
            said = ["Bergantung pada Komoditas, yang belum diisi."]
        elif rule.when.function in (None, case["function"]):
            said = [
                f"SOP tidak menyebut tujuan bagi {product}."
                for product in named
                if not any(
                    r.when.product
                    for r in revision.routes(step, products.groups([product]), **case)
                )
            ]
        else:
            continue
        found += [(step, text, rule.place) for text in said]
    return found


def case_records(store: Store, case_id: str, as_of: dt.date | None = None) -> pd.DataFrame:
    """The stored rows behind a case, each with the upload, file, table (``part``) and row
    it came from.

    With an as-of date without what is dated after it: rows of which nothing had come, and of the
    others the finish that was still to come.
    """
    return store.frame(
        """
        WITH record AS (
            SELECT 'Kegiatan' AS sheet, NULL AS step_no, NULL::DATE AS started,
                NULL::DATE AS finished, NULL AS document_no, NULL AS skipped, NULL AS reason,
                title AS remarks, batch_id, source_row
            FROM activity WHERE case_id = $case_id
            UNION ALL
            SELECT 'Langkah', step_no, started, CASE WHEN coalesce(finished <= $as_of, $as_of IS NULL) THEN finished END,
                document_no, skipped, reason, remarks, batch_id, source_row
            FROM step_record
            WHERE case_id = $case_id AND coalesce(least(started, finished) <= $as_of, true)
        )
        -- The row in its table: of a sheet from several tables the number says the table too (raw.py).
        SELECT r.* REPLACE ((r.source_row - 1) % $part_rows + 1 AS source_row), p.name AS part,
            b.imported_by, b.imported_at,
            (SELECT string_agg(name, ', ') FROM import_file f WHERE f.batch_id = r.batch_id) AS file
        FROM record r LEFT JOIN import_batch b USING (batch_id)
        LEFT JOIN import_part p ON p.batch_id = r.batch_id AND p.sheet = r.sheet
            AND p.part_no = (r.source_row - 1) // $part_rows
        ORDER BY r.sheet, r.step_no
        """,
        case_id=case_id,
        as_of=as_of,
        part_rows=PART_ROWS,
    )
