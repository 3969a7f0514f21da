-- Table macros: the one place where status as of a date is defined. Recreated at start-up.

CREATE OR REPLACE MACRO tanggal(d) AS
    day(d) || ' ' || ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus',
        'September', 'Oktober', 'November', 'Desember'][month(d)] || ' ' || year(d);

-- Uploads that count: what they carried stands, until they are undone.
CREATE OR REPLACE VIEW counted_batch AS
SELECT batch_id FROM import_batch WHERE undone_at IS NULL;

-- Entered revisions of the SOP that count: of each number the last that is not withdrawn.
CREATE OR REPLACE VIEW sop_document_in_use AS
SELECT * FROM sop_document WHERE withdrawn_at IS NULL
QUALIFY document_no = max(document_no) OVER (PARTITION BY revision);

-- Regional offices (UPT), which owe the annual reports; units.UPT_KINDS in Python.
CREATE OR REPLACE MACRO is_upt(kind) AS kind IN ('balai_besar', 'balai', 'loka');

-- Every office's name, also for readers who see only their own office's rows (see access.py).
CREATE OR REPLACE VIEW register AS SELECT * FROM unit;

CREATE OR REPLACE MACRO register_as_of(as_of) AS TABLE
SELECT * FROM register
QUALIFY row_number() OVER (
    PARTITION BY code
    ORDER BY (valid_from <= as_of) DESC,
        CASE WHEN valid_from <= as_of THEN valid_from END DESC, valid_from
) = 1;

-- The offices whose rows the reader sees.
CREATE OR REPLACE MACRO unit_as_of(as_of) AS TABLE
SELECT * FROM register_as_of(as_of) WHERE code IN (SELECT code FROM unit);

-- The day up to which each office has said how things stand (office_statement): past it nothing
-- is known of what it has not finished.
CREATE OR REPLACE VIEW office_horizon AS
SELECT unit_code, max(until) AS until FROM office_statement
WHERE withdrawn_at IS NULL GROUP BY unit_code;

-- Whether it cannot be known how something stands whose day came after the office's last word.
CREATE OR REPLACE MACRO is_hidden(due_on, until) AS until IS NULL OR due_on > until;

-- Whether a running step is about to fall due, in HK: few days left and half of the norm used, or
-- a quarter of the norm left, whichever comes first (thresholds.py).
CREATE OR REPLACE MACRO falls_due_soon(days_left, norm) AS
    (days_left <= :DUE_SOON_DAYS AND norm - days_left >= norm * :DUE_SOON_USED)
    OR days_left <= norm * :DUE_SOON_LEFT;

-- What is known of every step on a day: dates later than that day have not happened yet.
-- What counts is a column: `open` (begun, not done, and nothing hides how it stands), `overdue`
-- (open past its due date), `due_soon`, `done`, `late` (finished late or overdue), `judged` (can
-- be late: done or overdue, with a norm), `unknown` (it fell due after the office fell silent).
-- `status` names it, for people. With `as_late` silence is read as lateness, as it once was.
-- What is said of a step when, and from when on it is overdue: rebuild_steps.sql.
CREATE OR REPLACE MACRO step_status(as_of, as_late := false) AS TABLE
WITH now AS (SELECT working_no FROM calendar_day WHERE day = as_of),
known AS (
    SELECT
        f.*, now.working_no AS now_no,
        coalesce(f.passed_on <= as_of, false) OR (coalesce(f.bypassed_on <= as_of, false)
            AND NOT coalesce(f.recorded_on <= as_of, false)) AS passed_over,
        coalesce(f.finish_on <= as_of, false) AS done,
        coalesce(f.begun_on <= as_of, false) AND NOT done AND NOT passed_over AS running,
        -- Nothing is counted of an optional step before it is begun.
        NOT f.optional OR coalesce(f.begun_on <= as_of, false) AS asked,
        coalesce(f.counted_on <= as_of, false) AND asked AND NOT (f.optional AND passed_over)
            AS counted,
        coalesce(f.start_on <= as_of, false) AS has_start,
        coalesce(f.owed_on <= as_of, false) AND asked AS owed,
        coalesce(as_of >= f.overdue_from AND as_of < f.overdue_until, false) AS past_due,
        NOT as_late AND coalesce(is_hidden(f.due_on, h.until), false) AS hidden
    FROM step_fact f CROSS JOIN now LEFT JOIN office_horizon h ON h.unit_code = f.unit_code
    WHERE f.holds_from <= as_of AND as_of < f.holds_until
), said AS (
    SELECT
        *,
        past_due AND hidden AS unknown,
        past_due AND NOT hidden AS overdue,
        done AND counted AND due_no IS NOT NULL AS judged_done,
        CASE WHEN done AND counted THEN greatest(finish_no - counted_no, 0)
            WHEN running AND counted THEN now_no - counted_no END AS used,
        CASE WHEN has_start THEN CASE WHEN owed THEN greatest(start_no - owed_no, 0) END
            WHEN running AND owed THEN now_no - owed_no END AS waited
    FROM known
)
SELECT
    case_id, flow, step_no, milestone, level, year, unit_code, commodity, revision, sla_days,
    optional, coalesce(recorded_on <= as_of, false) AS recorded, passed_over, done,
    running AND NOT unknown AS open, overdue,
    running AND NOT past_due AND counted
        AND coalesce(falls_due_soon(due_no - now_no, due_no - counted_no), false) AS due_soon,
    judged_done AND finished_late OR overdue AS late, judged_done OR overdue AS judged, unknown,
    CASE
        WHEN done THEN CASE
            WHEN NOT judged_done THEN 'selesai'
            WHEN finished_late THEN 'selesai_terlambat'
            ELSE 'selesai_tepat' END
        WHEN passed_over THEN 'dilewati'
        WHEN unknown THEN 'tidak_diketahui'
        WHEN overdue THEN 'terlambat_berjalan'
        WHEN running THEN 'berjalan'
        ELSE 'belum_mulai'
    END AS status,
    CASE WHEN has_start THEN start_on WHEN counted AND (running OR done) THEN counted_on END AS started,
    CASE WHEN owed THEN owed_on END AS owed_on,
    CASE WHEN counted THEN counted_on END AS counted_on,
    CASE WHEN counted THEN count_rule END AS start_rule,
    CASE WHEN counted THEN due_on END AS due, CASE WHEN counted THEN due_rule END AS due_rule,
    provisional AND counted AS provisional,
    CASE WHEN done THEN finish_on END AS finished,
    used AS days_used,
    CASE WHEN judged_done THEN greatest(finish_no - due_no, 0)
        WHEN overdue THEN greatest(now_no - due_no, 0)
        WHEN running AND NOT unknown AND counted AND due_no IS NOT NULL THEN 0 END AS days_late,
    CASE WHEN running AND counted THEN due_no - now_no END AS days_left,
    waited AS days_waited,
    -- What is counted from where it was owed holds the waiting too.
    CASE WHEN has_start AND counted_on = start_on THEN used
        WHEN has_start THEN greatest(used - coalesce(waited, 0), 0)
        WHEN done THEN used
        WHEN running THEN 0 END AS days_worked
FROM said;

-- When steps were past due, for counts at many days at once: from a day until the day before
-- another. Overdue, or `unknown` where it fell due after the office fell silent.
CREATE OR REPLACE MACRO overdue_span(of_year, of_units, of_flow, of_step, of_product, as_late := false)
AS TABLE
SELECT f.overdue_from, f.overdue_until, NOT as_late AND is_hidden(f.due_on, h.until) AS unknown
FROM step_fact f LEFT JOIN office_horizon h ON h.unit_code = f.unit_code
WHERE f.overdue_from IS NOT NULL
    AND (of_year IS NULL OR f.year = of_year)
    AND (of_units IS NULL OR list_contains(of_units, f.unit_code))
    AND (of_flow IS NULL OR f.flow = of_flow)
    AND (of_step IS NULL OR f.step_no = of_step)
    AND (of_product IS NULL OR f.commodity = of_product);

-- The same as step_status, limited to what the reader asked for. NULL stands for "all".
CREATE OR REPLACE MACRO scoped_status(
    as_of, of_year, of_units, of_flow, of_step, of_product, as_late := false
) AS TABLE
SELECT * FROM step_status(as_of, as_late := as_late)
WHERE (of_year IS NULL OR year = of_year)
    AND (of_units IS NULL OR list_contains(of_units, unit_code))
    AND (of_flow IS NULL OR flow = of_flow)
    AND (of_step IS NULL OR step_no = of_step)
    AND (of_product IS NULL OR commodity = of_product);

-- The step each case stands at: the first one still owed. A case with none left is done.
CREATE OR REPLACE MACRO case_standing(as_of, of_year, of_units, of_flow, as_late := false) AS TABLE
SELECT
    case_id, flow, level, year, unit_code, any_value(commodity) AS commodity,
    any_value(revision) AS revision,
    min(step_no) FILTER (owed) AS stands_at,
    arg_min(status, step_no) FILTER (owed) AS status,
    coalesce(arg_min(overdue, step_no) FILTER (owed), false) AS overdue,
    coalesce(arg_min(due_soon, step_no) FILTER (owed), false) AS due_soon,
    coalesce(arg_min(open, step_no) FILTER (owed), false) AS open,
    coalesce(arg_min(unknown, step_no) FILTER (owed), false) AS unknown,
    arg_min(days_used, step_no) FILTER (owed) AS days_used,
    arg_min(days_left, step_no) FILTER (owed) AS days_left,
    arg_min(days_waited, step_no) FILTER (owed) AS waited,
    arg_min(due, step_no) FILTER (owed) AS due,
    count(*) FILTER (overdue) AS late_steps,
    coalesce(max(days_late) FILTER (overdue), 0) AS days_late,
    -- Later steps may be late while the case stands at an earlier one that nobody recorded.
    arg_max(step_no, days_late) FILTER (overdue) AS late_at,
    min(started) AS started, max(finished) AS finished,
    sum(days_worked) AS days_worked, sum(days_waited) AS days_waited,
    count(*) FILTER (done) AS done_steps, count(*) AS steps
FROM (
    SELECT
        *,
        NOT done AND NOT passed_over AND NOT (optional AND NOT open AND NOT unknown) AS owed
    FROM scoped_status(as_of, of_year, of_units, of_flow, NULL, NULL, as_late := as_late)
)
GROUP BY case_id, flow, level, year, unit_code;
