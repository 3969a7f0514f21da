-- Facilitators and follow-ups as of a date. Recreated at start-up.

-- The furthest state of flow D that a person has reached (D.1-D.6). Registration and
-- recruitment are the batch's; the rest are the person's own dates. Someone of whom no
-- date is known is counted as registered on every day.
CREATE OR REPLACE MACRO facilitator_as_of(as_of) AS TABLE
WITH now AS (SELECT working_no FROM calendar_day WHERE day = as_of),
batch AS (
    SELECT case_id, min(finish_on) FILTER (milestone = 'registered') AS registered_on,
        min(finish_on) FILTER (milestone = 'recruited') AS recruited_on
    FROM step_fact WHERE milestone IN ('registered', 'recruited') GROUP BY case_id
),
norm AS (
    SELECT s.sla_days, r.effective_from, r.effective_until
    FROM sop_step s JOIN sop_revision r USING (revision)
    WHERE s.milestone = 'endorsed'
),
person AS (
    SELECT f.*, b.registered_on, b.recruited_on, c.title AS batch_title,
        least(b.registered_on, b.recruited_on, f.trained_on, f.competence_on, f.applied_on,
            f.endorsed_on) AS known_on
    FROM facilitator f
    LEFT JOIN batch b USING (case_id)
    LEFT JOIN sop_case c USING (case_id)
)
SELECT
    p.facilitator_id, p.name, p.unit_code, p.case_id, p.batch_title, p.kind,
    coalesce(p.active, true) AS active,
    CASE
        WHEN p.endorsed_on <= as_of THEN 'diakui'
        WHEN p.applied_on <= as_of THEN 'diajukan'
        WHEN p.competence_on <= as_of THEN 'bersertifikat'
        WHEN p.trained_on <= as_of THEN 'dilatih'
        WHEN p.recruited_on <= as_of THEN 'direkrut'
        ELSE 'terdaftar'
    END AS state,
    CASE
        WHEN p.endorsed_on <= as_of THEN p.endorsed_on
        WHEN p.applied_on <= as_of THEN p.applied_on
        WHEN p.competence_on <= as_of THEN p.competence_on
        WHEN p.trained_on <= as_of THEN p.trained_on
        WHEN p.recruited_on <= as_of THEN p.recruited_on
        ELSE p.registered_on
    END AS state_on,
    CASE WHEN p.trained_on <= as_of THEN p.trained_on END AS trained_on,
    p.institution,
    CASE WHEN p.competence_on <= as_of THEN p.competence_no END AS competence_no,
    CASE WHEN p.competence_on <= as_of THEN p.competence_on END AS competence_on,
    CASE WHEN p.competence_on <= as_of THEN p.valid_until END AS valid_until,
    CASE WHEN p.competence_on <= as_of THEN date_diff('day', as_of, p.valid_until) END
        AS days_valid,
    CASE WHEN p.applied_on <= as_of THEN p.applied_on END AS applied_on,
    CASE WHEN p.endorsed_on <= as_of THEN p.recognition_no END AS recognition_no,
    CASE WHEN p.endorsed_on <= as_of THEN p.endorsed_on END AS endorsed_on,
    n.sla_days AS endorsement_norm,
    CASE WHEN p.applied_on <= as_of AND coalesce(p.endorsed_on > as_of, true)
        THEN now.working_no - a.working_no END AS days_waiting,
    p.batch_id, p.source_row
FROM person p
CROSS JOIN now
LEFT JOIN calendar_day a ON a.day = p.applied_on
LEFT JOIN norm n ON p.applied_on >= n.effective_from AND p.applied_on < n.effective_until
WHERE p.known_on IS NULL OR p.known_on <= as_of;

-- Recommendations that came out of an activity (A.5, B.5, C.4) and what became of them.
-- One is known from the day the activity was held (A.3, B.3, C.3), else from its own first date,
-- at the latest from the end of its year: a later record must not take it from an earlier day.
-- Days are counted as a step's are: late once working days have passed since the target.
CREATE OR REPLACE MACRO follow_up_as_of(as_of) AS TABLE
WITH held AS (
    SELECT case_id, min(finish_on) AS held_on
    FROM step_fact WHERE milestone = 'held' GROUP BY case_id
),
known AS (
    SELECT
        -- Not f.* REPLACE (...): two would be kept in either order, and a backup look changed.
        f.case_id, f.recommendation_no, f.description, f.target_on, f.outcome, f.batch_id,
        f.source_row, coalesce(f.unit_code, c.unit_code) AS unit_code,
        CASE WHEN f.finished_on <= as_of THEN f.finished_on END AS finished_on,
        c.flow, c.year, c.title, c.stakeholder, c.commodity, c.unit_code AS case_unit,
        CASE WHEN h.held_on <= as_of THEN h.held_on END AS held_on,
        -- Who held the activity uploads what became of it; past its word nothing is known.
        coalesce(f.finished_on > as_of, true) AND is_hidden(f.target_on, o.until) AS hidden
    FROM follow_up f
    JOIN sop_case c USING (case_id)
    LEFT JOIN office_horizon o ON o.unit_code = c.unit_code
    LEFT JOIN held h USING (case_id)
    WHERE least(h.held_on, f.target_on, f.finished_on, make_date(c.year, 12, 31)) <= as_of
)
SELECT
    k.case_id, k.recommendation_no, k.description, k.flow, k.year, k.title, k.stakeholder,
    k.commodity, k.case_unit, k.unit_code, k.held_on, k.target_on, k.finished_on,
    coalesce(e.working_no > t.working_no AND NOT k.hidden, false) AS late,
    CASE
        WHEN k.hidden AND e.working_no > t.working_no THEN 'tidak_diketahui'
        WHEN k.finished_on IS NULL THEN CASE WHEN late THEN 'terlambat' ELSE 'terbuka' END
        WHEN k.outcome = 'belum optimal' THEN 'belum_optimal'
        WHEN t.working_no IS NULL THEN 'selesai'
        WHEN late THEN 'selesai_terlambat'
        ELSE 'selesai_tepat'
    END AS status,
    CASE WHEN s.day IS NOT NULL THEN greatest(e.working_no - s.working_no, 0) END AS days_used,
    CASE WHEN t.day IS NOT NULL THEN greatest(e.working_no - t.working_no, 0) END AS days_late,
    k.batch_id, k.source_row
FROM known k
JOIN calendar_day e ON e.day = coalesce(k.finished_on, as_of)
LEFT JOIN calendar_day s ON s.day = k.held_on
LEFT JOIN calendar_day t ON t.day = k.target_on;
