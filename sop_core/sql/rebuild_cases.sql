-- Every case that is owed: imported activities, plus one annual report a UPT, and one
-- national cycle (a quarter each in flow D), for every year and flow with activities or
-- with records of their own.
INSERT INTO sop_case
WITH generated_record AS (
    SELECT case_id, min(coalesce(started, finished)) AS first_on
    FROM step_record
    WHERE regexp_full_match(case_id, '[A-D]-\d{4}-[A-Z0-9-]+')
    GROUP BY case_id
), named AS (
    SELECT
        case_id, first_on, case_id[1] AS flow,
        case_id[3:6]::INTEGER AS year, case_id[8:] AS tail
    FROM generated_record
    WHERE case_id NOT IN (SELECT case_id FROM activity)
), owed_year AS (
    SELECT flow, year FROM activity GROUP BY ALL
    UNION SELECT flow, year FROM named
), expected AS (
    SELECT
        y.flow || '-' || y.year || '-' || u.code AS case_id,
        y.flow, 'unit_year' AS level, y.year, NULL AS quarter, u.code AS unit_code
    FROM owed_year y
    CROSS JOIN (SELECT DISTINCT code FROM unit WHERE kind IN ('balai_besar', 'balai', 'loka')) u
    WHERE y.flow <> 'D'
    UNION ALL
    SELECT case_id, flow, 'unit_year', year, NULL, tail
    FROM named
    WHERE tail IN (SELECT code FROM unit WHERE kind = 'pusat')
    UNION ALL
    SELECT flow || '-' || year || '-NASIONAL', flow, 'national_cycle', year, NULL, 'NASIONAL'
    FROM owed_year WHERE flow <> 'D'
    UNION ALL
    SELECT 'D-' || year || '-TW' || q, 'D', 'national_cycle', year, q, 'NASIONAL'
    FROM owed_year CROSS JOIN (SELECT unnest([1, 2, 3, 4]) AS q) WHERE flow = 'D'
), opening AS (
    SELECT
        e.*,
        CASE
            WHEN e.level = 'unit_year' THEN make_date(e.year, 12, 31)
            WHEN e.quarter IS NOT NULL
                THEN (make_date(e.year, e.quarter * 3, 1) + INTERVAL 1 MONTH - INTERVAL 1 DAY)::DATE
        END AS period_end
    FROM expected e
), opened AS (
    SELECT o.*, f.day AS opens_on
    FROM opening o
    LEFT JOIN calendar_day p ON p.day = o.period_end
    LEFT JOIN (SELECT day, working_no FROM calendar_day WHERE working) f
        ON f.working_no = p.working_no + 1
), all_case AS (
    SELECT
        a.case_id, a.flow, 'activity' AS level, a.year, NULL AS quarter, a.unit_code, a.title,
        a.stakeholder, a.commodity, NULL AS opens_on, r.first_on
    FROM activity a
    LEFT JOIN (
        SELECT case_id, min(coalesce(started, finished)) AS first_on
        FROM step_record GROUP BY case_id
    ) r USING (case_id)
    UNION ALL
    SELECT
        o.case_id, o.flow, o.level, o.year, o.quarter, o.unit_code,
        CASE
            WHEN o.level = 'unit_year' THEN 'Laporan tahunan ' || o.year
            WHEN o.quarter IS NOT NULL THEN 'Laporan triwulan ' || o.quarter || ' ' || o.year
            ELSE 'Siklus nasional ' || o.year
        END,
        NULL, NULL, o.opens_on,
        -- A national year opens later on, see rebuild_national_opening.sql.
        coalesce(least(n.first_on, o.opens_on), make_date(o.year + 1, 1, 1))
    FROM opened o
    LEFT JOIN named n USING (case_id)
)
SELECT
    c.case_id, c.flow, c.level, c.year, c.quarter, c.unit_code, c.title, c.stakeholder,
    c.commodity, c.opens_on, r.revision
FROM all_case c
JOIN sop_revision r
    ON coalesce(c.first_on, make_date(c.year, 1, 1)) >= r.effective_from
    AND coalesce(c.first_on, make_date(c.year, 1, 1)) < r.effective_until;
