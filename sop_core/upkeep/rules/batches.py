# ruff: noqa: S608 - our own names
"""Uploads, their files, their counts and what undoes them."""

from __future__ import annotations

from sop_core.upkeep.rules.writing import SHEET_KEYS, Rule, breaks

_UNDONE = "(SELECT batch_id FROM import_batch WHERE undone_at IS NOT NULL)"
_PRIORS = " UNION ALL ".join(f"SELECT undo_batch, existed FROM {t}_prior" for t in SHEET_KEYS)
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

RULES = (
    *(Rule("unggahan",
           f"SELECT DISTINCT undo_batch::VARCHAR FROM {t}_prior WHERE undo_batch NOT IN"
           " (SELECT batch_id FROM import_batch WHERE undone_at IS NULL)",
           f"{t}_prior milik unggahan yang tidak ada atau sudah dibatalkan")
      for t in SHEET_KEYS),
    *(Rule("unggahan",
           f"SELECT DISTINCT batch_id::VARCHAR FROM {t} WHERE batch_id IN {_UNDONE}",
           f"{t} masih memuat baris dari unggahan yang sudah dibatalkan")
      for t in SHEET_KEYS),
    Rule("unggahan",
         "SELECT batch_id::VARCHAR FROM import_batch b LEFT JOIN (SELECT undo_batch,"
         " count(*) FILTER (NOT existed) AS added, count(*) FILTER (existed) AS changed"
         f" FROM ({_PRIORS}) GROUP BY undo_batch) p ON p.undo_batch = b.batch_id"
         " WHERE b.undone_at IS NULL AND (rows_new <> coalesce(added, 0)"
         " OR rows_changed <> coalesce(changed, 0))",
         "jumlah baris unggahan tidak cocok dengan catatan pembatalannya"),
    Rule("unggahan", _REASONS, "jumlah baris ditolak tidak cocok dengan alasannya"),
    breaks("unggahan", "import_batch",
           "least(rows_new, rows_changed, rows_unchanged, rows_rejected) < 0",
           "jumlah baris negatif"),
    breaks("unggahan", "import_batch",
           "undone_at < imported_at OR (undone_at IS NULL) <> (undone_by IS NULL)",
           "pembatalan tidak lengkap atau mendahului unggahannya"),
    breaks("berkas", "import_batch", "batch_id NOT IN (SELECT batch_id FROM import_file)",
           "unggahan tanpa berkas"),
    *(breaks("berkas", t, "sha256(content) <> sha256", f"isi berkas pada {t} berubah", show)
      for t, show in (("import_file", "name"), ("sop_document", "file_name"))),
    Rule("berkas",
         "SELECT b.batch_id::VARCHAR FROM import_batch b JOIN import_file f USING (batch_id)"
         " GROUP BY b.batch_id, b.sha256 HAVING b.sha256 <> CASE WHEN count(*) = 1"
         " THEN min(f.sha256) ELSE sha256(string_agg(f.sha256, chr(10) ORDER BY f.sha256)) END",
         "SHA-256 unggahan bukan SHA-256 berkasnya"),
    *(breaks("unggahan", t, "source_row < 1", f"nomor baris asal mustahil pada {t}")
      for t in SHEET_KEYS),
)  # fmt: skip
