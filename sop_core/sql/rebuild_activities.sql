-- Activities among the touched cases, as the records have them. An activity is there from the
-- first day of its year, or from its first record where that is earlier; until its first record
-- it shows the steps of the revision in force on that first day of its year.
DELETE FROM sop_case WHERE case_id IN (FROM touched_case);

INSERT INTO sop_case BY NAME
WITH first AS (
    SELECT case_id, min(coalesce(started, finished)) AS first_on
    FROM step_record SEMI JOIN touched_case USING (case_id) GROUP BY case_id
), known AS (
    SELECT a.*, 'activity' AS level, f.first_on, make_date(a.year, 1, 1) AS year_from,
        starts_on('activity', a.year, NULL, f.first_on, NULL) AS start
    FROM activity a SEMI JOIN touched_case USING (case_id) LEFT JOIN first f USING (case_id)
)
SELECT
    k.case_id, k.flow, k.level, k.year, NULL::INTEGER AS quarter, k.unit_code, k.title,
    k.stakeholder, k.commodity, k.certification, k.first_on,
    least(k.first_on, k.year_from) AS known_from, NULL::DATE AS opens_on,
    now.revision,
    CASE WHEN k.first_on > k.year_from AND early.revision <> now.revision THEN k.first_on END
        AS revised_on,
    CASE WHEN revised_on IS NOT NULL THEN early.revision END AS revision_before,
    k.start >= now.judges_from AS judged
FROM known k
JOIN sop_revision now ON k.start >= now.effective_from AND k.start < now.effective_until
JOIN sop_revision early
    ON k.year_from >= early.effective_from AND k.year_from < early.effective_until;
