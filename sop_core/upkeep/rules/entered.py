# ruff: noqa: S608 - our own names
"""Decisions, corrections and revisions, and the trace that each change must have left.

The audit's chain cannot show that its last entries were cut off; that what they tell of is
still in the store can. Held only against changes made since there is an audit (schema 3).
"""

from __future__ import annotations

from sop_core.approvals import SENT_BACK, VERDICTS
from sop_core.disposition import DECISIONS
from sop_core.upkeep.rules.writing import Rule, among, breaks, refers

_SINCE = "(SELECT coalesce(min(applied_at), 'infinity') FROM schema_version WHERE version = 3)"

_HALF_TAKEN_BACK = "(withdrawn_by IS NULL) <> (withdrawn_at IS NULL) OR withdrawn_at < entered_at"


def _traced(table: str, key: str, moment: str, action: str, subject: str, more: str = "") -> Rule:
    """Rows of a table, each of which an entry of the audit must tell of (``subject``: SQL LIKE)."""
    return Rule(
        "jejak",
        f"SELECT {key}::VARCHAR FROM {table} t WHERE t.{moment} > {_SINCE} {more} AND NOT EXISTS"
        f" (FROM audit a WHERE a.action = '{action}' AND a.outcome = 'ok' AND {subject})",
        f"{table} tanpa jejak",
    )


def _all_told(table: str, action: str, subject: str, many: str) -> Rule:
    """Of each subject the audit tells of as many changes as the table shows; ``many``: SQL."""
    return Rule(
        "jejak",
        f"SELECT subject FROM (SELECT subject, count(*) AS n FROM audit WHERE action = '{action}'"
        f" AND outcome = 'ok' GROUP BY subject) a FULL JOIN (SELECT {subject} AS subject,"
        f" {many} AS n FROM {table} GROUP BY ALL) t USING (subject) WHERE a.n IS DISTINCT FROM t.n",
        f"{table} tidak cocok dengan jejak",
    )


# What people say beside the records: why steps are late or wait, and remarks on cases.
_SAID = (
    breaks("hambatan", "hindrance",
           "trim(plan) = '' OR trim(label) = '' OR step_no < 1 OR plan_on < said_at::DATE",
           "hambatan tanpa alasan atau rencana, atau rencana yang mendahuluinya"),
    breaks("hambatan", "hindrance", _HALF_TAKEN_BACK.replace("entered_at", "said_at"),
           "penarikan hambatan tidak lengkap atau mendahuluinya"),
    breaks("hambatan", "hindrance_reason", "trim(code) = '' OR trim(label) = ''",
           "alasan hambatan tanpa kode atau isinya"),
    breaks("catatan", "case_remark", "trim(remark) = '' OR trim(said_by) = ''",
           "catatan kasus tanpa isi atau penulisnya"),
    *(
        Rule(check,
             f"SELECT n::VARCHAR FROM (SELECT unnest(range(1, max({number}) + 1)) AS n"
             f" FROM {table}) WHERE n NOT IN (SELECT {number} FROM {table})",
             f"baris {table} yang pernah dibuat hilang")
        for check, table, number in (("hambatan", "hindrance", "hindrance_no"),
                                     ("hambatan", "hindrance_reason", "reason_no"),
                                     ("catatan", "case_remark", "remark_no"))
    ),
    _all_told("hindrance", "hambatan", "case_id || ' langkah ' || step_no",
              "count(*) + count(withdrawn_at)"),
    _all_told("hindrance_reason", "alasan_hambatan", "code", "count(*)"),
    _all_told("case_remark", "catatan", "case_id", "count(*)"),
)  # fmt: skip

RULES = (
    *_SAID,
    breaks("disposisi", "disposition", f"decision NOT IN {among(DECISIONS)}",
           "keputusan tidak dikenal"),
    breaks("disposisi", "disposition", "trim(note) = '' OR trim(decided_by) = ''",
           "disposisi tanpa catatan atau pemberinya"),
    breaks("disposisi", "disposition", "target < 0 OR (decision <> 'ubah' AND target <> proposed)"
           " OR (decision = 'ubah' AND target = proposed)",
           "sasaran yang tidak cocok dengan keputusannya"),
    breaks("disposisi", "disposition", "evidence_year NOT BETWEEN 2018 AND 2100",
           "tahun bukti mustahil"),
    breaks("kalender", "calendar_override", "trim(reason) = '' OR trim(legal_basis) = ''",
           "koreksi tanpa alasan atau dasar hukum"),
    breaks("kalender", "calendar_override", _HALF_TAKEN_BACK,
           "penarikan koreksi tidak lengkap atau mendahului pemasukannya"),
    Rule("kalender",
         "SELECT day::VARCHAR FROM calendar_override WHERE withdrawn_at IS NULL"
         " GROUP BY day HAVING count(*) > 1",
         "hari dengan dua koreksi yang berlaku"),
    breaks("tahun", "opened_year", f"trim(reason) = '' OR {_HALF_TAKEN_BACK}",
           "tahun yang dibuka tanpa alasan atau dengan penarikan yang tidak lengkap"),
    Rule("tahun",
         "SELECT concat_ws(' ', flow, year) FROM opened_year WHERE withdrawn_at IS NULL"
         " GROUP BY flow, year HAVING count(*) > 1",
         "tahun yang dibuka dua kali"),
    breaks("pernyataan", "office_statement",
           _HALF_TAKEN_BACK.replace("entered_at", "stated_at") + " OR until > stated_at::DATE + 1",
           "pernyataan yang mendahului waktunya atau dengan penarikan yang tidak lengkap"),
    breaks("pernyataan", "office_statement", "withdrawn_at IS NULL AND batch_id IN"
           " (SELECT batch_id FROM import_batch WHERE undone_at IS NOT NULL)",
           "pernyataan dari unggahan yang sudah dibatalkan"),
    Rule("pernyataan",
         "SELECT n::VARCHAR FROM (SELECT unnest(range(1, max(statement_no) + 1)) AS n"
         " FROM office_statement) WHERE n NOT IN (SELECT statement_no FROM office_statement)",
         "pernyataan yang pernah dibuat hilang"),
    breaks("pengesahan", "approving_office", _HALF_TAKEN_BACK,
           "kewajiban pengesahan dengan penarikan yang tidak lengkap"),
    Rule("pengesahan",
         "SELECT unit_code FROM approving_office WHERE withdrawn_at IS NULL"
         " GROUP BY unit_code HAVING count(*) > 1",
         "unit yang dua kali wajib disahkan"),
    refers("pengesahan", "approving_office", "unit_code", "unit.code", "kewajiban pengesahan unit yang tidak ada"),
    refers("pengesahan", "approval", "batch_id", "import_batch.batch_id", "pengesahan tanpa unggahannya"),
    breaks("pengesahan", "approval",
           f"verdict NOT IN {among(VERDICTS)} OR trim(said_by) = '' OR (verdict = '{SENT_BACK}' AND trim(note) = '')",
           "pengesahan tanpa putusan, pemberi, atau catatannya"),
    Rule("pengesahan",
         "SELECT n::VARCHAR FROM (SELECT unnest(range(1, max(approval_no) + 1)) AS n"
         " FROM approval) WHERE n NOT IN (SELECT approval_no FROM approval)",
         "pengesahan yang pernah diberikan hilang"),
    breaks("pemetaan", "kept_mapping", _HALF_TAKEN_BACK.replace("entered_at", "kept_at"),
           "penarikan pemetaan tidak lengkap atau mendahului penyimpanannya"),
    Rule("pemetaan",
         "SELECT min(name) FROM kept_mapping WHERE withdrawn_at IS NULL"
         " GROUP BY unit_code, lower(name) HAVING count(*) > 1",
         "nama pemetaan yang berlaku dua kali pada satu unit"),
    Rule("pemetaan",
         "SELECT n::VARCHAR FROM (SELECT unnest(range(1, max(mapping_no) + 1)) AS n"
         " FROM kept_mapping) WHERE n NOT IN (SELECT mapping_no FROM kept_mapping)",
         "pemetaan yang pernah disimpan hilang"),
    breaks("revisi", "sop_document",
           "(withdrawn_by IS NULL) <> (withdrawn_at IS NULL) OR withdrawn_at < entered_at",
           "penarikan revisi tidak lengkap atau mendahului pemasukannya"),
    Rule("revisi",
         "SELECT n::VARCHAR FROM (SELECT unnest(range(1, max(document_no) + 1)) AS n"
         " FROM sop_document) WHERE n NOT IN (SELECT document_no FROM sop_document)",
         "revisi yang pernah dimasukkan hilang"),
    breaks("jejak", "audit", "outcome NOT IN ('ok', 'ditolak')", "hasil tidak dikenal"),
    _traced("import_batch", "batch_id", "imported_at", "impor",
            "starts_with(a.subject, 'unggahan ' || t.batch_id || ':')"),
    _traced("import_batch", "batch_id", "undone_at", "batal_impor",
            "a.subject = 'unggahan ' || t.batch_id"),
    _traced("disposition", "decision_no", "decided_at", "disposisi",
            "a.subject = t.recommendation_id"),
    _traced("kept_mapping", "mapping_no", "kept_at", "pemetaan",
            "split_part(a.subject, ' menggantikan', 1) = 'pemetaan ' || t.mapping_no"),
    _traced("kept_mapping", "mapping_no", "withdrawn_at", "pemetaan",
            "(a.subject = 'cabut pemetaan ' || t.mapping_no"
            " OR ends_with(a.subject, ' menggantikan ' || t.mapping_no))"),
    _traced("sop_document", "document_no", "entered_at", "sop",
            "starts_with(a.subject, 'revisi ' || t.revision)"),
    _traced("sop_document", "document_no", "withdrawn_at", "sop",
            "a.subject = 'cabut revisi ' || t.revision"),
    _traced("calendar_override", "day", "entered_at", "kalender",
            "a.subject = t.day::VARCHAR"),
    _traced("calendar_override", "day", "withdrawn_at", "kalender",
            "a.subject = t.day::VARCHAR"),
    _traced("opened_year", "year", "entered_at", "tahun",
            "a.subject = t.flow || ' ' || t.year"),
    _traced("opened_year", "year", "withdrawn_at", "tahun",
            "a.subject = 'tutup ' || t.flow || ' ' || t.year"),
    _traced("approving_office", "unit_code", "entered_at", "aturan_pengesahan",
            "a.subject = t.unit_code"),
    _traced("approval", "approval_no", "said_at", "pengesahan",
            "a.subject = 'unggahan ' || t.batch_id"),
    # With a file that changed nothing, the trace is the upload's, a moment later.
    Rule("jejak",
         f"SELECT statement_no::VARCHAR FROM office_statement t WHERE batch_id IS NULL"
         f" AND stated_at > {_SINCE} AND NOT EXISTS (FROM audit a WHERE a.outcome = 'ok' AND ("
         "(a.action = 'pernyataan' AND a.subject = t.unit_code) OR (a.action = 'impor'"
         " AND a.happened_at BETWEEN t.stated_at AND t.stated_at + INTERVAL 1 HOUR)))",
         "pernyataan tanpa jejak"),
    _traced("app_user", "login", "created_at", "pengguna", "a.subject = t.login"),
    # The other way round: what the audit says was kept, and is not there any more.
    Rule("jejak",
         "SELECT subject FROM audit WHERE action = 'impor' AND outcome = 'ok'"
         r" AND regexp_matches(subject, '^unggahan \d+:')"
         r" AND regexp_extract(subject, '^unggahan (\d+):', 1)::BIGINT"
         " NOT IN (SELECT batch_id FROM import_batch)",
         "unggahan yang ada dalam jejak hilang"),
    Rule("jejak",
         "SELECT subject FROM audit WHERE action = 'disposisi' AND outcome = 'ok'"
         " AND subject NOT IN (SELECT recommendation_id FROM disposition)",
         "disposisi yang ada dalam jejak hilang"),
)  # fmt: skip
