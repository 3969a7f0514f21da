-- Table macros: the one place where status as of a date is defined. Recreated at start-up.

CREATE OR REPLACE MACRO tanggal(d) AS
    day(d) || ' ' || ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus',
        'September', 'Oktober', 'November', 'Desember'][month(d)] || ' ' || year(d);

-- Entered revisions of the SOP that count: of each number the last that is not withdrawn.
CREATE OR REPLACE VIEW sop_document_in_use AS
SELECT * FROM sop_document WHERE withdrawn_at IS NULL
QUALIFY document_no = max(document_no) OVER (PARTITION BY revision);

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

-- What is known of every step on a day: dates later than that day have not happened yet.
-- What counts is a column: `done`, `late` (finished late or overdue), `open`, `overdue`, `due_soon`,
-- `judged` (can be late: done or overdue, with a norm), `unknown`. `status` names it, for people.
CREATE OR REPLACE MACRO step_status(as_of) AS TABLE
WITH now AS (SELECT working_no FROM calendar_day WHERE day = as_of),
known AS (
    SELECT
        f.*, now.working_no AS now_no,
        f.skipped AND coalesce(f.skip_on <= as_of, true) AS passed_over,
        NOT f.skipped AND coalesce(f.finish_on <= as_of, false) AS done,
        coalesce(f.start_on <= as_of AND NOT f.skipped, false) AS begun,
        coalesce(CASE
            WHEN f.skipped THEN false
            WHEN f.finish_on <= as_of THEN f.finish_no > f.due_no
            WHEN f.start_on <= as_of THEN now.working_no > f.due_no
        END, false) AS late
    FROM step_fact f CROSS JOIN now
)
SELECT
    case_id, flow, step_no, milestone, level, year, unit_code, commodity, sla_days,
    optional, recorded, start_rule, due_rule, provisional, bypassed_on, passed_over, done, late,
    CASE
        WHEN passed_over THEN 'dilewati'
        WHEN done THEN CASE
            WHEN due_no IS NULL THEN 'selesai'
            WHEN late THEN 'selesai_terlambat'
            ELSE 'selesai_tepat' END
        WHEN begun THEN CASE WHEN late THEN 'terlambat_berjalan' ELSE 'berjalan' END
        ELSE 'belum_mulai'
    END AS status,
    begun AND NOT done AS open,
    begun AND NOT done AND late AS overdue,
    begun AND NOT done AND NOT late AND due_no - now_no <= 5 AS due_soon,
    due_no IS NOT NULL AND (done OR (begun AND late)) AS judged,
    false AS unknown,
    CASE WHEN begun THEN start_on END AS started,
    CASE WHEN begun THEN due_on END AS due,
    CASE WHEN finish_on <= as_of THEN finish_on END AS finished,
    CASE WHEN done THEN known.days_used WHEN begun THEN now_no - start_no END AS days_used,
    CASE WHEN done THEN known.days_late WHEN begun THEN greatest(now_no - due_no, 0) END
        AS days_late,
    CASE WHEN begun AND NOT done THEN due_no - now_no END AS days_left
FROM known;

-- The same, limited to what the reader asked for. NULL stands for "all".
CREATE OR REPLACE MACRO scoped_status(as_of, of_year, of_units, of_flow, of_step, of_product) AS TABLE
SELECT * FROM step_status(as_of)
WHERE (of_year IS NULL OR year = of_year)
    AND (of_units IS NULL OR list_contains(of_units, unit_code))
    AND (of_flow IS NULL OR flow = of_flow)
    AND (of_step IS NULL OR step_no = of_step)
    AND (of_product IS NULL OR commodity = of_product);

-- The step each case stands at: the first one still owed. A case with none left is done.
CREATE OR REPLACE MACRO case_standing(as_of, of_year, of_units, of_flow) AS TABLE
SELECT
    case_id, flow, level, year, unit_code, any_value(commodity) AS commodity,
    min(step_no) FILTER (owed) AS stands_at,
    arg_min(status, step_no) FILTER (owed) AS status,
    coalesce(arg_min(overdue, step_no) FILTER (owed), false) AS overdue,
    coalesce(arg_min(due_soon, step_no) FILTER (owed), false) AS due_soon,
    coalesce(arg_min(open, step_no) FILTER (owed), false) AS open,
    arg_min(days_used, step_no) FILTER (owed) AS days_used,
    arg_min(days_left, step_no) FILTER (owed) AS days_left,
    arg_min(due, step_no) FILTER (owed) AS due,
    count(*) FILTER (overdue) AS late_steps,
    coalesce(max(days_late) FILTER (overdue), 0) AS days_late,
    min(started) AS started, max(finished) AS finished,
    count(*) FILTER (done) AS done_steps, count(*) AS steps
FROM (
    SELECT
        *,
        NOT done AND NOT passed_over AND NOT coalesce(bypassed_on <= as_of, false) AS owed
    FROM scoped_status(as_of, of_year, of_units, of_flow, NULL, NULL)
)
GROUP BY case_id, flow, level, year, unit_code;
