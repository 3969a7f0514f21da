-- What is said of why steps are late or wait, and of which steps it may be said. None of it moves
-- a due date or a status: step_status does not read it. Recreated at start-up.

-- What was said, by the number that its step has now: a revision may renumber a step of which
-- nothing is recorded yet. It is known again by its wording, else by its number.
CREATE OR REPLACE VIEW hindrance_said AS
SELECT h.* REPLACE (coalesce((
    SELECT arg_min(d.step_no, CASE WHEN d.step_no = h.step_no THEN 0 ELSE d.step_no END)
    FROM sop_case c JOIN sop_step d ON d.revision = c.revision AND d.flow = c.flow
    WHERE c.case_id = h.case_id AND d.activity = h.activity
), h.step_no) AS step_no)
FROM hindrance h;

-- What stands of each step on a day: the newest that was said by then and not taken back by then.
CREATE OR REPLACE MACRO hindrance_as_of(as_of) AS TABLE
SELECT hindrance_no, case_id, step_no, reason, label AS hindrance, plan, plan_on,
    plan_on < as_of AS plan_passed, said_by, said_at
FROM hindrance_said
-- Not a cast to DATE, which DuckDB words another way once the file is opened again (doctor).
WHERE date_trunc('day', said_at) <= as_of
    AND NOT coalesce(date_trunc('day', withdrawn_at) <= as_of, false)
QUALIFY hindrance_no = max(hindrance_no) OVER (PARTITION BY case_id, step_no);

-- Steps that are late or wait on a day: begun or past due and not done, and of an activity the
-- step for which it waits (the first that is owed). A report that is not open waits for nothing.
CREATE OR REPLACE MACRO hinderable_step(as_of) AS TABLE
SELECT * FROM step_status(as_of)
WHERE NOT done AND NOT passed_over
QUALIFY status <> 'belum_mulai' OR owed_on IS NOT NULL
    OR (level = 'activity' AND step_no =
        min(step_no) FILTER (NOT optional OR open OR unknown) OVER (PARTITION BY case_id));
