-- The facts of every step of every case. A due date and the days used are two look-ups in
-- calendar_day's running working-day number and a subtraction; day 0 is the start.
--
-- Start: the recorded one; else the finish of the step before it in the case, passing over
-- skipped steps and over optional ones that a later record shows were not taken; else, for a
-- case's first step, its opening (or its finish, if the work was done before that). An optional step never starts by itself: it may not be owed.
INSERT INTO step_fact
WITH grid AS (
    SELECT
        c.case_id, c.flow, s.step_no, c.level, c.year, c.quarter, c.unit_code, c.commodity,
        c.opens_on, s.sla_days, s.deadline_day, s.optional, s.milestone,
        r.started, r.finished, coalesce(r.skipped, false) AS skipped,
        (r.started IS NOT NULL OR r.finished IS NOT NULL OR coalesce(r.skipped, false)) AS recorded
    FROM sop_case c
    JOIN sop_step s ON s.revision = c.revision AND s.flow = c.flow AND s.level = c.level
    LEFT JOIN step_record r ON r.case_id = c.case_id AND r.step_no = s.step_no
), marked AS (
    SELECT
        *,
        CASE WHEN optional AND NOT recorded THEN min(coalesce(started, finished)) OVER later END
            AS bypassed_on
    FROM grid
    WINDOW later AS (
        PARTITION BY case_id ORDER BY step_no ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
    )
), chained AS (
    SELECT
        *,
        -- NULL: no counted step before; infinity: that step is not finished.
        last_value(
            CASE WHEN NOT skipped AND bypassed_on IS NULL
                THEN coalesce(finished, 'infinity'::DATE) END IGNORE NULLS
        ) OVER before AS before_finish
    FROM marked
    WINDOW before AS (
        PARTITION BY case_id ORDER BY step_no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
), started AS (
    SELECT
        *,
        CASE
            WHEN started IS NOT NULL THEN started
            WHEN optional AND NOT recorded THEN NULL
            WHEN before_finish IS NULL THEN CASE WHEN opens_on IS NOT NULL
                THEN least(opens_on, finished) END
            WHEN isfinite(before_finish) THEN before_finish
        END AS start_on,
        CASE
            WHEN started IS NOT NULL THEN 'tercatat'
            WHEN before_finish IS NULL THEN 'pembukaan'
            ELSE 'langkah_sebelumnya'
        END AS start_rule,
        (make_date(year, coalesce(quarter, 1) * 3, 1) + INTERVAL 1 MONTH
            + to_days(deadline_day - 1))::DATE AS deadline_on
    FROM chained
), due AS (
    SELECT
        s.*, a.working_no AS start_no, a.provisional_no AS start_provisional_no,
        (s.deadline_on IS NOT NULL AND s.deadline_on < w.day) AS by_deadline,
        w.day AS norm_on, w.working_no AS norm_no
    FROM started s
    LEFT JOIN calendar_day a ON a.day = s.start_on
    LEFT JOIN (SELECT day, working_no FROM calendar_day WHERE working) w
        ON w.working_no = a.working_no + s.sla_days
), bound AS (
    SELECT
        d.*, f.working_no AS finish_no,
        CASE WHEN by_deadline THEN deadline_on ELSE norm_on END AS due_on,
        CASE WHEN by_deadline THEN l.working_no ELSE norm_no END AS due_no
    FROM due d
    LEFT JOIN calendar_day f ON f.day = d.finished
    -- One equality, not two conditions: DuckDB would otherwise compare every pair of rows.
    LEFT JOIN calendar_day l ON l.day = CASE WHEN d.by_deadline THEN d.deadline_on END
)
SELECT
    b.case_id, b.flow, b.step_no, b.level, b.year, b.unit_code, b.commodity, b.sla_days,
    b.optional, b.recorded,
    b.start_on, b.start_no, CASE WHEN b.start_on IS NOT NULL THEN b.start_rule END,
    b.due_on, b.due_no,
    CASE WHEN b.due_on IS NOT NULL
        THEN CASE WHEN b.by_deadline THEN 'tanggal' ELSE 'hari_kerja' END END,
    coalesce(p.provisional_no > b.start_provisional_no, false),
    b.finished, b.finish_no, b.finish_no - b.start_no, greatest(b.finish_no - b.due_no, 0),
    b.skipped,
    CASE WHEN b.skipped THEN coalesce(b.finished, b.started,
        CASE WHEN isfinite(b.before_finish) THEN b.before_finish END) END,
    b.bypassed_on, b.milestone
FROM bound b
LEFT JOIN calendar_day p ON p.day = b.due_on
-- Rows that are counted together lie together: the national rollup takes a quarter less.
ORDER BY b.flow, b.step_no, b.unit_code;
