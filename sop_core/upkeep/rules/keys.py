# ruff: noqa: S608 - our own names
"""Keys that stand once, references that lead somewhere, numbers that go on."""

from __future__ import annotations

from sop_core.store import migrations
from sop_core.upkeep.rules.writing import (
    KEYS,
    SHEET_KEYS,
    Rule,
    breaks,
    refers,
    tables_with,
    text,
)

# A generated case (annual report, national cycle) is there only while something is owed in it.
_GENERATED = "id_parts(case_id) IS NULL AND "
_SEQUENCES = {
    "batch_number": ("import_batch", "batch_id"),
    "audit_number": ("audit", "entry_no"),
    "disposition_number": ("disposition", "decision_no"),
}


def _once(table: str, key: tuple[str, ...]) -> Rule:
    by = ", ".join(key)
    query = f"SELECT {text(key)} FROM {table} GROUP BY {by} HAVING count(*) > 1"
    return Rule("kunci", query, f"kunci ganda pada {table}")


def _goes_on(name: str, table: str, column: str) -> Rule:
    # A sequence that was copied starts at its next number and has given none out yet.
    query = (
        f"SELECT '{name}' FROM duckdb_sequences() WHERE sequence_name = '{name}'"
        f" AND database_name = current_database() AND coalesce(last_value, start_value - 1)"
        f" < (SELECT coalesce(max({column}), 0) FROM {table})"
    )
    return Rule("nomor", query, f"penghitung nomor tertinggal dari {table}")


RULES = (
    *(_once(table, key) for table, key in KEYS.items()),
    *(_goes_on(name, *at) for name, at in _SEQUENCES.items()),
    Rule(
        "skema",
        f"SELECT 'skema ' || n FROM (SELECT unnest({sorted(migrations())}) AS n)"
        " WHERE n < (SELECT max(version) FROM schema_version)"
        " AND n NOT IN (SELECT version FROM schema_version)",
        "langkah pemutakhiran skema hilang dari catatannya",
    ),
    *(
        refers("unit", table, "unit_code", "unit.code", f"unit tidak terdaftar pada {table}")
        for table in (*tables_with("unit_code"), "app_user", "disposition", "office_statement",
                      "hindrance", "case_remark", "kept_mapping")
    ),
    refers("unit", "unit", "coordinator_code", "unit.code", "koordinator yang tidak terdaftar"),
    *(
        refers("unggahan", t, "batch_id", "import_batch.batch_id", f"{t} tanpa unggahannya")
        for t in (*SHEET_KEYS, "import_file", "import_rejection", "import_warning", "office_statement")
    ),
    *(
        breaks("kegiatan", t, f"{_GENERATED} case_id NOT IN (SELECT case_id FROM sop_case)",
               f"{t} tanpa kegiatan")
        for t in ("step_record", "follow_up")
    ),
    refers("kegiatan", "facilitator", "case_id", "activity.case_id", "fasilitator tanpa angkatan"),
    refers("kegiatan", "step_fact", "case_id", "sop_case.case_id", "fakta tanpa kegiatan"),
    *(
        breaks("meta", "schema_version", f"version = 1 AND '{key}' NOT IN (SELECT key FROM meta)",
               "meta hilang", f"'{key}'")
        for key in ("data_version", "reference", "views")
    ),
    breaks("meta", "meta", "key = 'data_version' AND coalesce(TRY_CAST(value AS BIGINT), 0) < 1",
           "versi data bukan bilangan"),
    breaks("meta", "meta",
           "key IN ('reference', 'views') AND NOT regexp_full_match(value, '[0-9a-f]{64}')",
           "sidik acuan tidak dikenal"),
)  # fmt: skip
