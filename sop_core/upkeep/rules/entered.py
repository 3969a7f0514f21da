# ruff: noqa: S608 - our own names
"""Decisions, corrections and revisions, and the trace that each change must have left.

The audit's chain cannot show that its last entries were cut off; that what they tell of is
still in the store can. Held only against changes made since there is an audit (schema 3).
"""

from __future__ import annotations

from sop_core.approvals import SENT_BACK, VERDICTS
from sop_core.disposition import DECISIONS
from sop_core.upkeep.rules.writing import (
    SINCE,
    Rule,
    among,
    breaks,
    gapless,
    half_taken_back,
    refers,
    traced,
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
    breaks("hambatan", "hindrance", half_taken_back("said_at"),
           "penarikan hambatan tidak lengkap atau mendahuluinya"),
    breaks("hambatan", "hindrance_reason", "trim(code) = '' OR trim(label) = ''",
           "alasan hambatan tanpa kode atau isinya"),
    breaks("catatan", "case_remark", "trim(remark) = '' OR trim(said_by) = ''",
           "catatan kasus tanpa isi atau penulisnya"),
    *(
        gapless(check, table, number, f"baris {table} yang pernah dibuat hilang")
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
    breaks("kalender", "calendar_override", half_taken_back(),
           "penarikan koreksi tidak lengkap atau mendahului pemasukannya"),
    Rule("kalender",
         "SELECT day::VARCHAR FROM calendar_override WHERE withdrawn_at IS NULL"
         " GROUP BY day HAVING count(*) > 1",
         "hari dengan dua koreksi yang berlaku"),
    breaks("tahun", "opened_year", f"trim(reason) = '' OR {half_taken_back()}",
           "tahun yang dibuka tanpa alasan atau dengan penarikan yang tidak lengkap"),
    Rule("tahun",
         "SELECT concat_ws(' ', flow, year) FROM opened_year WHERE withdrawn_at IS NULL"
         " GROUP BY flow, year HAVING count(*) > 1",
         "tahun yang dibuka dua kali"),
    breaks("pernyataan", "office_statement",
           half_taken_back("stated_at") + " OR until > stated_at::DATE + 1",
           "pernyataan yang mendahului waktunya atau dengan penarikan yang tidak lengkap"),
    breaks("pernyataan", "office_statement", "withdrawn_at IS NULL AND batch_id IN"
           " (SELECT batch_id FROM import_batch WHERE undone_at IS NOT NULL)",
           "pernyataan dari unggahan yang sudah dibatalkan"),
    gapless("pernyataan", "office_statement", "statement_no", "pernyataan yang pernah dibuat hilang"),
    breaks("pengesahan", "approving_office", half_taken_back(),
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
    gapless("pengesahan", "approval", "approval_no", "pengesahan yang pernah diberikan hilang"),
    breaks("pemetaan", "kept_mapping", half_taken_back("kept_at"),
           "penarikan pemetaan tidak lengkap atau mendahului penyimpanannya"),
    Rule("pemetaan",
         "SELECT min(name) FROM kept_mapping WHERE withdrawn_at IS NULL"
         " GROUP BY unit_code, lower(name) HAVING count(*) > 1",
         "nama pemetaan yang berlaku dua kali pada satu unit"),
    gapless("pemetaan", "kept_mapping", "mapping_no", "pemetaan yang pernah disimpan hilang"),
    breaks("revisi", "sop_document", half_taken_back(),
           "penarikan revisi tidak lengkap atau mendahului pemasukannya"),
    gapless("revisi", "sop_document", "document_no", "revisi yang pernah dimasukkan hilang"),
    breaks("jejak", "audit", "outcome NOT IN ('ok', 'ditolak')", "hasil tidak dikenal"),
    traced("import_batch", "batch_id", "imported_at", "impor arahan",
           "starts_with(a.subject, 'unggahan ' || t.batch_id || ':')"),
    traced("import_batch", "batch_id", "undone_at", "batal_impor arahan",
           "a.subject = 'unggahan ' || t.batch_id"),
    traced("disposition", "decision_no", "decided_at", "disposisi",
           "a.subject = t.recommendation_id"),
    traced("kept_mapping", "mapping_no", "kept_at", "pemetaan",
           "split_part(a.subject, ' menggantikan', 1) = 'pemetaan ' || t.mapping_no"),
    traced("kept_mapping", "mapping_no", "withdrawn_at", "pemetaan",
           "(a.subject = 'cabut pemetaan ' || t.mapping_no"
           " OR ends_with(a.subject, ' menggantikan ' || t.mapping_no))"),
    traced("sop_document", "document_no", "entered_at", "sop",
           "starts_with(a.subject, 'revisi ' || t.revision)"),
    traced("sop_document", "document_no", "withdrawn_at", "sop",
           "a.subject = 'cabut revisi ' || t.revision"),
    traced("calendar_override", "day", "entered_at", "kalender",
           "a.subject = t.day::VARCHAR"),
    traced("calendar_override", "day", "withdrawn_at", "kalender",
           "a.subject = t.day::VARCHAR"),
    traced("opened_year", "year", "entered_at", "tahun",
           "a.subject = t.flow || ' ' || t.year"),
    traced("opened_year", "year", "withdrawn_at", "tahun",
           "a.subject = 'tutup ' || t.flow || ' ' || t.year"),
    traced("approving_office", "unit_code", "entered_at", "aturan_pengesahan",
           "a.subject = t.unit_code"),
    traced("approval", "approval_no", "said_at", "pengesahan",
           "a.subject = 'unggahan ' || t.batch_id"),
    # With a file that changed nothing, the trace is the upload's, a moment later.
    Rule("jejak",
         f"SELECT statement_no::VARCHAR FROM office_statement t WHERE batch_id IS NULL"
         f" AND stated_at > {SINCE} AND NOT EXISTS (FROM audit a WHERE a.outcome = 'ok' AND ("
         "(a.action = 'pernyataan' AND a.subject = t.unit_code) OR (a.action = 'impor'"
         " AND a.happened_at BETWEEN t.stated_at AND t.stated_at + INTERVAL 1 HOUR)))",
         "pernyataan tanpa jejak"),
    traced("app_user", "login", "created_at", "pengguna", "a.subject = t.login"),
    # The other way round: what the audit says was kept, and is not there any more.
    Rule("jejak",
         "SELECT subject FROM audit WHERE action IN ('impor', 'arahan') AND outcome = 'ok'"
         r" AND regexp_matches(subject, '^unggahan \d+:')"
         r" AND regexp_extract(subject, '^unggahan (\d+):', 1)::BIGINT"
         " NOT IN (SELECT batch_id FROM import_batch)",
         "unggahan yang ada dalam jejak hilang"),
    Rule("jejak",
         "SELECT subject FROM audit WHERE action = 'disposisi' AND outcome = 'ok'"
         " AND subject NOT IN (SELECT recommendation_id FROM disposition)",
         "disposisi yang ada dalam jejak hilang"),
)  # fmt: skip
