"""What must be so in a store: one rule, one entry. A query gives the keys that break it."""

from __future__ import annotations

from dataclasses import dataclass

from sop_core.access import ROLES
from sop_core.importing.contract import SHEETS


@dataclass(frozen=True)
class Rule:
    """``query`` gives one text column, a row for each that breaks the rule."""

    check: str
    query: str
    message: str


_SHEETS = {s.table: s.key for s in SHEETS}
_KEYS: dict[str, tuple[str, ...]] = {
    **_SHEETS,
    **{f"{table}_prior": ("undo_batch", *key) for table, key in _SHEETS.items()},
    "unit": ("code", "valid_from"),
    "sop_revision": ("revision",),
    "sop_step": ("revision", "flow", "step_no"),
    "calendar_day": ("day",),
    "calendar_override": ("day",),
    "import_batch": ("batch_id",),
    "sop_case": ("case_id",),
    "step_fact": ("case_id", "step_no"),
    "disposition": ("decision_no",),
    "app_user": ("login",),
    "sign_in": ("token_hash",),
    "audit": ("entry_no",),
    "sop_document": ("document_no",),
    "meta": ("key",),
}
_SEQUENCES = {
    "batch_number": ("import_batch", "batch_id"),
    "audit_number": ("audit", "entry_no"),
    "disposition_number": ("disposition", "decision_no"),
}


def _text(table: str, columns: tuple[str, ...]) -> str:
    return "concat_ws(' / ', " + ", ".join(f"{table}.{c}::VARCHAR" for c in columns) + ")"


def _keys(table: str, key: tuple[str, ...]) -> Rule:
    by = ", ".join(key)
    query = f"SELECT {_text(table, key)} FROM {table} GROUP BY {by} HAVING count(*) > 1"  # noqa: S608
    return Rule("kunci", query, f"kunci ganda pada {table}")


def _refers(
    check: str, table: str, column: str, other: str, there: str, message: str, show: str = ""
) -> Rule:
    query = (
        f"SELECT {show or column}::VARCHAR FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608
        f" AND {column} NOT IN (SELECT {there} FROM {other})"
    )
    return Rule(check, query, message)


def _breaks(check: str, table: str, show: str, condition: str, message: str) -> Rule:
    return Rule(check, f"SELECT {show}::VARCHAR FROM {table} WHERE {condition}", message)  # noqa: S608


def _sequence(name: str, table: str, column: str) -> Rule:
    query = (
        f"SELECT '{name}' FROM duckdb_sequences() WHERE sequence_name = '{name}'"  # noqa: S608
        f" AND coalesce(last_value, 0) < (SELECT coalesce(max({column}), 0) FROM {table})"
    )
    return Rule("nomor", query, f"penghitung nomor tertinggal dari {table}")


_ROLES = ", ".join(f"'{role}'" for role in ROLES)
RULES: tuple[Rule, ...] = (
    *(_keys(table, key) for table, key in _KEYS.items()),
    *(_sequence(name, *at) for name, at in _SEQUENCES.items()),
    *(
        _refers("unit", table, "unit_code", "unit", "code", f"unit tidak terdaftar pada {table}")
        for table in ("activity", "facilitator", "follow_up", "target", "app_user")
    ),
    *(
        _refers("unggahan", t, "batch_id", "import_batch", "batch_id", f"{t} tanpa unggahannya")
        for t in (*_SHEETS, "import_file", "import_rejection")
    ),
    *(
        Rule(
            "unggahan",
            f"SELECT DISTINCT undo_batch::VARCHAR FROM {t}_prior WHERE undo_batch NOT IN"  # noqa: S608
            " (SELECT batch_id FROM import_batch WHERE undone_at IS NULL)",
            f"{t}_prior milik unggahan yang tidak ada atau sudah dibatalkan",
        )
        for t in _SHEETS
    ),
    *(
        Rule(
            "unggahan",
            f"SELECT DISTINCT batch_id::VARCHAR FROM {t} WHERE batch_id IN"  # noqa: S608
            " (SELECT batch_id FROM import_batch WHERE undone_at IS NOT NULL)",
            f"{t} masih memuat baris dari unggahan yang sudah dibatalkan",
        )
        for t in _SHEETS
    ),
    Rule(
        "unggahan",
        "SELECT batch_id::VARCHAR FROM import_batch b LEFT JOIN (SELECT undo_batch,"  # noqa: S608
        " count(*) FILTER (NOT existed) AS added, count(*) FILTER (existed) AS changed FROM ("
        + " UNION ALL ".join(f"SELECT undo_batch, existed FROM {t}_prior" for t in _SHEETS)  # noqa: S608
        + ") GROUP BY undo_batch) p ON p.undo_batch = b.batch_id WHERE b.undone_at IS NULL AND"
        " (rows_new <> coalesce(added, 0) OR rows_changed <> coalesce(changed, 0))",
        "jumlah baris unggahan tidak cocok dengan catatan pembatalannya",
    ),
    _breaks(
        "unggahan",
        "import_batch",
        "batch_id",
        "least(rows_new, rows_changed, rows_unchanged, rows_rejected) < 0"
        " OR undone_at < imported_at OR (undone_at IS NULL) <> (undone_by IS NULL)"
        " OR batch_id NOT IN (SELECT batch_id FROM import_file)",
        "unggahan tanpa berkas, atau jumlah maupun waktu pembatalannya mustahil",
    ),
    *(
        _breaks("berkas", t, show, "sha256(content) <> sha256", f"isi berkas pada {t} berubah")
        for t, show in (("import_file", "name"), ("sop_document", "file_name"))
    ),
    *(
        _refers("kegiatan", t, "case_id", "sop_case", "case_id", f"{t} tanpa kegiatan")
        for t in ("step_record", "facilitator", "follow_up")
    ),
    *(
        _breaks("alur", t, show, "flow NOT IN ('A', 'B', 'C', 'D')", f"alur tidak dikenal pada {t}")
        for t, show in (
            ("activity", "case_id"),
            ("target", "unit_code"),
            ("disposition", "decision_no"),
        )
    ),
    _breaks(
        "tanggal",
        "step_record",
        _text("step_record", ("case_id", "step_no")),
        "finished < started",
        "langkah selesai sebelum dimulai",
    ),
    _breaks(
        "jumlah",
        "target",
        _text("target", ("year", "unit_code", "flow")),
        "least(activities, facilitators, businesses) < 0",
        "target negatif",
    ),
    _breaks("akun", "app_user", "login", f"role NOT IN ({_ROLES})", "peran akun tidak dikenal"),
    _refers("sesi", "sign_in", "login", "app_user", "login", "sesi milik akun yang tidak ada"),
    _breaks(
        "sesi",
        "sign_in",
        "login",
        "seen_at < started_at OR ended_at < started_at",
        "waktu sesi mustahil",
    ),
    _breaks(
        "revisi",
        "sop_document",
        "document_no",
        "(withdrawn_by IS NULL) <> (withdrawn_at IS NULL) OR withdrawn_at < entered_at",
        "penarikan revisi tidak lengkap atau mendahului pemasukannya",
    ),
    Rule(
        "fakta",
        "SELECT concat_ws(' / ', r.case_id, r.step_no::VARCHAR) FROM step_record r"
        " JOIN sop_case c USING (case_id) ANTI JOIN step_fact f"
        " ON f.case_id = r.case_id AND f.step_no = r.step_no",
        "langkah tidak ada pada revisi SOP kegiatannya",
    ),
    *(
        Rule("meta", f"SELECT '{key}' WHERE '{key}' NOT IN (SELECT key FROM meta)", "meta hilang")  # noqa: S608
        for key in ("data_version", "reference", "views")
    ),
    _breaks(
        "meta",
        "meta",
        "key",
        "key = 'data_version' AND coalesce(TRY_CAST(value AS BIGINT), 0) < 1",
        "versi data bukan bilangan",
    ),
)
