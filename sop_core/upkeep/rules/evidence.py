"""Evidence as it is added, withdrawn and never taken away; its files: ``upkeep/attachments.py``."""

from __future__ import annotations

from sop_core.evidence.keeping import LARGEST
from sop_core.evidence.reading import KINDS, LINK
from sop_core.upkeep.rules.writing import (
    Rule,
    among,
    breaks,
    gapless,
    half_taken_back,
    refers,
    traced,
)

# Its case may be gone: an undone upload takes its cases along, and another may bring them again.
RULES = (
    refers("unit", "evidence", "unit_code", "unit.code", "unit tidak terdaftar pada evidence"),
    breaks("bukti", "evidence", f"kind NOT IN {among(KINDS)}", "jenis bukti tidak dikenal"),
    breaks("bukti", "evidence", "(step_no IS NULL) = (recommendation_no IS NULL)",
           "bukti yang bukan milik satu langkah atau satu tindak lanjut"),
    breaks("bukti", "evidence",
           f"CASE WHEN kind = '{LINK}' THEN NOT regexp_matches(coalesce(link, ''), '^https?://[^\\s]+$')"
           " OR sha256 IS NOT NULL OR size IS NOT NULL"
           " ELSE link IS NOT NULL OR NOT regexp_full_match(coalesce(sha256, ''), '[0-9a-f]{64}')"
           f" OR coalesce(size NOT BETWEEN 1 AND {LARGEST}, true) OR trim(name) = '' END",
           "bukti tanpa berkas atau tautan yang sah"),
    breaks("bukti", "evidence", half_taken_back("added_at"),
           "penarikan bukti tidak lengkap atau mendahului pemasukannya"),
    gapless("bukti", "evidence", "evidence_no", "bukti yang pernah ditambah hilang"),
    traced("evidence", "evidence_no", "added_at", "bukti",
           "starts_with(a.subject, 'bukti ' || t.evidence_no || ':')"),
    traced("evidence", "evidence_no", "withdrawn_at", "bukti",
           "a.subject = 'tarik bukti ' || t.evidence_no"),
    Rule("jejak",
         "SELECT subject FROM audit WHERE action = 'bukti' AND outcome = 'ok'"
         r" AND regexp_matches(subject, '^bukti \d+:')"
         r" AND regexp_extract(subject, '^bukti (\d+):', 1)::BIGINT"
         " NOT IN (SELECT evidence_no FROM evidence)",
         "bukti yang ada dalam jejak hilang"),
)  # fmt: skip
