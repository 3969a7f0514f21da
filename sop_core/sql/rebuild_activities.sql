-- Activities among the touched cases, as the records have them. An activity is there from the
-- first day of its year, or from its first record where that is earlier; until its first record
-- it shows the steps of the revision in force on that first day of its year.
DELETE FROM sop_case WHERE case_id IN (FROM touched_case);

INSERT INTO sop_case BY NAME
WITH first AS (
    SELECT case_id, min(coalesce(started, finished)) AS first_on
    FROM step_record SEMI JOIN touched_case USING (case_id) GROUP BY case_id
), known AS (
    SELECT a.*, f.first_on, make_date(a.year, 1, 1) AS year_from,
        least(f.first_on, year_from) AS known_from,
        starts_on('activity', a.year, NULL, f.first_on, NULL) AS start
    FROM activity a SEMI JOIN touched_case USING (case_id) LEFT JOIN first f USING (case_id)
), judged AS (
    SELECT *, going_by(start, year_from, known_from) AS goes FROM known
)
SELECT case_id, flow, 'activity' AS level, year, NULL::INTEGER AS quarter, unit_code, title,
    stakeholder, commodity, certification, first_on, known_from, NULL::DATE AS opens_on,
    goes.revision, goes.revised_on, goes.revision_before, goes.judged
FROM judged;
