"""Rows of an office that the uploader does not answer for are refused before anything else.

They are never held against stored rows, so that a preview tells nothing of another office.
"""

from __future__ import annotations

import duckdb

from sop_core.access import Viewer

_MESSAGE = "unit ini di luar kewenangan Anda"
# The unit that a row belongs to: what the row says, and what is stored under its key, so
# that nobody takes over another office's record. A generated id carries its unit.
_OWNERS = {
    "Kegiatan": (
        "Kode Unit",
        """
        SELECT row_no, unit_code AS unit FROM staged_activity
        UNION ALL SELECT s.row_no, t.unit_code FROM staged_activity s JOIN activity t USING (case_id)
        """,
    ),
    "Langkah": ("ID Kegiatan", "SELECT row_no, unit FROM staged_step_record JOIN case_owner USING (case_id)"),
    "Fasilitator": (
        "Kode Unit",
        """
        SELECT row_no, unit_code AS unit FROM staged_facilitator
        UNION ALL
        SELECT s.row_no, t.unit_code FROM staged_facilitator s JOIN facilitator t USING (facilitator_id)
        """,
    ),
    "Tindak Lanjut": (
        "ID Kegiatan", "SELECT row_no, unit FROM staged_follow_up JOIN case_owner USING (case_id)"
    ),
    "Target": ("Kode Unit", "SELECT row_no, unit_code AS unit FROM staged_target"),
}  # fmt: skip
_CASE_OWNER = r"""
CREATE OR REPLACE TEMP TABLE case_owner AS
SELECT case_id, unit_code AS unit FROM activity
UNION SELECT case_id, unit_code FROM staged_activity
UNION
SELECT DISTINCT case_id, CASE WHEN regexp_matches(case_id[8:], '^(NASIONAL|TW\d)$')
    THEN 'NASIONAL' ELSE case_id[8:] END
FROM (SELECT case_id FROM staged_step_record UNION SELECT case_id FROM staged_follow_up)
WHERE regexp_full_match(case_id, '[A-D]-\d{4}-.+')
"""


def check(cursor: duckdb.DuckDBPyConnection, viewer: Viewer) -> None:
    """Add a problem for each row whose unit the viewer may not upload for."""
    units = cursor.execute("SELECT DISTINCT code, kind FROM unit").fetchall()
    allowed = [code for code, kind in units if viewer.uploads_for(code, kind)]
    if len(allowed) == len(units):
        return
    cursor.execute("CREATE OR REPLACE TEMP TABLE writable_unit (code VARCHAR)")
    if allowed:
        cursor.execute("INSERT INTO writable_unit SELECT unnest($codes)", {"codes": allowed})
    cursor.execute(_CASE_OWNER)
    for sheet, (column, owners) in _OWNERS.items():
        cursor.execute(
            f"""
            INSERT INTO problem
            SELECT DISTINCT $sheet, row_no, $column, min(unit), $message FROM ({owners})
            WHERE unit IS NOT NULL AND unit NOT IN (SELECT code FROM writable_unit)
            GROUP BY row_no
            """,  # noqa: S608 - our own tables
            {"sheet": sheet, "column": column, "message": _MESSAGE},
        )
    cursor.execute("DROP TABLE case_owner")
