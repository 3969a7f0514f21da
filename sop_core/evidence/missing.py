"""Finished steps whose output is a document, without the document or its number."""

from __future__ import annotations

import pandas as pd

from sop_core.evaluation import SCOPED, Scope
from sop_core.evidence.reading import CURRENT
from sop_core.store import Store


def finished_without_document(store: Store, scope: Scope) -> pd.DataFrame:
    """One row a step in the scope that was finished by its day, not skipped, whose output is a
    document (``Step.output_is_document``), and that has neither a Nomor Dokumen nor evidence.

    The latest finish comes first. Columns: case_id, title, unit, year, flow, step_no, step,
    activity, output, finished.
    """
    outputs = {
        (r.revision, s.flow, s.no): s.output
        for r in store.revisions
        for s in r.steps
        if s.output_is_document
    }
    return store.frame(
        f"""
        WITH asked AS (
            SELECT unnest($revisions::VARCHAR[]) AS revision, unnest($flows::VARCHAR[]) AS flow,
                unnest($numbers::INTEGER[]) AS step_no, unnest($outputs::VARCHAR[]) AS output
        )
        SELECT s.case_id, c.title, u.name AS unit, s.year, s.flow, s.step_no,
            s.flow || '.' || s.step_no AS step, d.activity, a.output, s.finished
        FROM {SCOPED} s
        JOIN asked a ON a.revision = s.revision AND a.flow = s.flow AND a.step_no = s.step_no
        JOIN sop_step d ON d.revision = s.revision AND d.flow = s.flow AND d.step_no = s.step_no
        JOIN sop_case c ON c.case_id = s.case_id
        JOIN unit_as_of($as_of) u ON u.code = s.unit_code
        LEFT JOIN step_record r ON r.case_id = s.case_id AND r.step_no = s.step_no
        WHERE s.done AND NOT coalesce(r.skipped, false) AND trim(coalesce(r.document_no, '')) = ''
            AND NOT EXISTS (
                FROM {CURRENT} e WHERE e.case_id = s.case_id AND e.step_no = s.step_no
            )
        ORDER BY s.finished DESC, s.case_id, s.step_no
        """,  # noqa: S608 - our own query
        revisions=[revision for revision, _, _ in outputs],
        flows=[flow for _, flow, _ in outputs],
        numbers=[no for _, _, no in outputs],
        outputs=list(outputs.values()),
        **scope.parameters(),
    )
