"""Disposisi: what the PPTM decides on recommendations, and next year's plan (A.9, B.9, C.7)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from sop_core import directions
from sop_core.errors import DecisionRefused
from sop_core.indonesian import now
from sop_core.recommendations import Recommendation, load_rules, measure_key, measures
from sop_core.store import Store, Trace, bump_version

DECISIONS = {"terima": "Diterima", "ubah": "Diterima dengan perubahan", "tolak": "Tidak diterima"}


def decide(
    store: Store,
    recommendation: Recommendation,
    year: int,
    decision: str,
    note: str,
    who: str,
    target: float | None = None,
    document_no: str = "",
    today: dt.date | None = None,
    closing: bool = True,
) -> str | None:
    """Keep one decision on a recommendation for year ``year`` + 1; earlier ones stay as history.

    ``target`` is for ``ubah`` alone, in the rule's unit. Where the year's rekap of the flow waits
    for its disposisi (A.9, B.9, C.7), this is it, unless it is not ``closing``: its step is recorded
    with ``document_no``, else with the recommendation's id, and its code is the answer
    (directions.py). Where the step is refused nothing is kept. Raises DecisionRefused without a
    note or a name, for an unknown decision, and for an amendment that changes nothing; Refused
    and AccessDenied as ``directions.direct``.
    """
    if decision not in DECISIONS:
        raise DecisionRefused(f"Keputusan {decision} tidak dikenal.")
    if not note.strip() or not who.strip():
        raise DecisionRefused("Catatan dan nama pemberi disposisi wajib diisi.")
    if decision == "ubah" and (target is None or target == recommendation.target):
        raise DecisionRefused("Perubahan harus menyebut sasaran yang berbeda dari usulan.")
    if target is not None and target < 0:
        raise DecisionRefused("Sasaran tidak boleh negatif.")
    words = f"{recommendation.title}: {DECISIONS[decision]}. {note.strip()}"
    # Nobody gives the disposisi between the decision and the look whether the rekap waits for it.
    with store.database.locks.records:
        store.require("disposisi", recommendation.id)
        closed = None
        # The step first: it may be refused (a number that Excel has spoilt), the decision not.
        if closing and store.viewer.may(directions.ACTION):
            if directions.says_nothing("document_no", document_no):
                document_no = f"Disposisi {recommendation.id}"
            closed = directions.by_decision(
                store, recommendation.flow, year, words, document_no, today
            )
        _keep(store, recommendation, year, decision, note, who, target)
        return closed


def _keep(
    store: Store,
    recommendation: Recommendation,
    year: int,
    decision: str,
    note: str,
    who: str,
    target: float | None,
) -> None:
    """Write a decision down."""
    trace = Trace("disposisi", recommendation.id)
    with store.write(trace) as cursor:
        last = cursor.execute(
            "SELECT {'keputusan': decision, 'sasaran': target, 'catatan': note} FROM disposition"
            " WHERE recommendation_id = $id ORDER BY decision_no DESC LIMIT 1",
            {"id": recommendation.id},
        ).fetchone()
        trace.before = last[0] if last else None
        trace.after = {"keputusan": decision, "sasaran": target, "catatan": note.strip()}
        cursor.execute(
            """
            INSERT INTO disposition VALUES (nextval('disposition_number'), $id, $year, $unit,
                $flow, $step, $topic, $rule, $title, $reason, $score, $sop_ref, $proposed,
                $decision, $target, $note, $who, $now)
            """,
            {
                "id": recommendation.id,
                "year": year,
                "unit": recommendation.unit,
                "flow": recommendation.flow,
                "step": recommendation.step,
                "topic": recommendation.topic,
                "rule": recommendation.rule,
                "title": recommendation.title,
                "reason": recommendation.reason,
                "score": recommendation.score,
                "sop_ref": recommendation.sop_ref,
                "proposed": recommendation.target,
                "decision": decision,
                "target": target if decision == "ubah" else recommendation.target,
                "note": note.strip(),
                "who": who.strip(),
                "now": now(),
            },
        )
        bump_version(cursor)


def decisions(store: Store, year: int) -> dict[str, dict[str, Any]]:
    """The decision in force on each recommendation of a year, by its id."""
    rows = store.rows(
        """
        SELECT * FROM disposition WHERE evidence_year = $year
        QUALIFY row_number() OVER (PARTITION BY recommendation_id ORDER BY decision_no DESC) = 1
        ORDER BY score DESC
        """,
        year=year,
    )
    return {row["recommendation_id"]: row for row in rows}


def history(store: Store, recommendation_id: str) -> list[dict[str, Any]]:
    """Every decision on one recommendation, the newest first."""
    return store.rows(
        "SELECT * FROM disposition WHERE recommendation_id = $id ORDER BY decision_no DESC",
        id=recommendation_id,
    )


def years(store: Store) -> list[int]:
    """Years of evidence on which decisions were taken, the newest first."""
    rows = store.rows("SELECT DISTINCT evidence_year FROM disposition ORDER BY 1 DESC")
    return [row["evidence_year"] for row in rows]


def plan(
    store: Store, year: int, as_of: dt.date, units: tuple[str, ...] | None = None
) -> pd.DataFrame:
    """What was accepted at the end of ``year``, against what ``year`` + 1 has shown by ``as_of``.

    One row an accepted or amended recommendation: ``target``, ``actual`` (empty where nothing
    can be measured yet) and ``met``; the written forms are in the rule's unit.
    """
    rules = load_rules()
    rows = [
        row
        for row in decisions(store, year).values()
        if row["decision"] != "tolak" and (units is None or row["unit_code"] in units)
    ]
    measured = (
        measures(store, {row["rule"] for row in rows}, year + 1, as_of) if as_of.year > year else {}
    )
    names = {unit.code: unit.name for unit in store.units(as_of)}
    for row in rows:
        rule = rules[row["rule"]]
        key = measure_key(row["rule"], row["unit_code"], row["flow"], row["step"], row["topic"])
        actual = measured.get(row["rule"], {}).get(key)
        row["unit"] = names.get(row["unit_code"], row["unit_code"])
        row["measure"] = rule.measure
        row["actual"] = actual
        row["met"] = None if actual is None else rule.met(actual, row["target"])
        row["target_text"] = rule.written(row["target"])
        row["actual_text"] = "belum terukur" if actual is None else rule.written(actual)
        row["state"] = {None: "Belum terukur", True: "Tercapai", False: "Belum tercapai"}[
            row["met"]
        ]
    columns = [
        "unit", "unit_code", "flow", "step", "title", "measure", "target_text", "actual_text",
        "state", "decision", "note", "decided_by", "decided_at", "sop_ref", "reason", "target",
        "actual", "met", "recommendation_id", "rule",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
