-- Table macros: the one place where status as of a date is defined. Recreated at start-up.

CREATE OR REPLACE MACRO tanggal(d) AS
    day(d) || ' ' || ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus',
        'September', 'Oktober', 'November', 'Desember'][month(d)] || ' ' || year(d);

CREATE OR REPLACE MACRO unit_as_of(as_of) AS TABLE
SELECT * FROM unit
QUALIFY row_number() OVER (
    PARTITION BY code
    ORDER BY (valid_from <= as_of) DESC,
        CASE WHEN valid_from <= as_of THEN valid_from END DESC, valid_from
) = 1;

-- What is known of every step on a day: dates later than that day have not happened yet.
CREATE OR REPLACE MACRO step_status(as_of) AS TABLE
WITH now AS (SELECT working_no FROM calendar_day WHERE day = as_of)
SELECT
    f.case_id, f.flow, f.step_no, f.level, f.year, f.unit_code, f.commodity, f.sla_days,
    f.optional, f.recorded, f.start_rule, f.due_rule, f.provisional, f.bypassed_on,
    CASE
        WHEN f.skipped AND coalesce(f.skip_on <= as_of, true) THEN 'dilewati'
        WHEN NOT f.skipped AND f.finish_on <= as_of THEN CASE
            WHEN f.due_no IS NULL THEN 'selesai'
            WHEN f.finish_no > f.due_no THEN 'selesai_terlambat'
            ELSE 'selesai_tepat' END
        WHEN f.start_on <= as_of THEN CASE
            WHEN now.working_no > f.due_no THEN 'terlambat_berjalan'
            ELSE 'berjalan' END
        ELSE 'belum_mulai'
    END AS status,
    CASE WHEN f.start_on <= as_of AND NOT f.skipped THEN f.start_on END AS started,
    CASE WHEN f.start_on <= as_of AND NOT f.skipped THEN f.due_on END AS due,
    CASE WHEN f.finish_on <= as_of THEN f.finish_on END AS finished,
    CASE
        WHEN f.skipped THEN NULL
        WHEN f.finish_on <= as_of THEN f.days_used
        WHEN f.start_on <= as_of THEN now.working_no - f.start_no
    END AS days_used,
    CASE
        WHEN f.skipped THEN NULL
        WHEN f.finish_on <= as_of THEN f.days_late
        WHEN f.start_on <= as_of THEN greatest(now.working_no - f.due_no, 0)
    END AS days_late,
    CASE
        WHEN f.start_on <= as_of AND NOT f.skipped AND NOT coalesce(f.finish_on <= as_of, false)
        THEN f.due_no - now.working_no
    END AS days_left
FROM step_fact f CROSS JOIN now;

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
    arg_min(days_used, step_no) FILTER (owed) AS days_used,
    arg_min(days_left, step_no) FILTER (owed) AS days_left,
    arg_min(due, step_no) FILTER (owed) AS due,
    count(*) FILTER (status = 'terlambat_berjalan') AS late_steps,
    coalesce(max(days_late) FILTER (status = 'terlambat_berjalan'), 0) AS days_late,
    min(started) AS started, max(finished) AS finished,
    count(*) FILTER (status LIKE 'selesai%') AS done_steps, count(*) AS steps
FROM (
    SELECT
        *,
        status IN ('belum_mulai', 'berjalan', 'terlambat_berjalan')
            AND NOT coalesce(bypassed_on <= as_of, false) AS owed
    FROM scoped_status(as_of, of_year, of_units, of_flow, NULL, NULL)
)
GROUP BY case_id, flow, level, year, unit_code;
