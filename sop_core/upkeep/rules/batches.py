# ruff: noqa: S608 - our own names
"""Uploads, their files, their counts and what undoes them."""

from __future__ import annotations

from sop_core.importing import vouching
from sop_core.importing.contract import SHEETS, Sheet
from sop_core.upkeep.rules.writing import SHEET_KEYS, Rule, breaks, text

_UNDONE = "(SELECT batch_id FROM import_batch WHERE undone_at IS NOT NULL)"
_VOUCHED = " UNION ALL ".join(f"SELECT batch_id FROM {t}_vouched" for t in SHEET_KEYS)
# A batch of before schema 8 has no list of its sheets: only what it changed is known of it.
# A row that stood twice in a file counts as unchanged and is vouched for once.
_VOUCHED_TOO_FEW = f"""
    SELECT batch_id::VARCHAR FROM import_batch b LEFT JOIN (
        SELECT batch_id, count(*) AS n FROM ({_VOUCHED}) GROUP BY batch_id
    ) v USING (batch_id)
    WHERE batch_id IN (SELECT batch_id FROM import_sheet)
        AND coalesce(n, 0) NOT BETWEEN rows_new + rows_changed
            AND rows_new + rows_changed + rows_unchanged
"""
# Reasons past the first thousand are counted by kind, in rows numbered 0.
_REASONS = """
    SELECT b.batch_id::VARCHAR FROM import_batch b LEFT JOIN (
        SELECT batch_id, count(DISTINCT (sheet, row_no)) FILTER (row_no > 0) AS told,
            bool_or(row_no = 0) AS counted
        FROM import_rejection GROUP BY batch_id
    ) r USING (batch_id)
    WHERE coalesce(r.told, 0) > b.rows_rejected
        OR (coalesce(r.told, 0) < b.rows_rejected AND NOT coalesce(r.counted, false))
"""
# A warning is of a row that was kept, changed or as it was.
_MORE_WARNINGS = """
    SELECT batch_id::VARCHAR FROM import_warning w JOIN import_batch b USING (batch_id)
    WHERE w.row_no > 0 GROUP BY batch_id, rows_new, rows_changed, rows_unchanged
    HAVING count(DISTINCT (sheet, row_no)) > rows_new + rows_changed + rows_unchanged
"""


def _unlike_its_batches(sheet: Sheet) -> str:
    """Keys whose record is not what the batches that carried it come to."""
    table, names = sheet.table, ", ".join(c.field for c in sheet.columns)
    made = vouching.folded(sheet, f"(SELECT {', '.join(sheet.key)} FROM {table}_vouched)")
    kept, told = f"SELECT {names} FROM {table}", f"SELECT {names} FROM ({made})"
    differ = f"({kept} EXCEPT ALL {told}) UNION ALL ({told} EXCEPT ALL {kept})"
    return f"SELECT DISTINCT {text(sheet.key)} FROM ({differ})"


RULES = (
    *(Rule("unggahan",
           f"SELECT DISTINCT batch_id::VARCHAR FROM {t} WHERE batch_id NOT IN"
           " (SELECT batch_id FROM import_batch)",
           f"{t} milik unggahan yang tidak ada")
      for t in (*(f"{t}_vouched" for t in SHEET_KEYS), "import_sheet", "import_part")),
    *(Rule("unggahan", _unlike_its_batches(sheet),
           f"{sheet.table} tidak sama dengan isi unggahan yang membawanya")
      for sheet in SHEETS),
    *(Rule("unggahan",
           f"SELECT DISTINCT batch_id::VARCHAR FROM {t} WHERE batch_id IN {_UNDONE}",
           f"{t} masih memuat baris dari unggahan yang sudah dibatalkan")
      for t in SHEET_KEYS),
    Rule("unggahan", _VOUCHED_TOO_FEW, "jumlah baris unggahan tidak cocok dengan yang dibawanya"),
    breaks("unggahan", "import_batch", "undone_at IS NULL AND rows_new + rows_changed > 0"
           f" AND batch_id NOT IN (SELECT batch_id FROM ({_VOUCHED}))",
           "unggahan yang tidak membawa satu baris pun"),
    Rule("unggahan", _REASONS, "jumlah baris ditolak tidak cocok dengan alasannya"),
    Rule("unggahan", _MORE_WARNINGS, "peringatan pada lebih banyak baris daripada yang disimpan"),
    breaks("unggahan", "import_batch",
           "least(rows_new, rows_changed, rows_unchanged, rows_rejected) < 0",
           "jumlah baris negatif"),
    breaks("unggahan", "import_batch",
           "undone_at < imported_at OR (undone_at IS NULL) <> (undone_by IS NULL)",
           "pembatalan tidak lengkap atau mendahului unggahannya"),
    breaks("berkas", "import_batch", "batch_id NOT IN (SELECT batch_id FROM import_file)",
           "unggahan tanpa berkas"),
    *(breaks("berkas", t, "sha256(content) <> sha256", f"isi berkas pada {t} berubah", show)
      for t, show in (("import_file", "name"), ("sop_document", "file_name"),
                      ("report_template", "file_name"))),
    *(breaks("berkas", t, "size <> octet_length(content)", f"ukuran berkas pada {t} tidak cocok", show)
      for t, show in (("import_file", "name"), ("report_template", "file_name"))),
    Rule("berkas",
         "SELECT b.batch_id::VARCHAR FROM import_batch b JOIN import_file f USING (batch_id)"
         " GROUP BY b.batch_id, b.sha256 HAVING b.sha256 <> CASE WHEN count(*) = 1"
         " THEN min(f.sha256) ELSE sha256(string_agg(f.sha256, chr(10) ORDER BY f.sha256)) END",
         "SHA-256 unggahan bukan SHA-256 berkasnya"),
    *(breaks("unggahan", t, "source_row < 1", f"nomor baris asal mustahil pada {t}")
      for t in SHEET_KEYS),
)  # fmt: skip
