"""Entered revisions of the SOP: whether each reads as one, and is the one its row says."""

from __future__ import annotations

import duckdb
from pydantic import ValidationError

from sop_core.definition import Revision


def documents(cursor: duckdb.DuckDBPyConnection) -> list[int]:
    """Numbers of entered revisions that this version cannot read, or that are another's."""
    rows = cursor.execute(
        "SELECT document_no, revision, effective, document FROM sop_document ORDER BY document_no"
    ).fetchall()
    wrong = []
    for number, revision, effective, document in rows:
        try:
            read = Revision.model_validate_json(document)
        except ValidationError:
            wrong.append(int(number))
            continue
        if (read.revision, read.effective) != (revision, effective):
            wrong.append(int(number))
    return wrong
