# ruff: noqa: S608 - our own names
"""Records as an import lets them in (importing/checking.py), and no others."""

from __future__ import annotations

from sop_core.flows import CODES, FLOWS
from sop_core.importing.contract import SHEETS
from sop_core.upkeep.rules.writing import KEYS, Rule, among, breaks, tables_with, text

_FLOWS = among(CODES)
_YEARS = "NOT BETWEEN 2000 AND 2100"


def _trait(name: str) -> str:
    """Whether the flow of a row has that trait, by what we ship: the file's own may be damaged."""
    return f"flow IN {among([f.flow for f in FLOWS if getattr(f, name)])}"


def _closed(sheet_table: str, field: str, values: dict[str, tuple[str, ...]]) -> Rule:
    name = next(s for s in SHEETS if s.table == sheet_table).column(field).name
    return breaks(
        "isian", sheet_table, f"{field} NOT IN {among(values)}", f"{name} di luar pilihan"
    )


# Stakeholder kinds are the SOP's, which a revision may add to: any one letter.
_CHOICES = [
    _closed(s.table, c.field, c.choices)
    for s in SHEETS
    for c in s.columns
    if c.choices and c.closed and c.field != "stakeholder"
]
_COUNTS = [
    breaks("jumlah", s.table, f"{c.field} < 0", f"{c.name} negatif")
    for s in SHEETS
    for c in s.columns
    if c.kind == "count"
]
_BLANK = [
    breaks("isian", s.table, f"trim({c.field}) = ''", f"{c.name} kosong")
    for s in SHEETS
    for c in s.columns
    if c.required and c.kind in ("id", "text")
]
_DATES = [
    breaks("tanggal", s.table,
           f"{c.field} NOT BETWEEN DATE '{c.earliest}-01-01' AND DATE '2100-01-01'",
           f"{c.name} mustahil")
    for s in SHEETS
    for c in s.columns
    if c.kind == "date"
]  # fmt: skip
# Held against the day of the upload that brought it, which refused what was still to come.
_HAPPENED = [
    Rule(
        "tanggal",
        f"SELECT {text('t.' + k for k in KEYS[table])} FROM {table} t JOIN import_batch b"
        f" USING (batch_id) WHERE t.{field} > b.imported_at::DATE + 1",
        f"{field} pada {table} sesudah hari unggahannya",
    )
    for table, field in ((s.table, c.field) for s in SHEETS for c in s.columns if c.fact)
]

_STEP = "concat_ws(' / ', r.case_id, r.step_no::VARCHAR)"
_OF_CASE = "FROM step_record r JOIN sop_case c USING (case_id)"
_STEPS = (
    breaks("tanggal", "step_record", "finished < started", "langkah selesai sebelum dimulai"),
    breaks("langkah", "step_record", "step_no < 1", "nomor langkah mustahil"),
    breaks("langkah", "step_record", "skipped AND trim(coalesce(reason, '')) = ''",
           "langkah dilewati tanpa alasan"),
    Rule("fakta",
         f"SELECT {_STEP} {_OF_CASE} ANTI JOIN step_fact f"
         " ON f.case_id = r.case_id AND f.step_no = r.step_no",
         "langkah tidak ada pada revisi SOP kegiatannya"),
    Rule("langkah",
         f"SELECT {_STEP} {_OF_CASE} JOIN sop_step s ON s.revision = c.revision"
         " AND s.flow = c.flow AND s.step_no = r.step_no WHERE r.skipped AND NOT s.optional",
         "langkah wajib dilewati"),
    Rule("langkah",
         f"SELECT {_STEP} {_OF_CASE} JOIN (SELECT revision, flow, step_no,"
         " unnest(requires) AS needed FROM sop_step) s ON s.revision = c.revision"
         " AND s.flow = c.flow AND s.step_no = r.step_no JOIN step_record m"
         " ON m.case_id = r.case_id AND m.step_no = s.needed AND m.skipped"
         " WHERE NOT coalesce(r.skipped, false) AND coalesce(r.started, r.finished) IS NOT NULL",
         "langkah yang syaratnya dilewati"),
)  # fmt: skip
_PEOPLE = [
    breaks("fasilitator", "facilitator", condition, message)
    for condition, message in (
        ("competence_on < trained_on", "sertifikat kompetensi mendahului pelatihan"),
        ("valid_until < competence_on", "masa berlaku mendahului sertifikat"),
        ("valid_until IS NOT NULL AND competence_on IS NULL", "masa berlaku tanpa sertifikat"),
        ("applied_on > valid_until", "pengajuan sesudah sertifikat berakhir"),
        ("applied_on IS NOT NULL AND competence_on IS NULL", "pengajuan tanpa sertifikat"),
        ("applied_on < competence_on", "pengajuan mendahului sertifikat"),
        ("endorsed_on IS NOT NULL AND applied_on IS NULL", "pengesahan tanpa pengajuan"),
        ("endorsed_on < applied_on", "pengesahan mendahului pengajuan"),
    )
]
# Held against rows that an import of this rule (schema 10) brought: earlier ones were let in.
_YEAR_OF_ANOTHER_TIME = """
    WITH first AS (
        SELECT case_id, min(least(started, finished)) AS first_on, max(batch_id) AS batch_id
        FROM step_record GROUP BY case_id
    )
    SELECT a.case_id FROM activity a JOIN first f USING (case_id)
    JOIN import_batch b ON b.batch_id = greatest(a.batch_id, f.batch_id)
    WHERE year(f.first_on) NOT BETWEEN a.year - 1 AND a.year AND a.batch_id > (
        SELECT coalesce(max(batch_id), 0) FROM import_batch WHERE imported_at <
            (SELECT coalesce(min(applied_at), 'infinity') FROM schema_version WHERE version = 10))
"""
_FLOW_RULES = (
    Rule("tanggal", _YEAR_OF_ANOTHER_TIME, "Tahun yang bukan tahun catatan pertamanya"),
    *(breaks("alur", t, f"flow NOT IN {_FLOWS}", f"alur tidak dikenal pada {t}")
      for t in (*tables_with("flow"), "disposition", "sop_case", "step_fact", "sop_step",
                "flow_year", "opened_year")),
    breaks("alur", "activity", f"function IS NOT NULL AND NOT {_trait('function')}",
           "Fungsi di luar alur B"),
    breaks("alur", "activity", f"certification IS NOT NULL AND NOT {_trait('people')}",
           "Lanjut Sertifikasi di luar alur D"),
    breaks("alur", "facilitator",
           f"case_id IN (SELECT case_id FROM activity WHERE NOT {_trait('people')})",
           "fasilitator pada kegiatan di luar alur D"),
    breaks("alur", "follow_up",
           f"case_id IN (SELECT case_id FROM activity WHERE NOT {_trait('follow_ups')})",
           "tindak lanjut pada alur D"),
    breaks("kegiatan", "activity",
           "reserved_id(case_id)", "ID kegiatan yang dicadangkan"),
    breaks("isian", "activity", "NOT regexp_full_match(stakeholder, '[a-z]')",
           "Pemangku Kepentingan di luar pilihan"),
    *(breaks("tanggal", t, f"year {_YEARS}", f"tahun mustahil pada {t}")
      for t in (*tables_with("year"), "sop_case")),
)  # fmt: skip

RULES = (
    *_STEPS, *_PEOPLE, *_FLOW_RULES, *_CHOICES, *_COUNTS, *_BLANK, *_DATES, *_HAPPENED,
)  # fmt: skip
