-- Every case that is owed: imported activities, plus one annual report a UPT, and one
-- national cycle (a quarter each in flow D), for every year and flow with activities or
-- with records of their own.
INSERT INTO sop_case
WITH named AS (
    SELECT r.case_id, r.first_on, p.flow, r.id.year AS year, p.tail, p.kind
    FROM (
        SELECT case_id, id_parts(case_id) AS id, min(coalesce(started, finished)) AS first_on
        FROM step_record WHERE id_parts(case_id) IS NOT NULL GROUP BY case_id
    ) r
    JOIN case_place p ON p.flow = r.id.flow AND p.tail = r.id.tail
    WHERE case_id NOT IN (SELECT case_id FROM activity)
), owed_year AS (
    SELECT flow, year FROM activity GROUP BY ALL
    UNION SELECT flow, year FROM named
), expected AS (
    SELECT generated_id(p.flow, y.year, p.tail) AS case_id, p.flow, p.level, y.year, p.quarter,
        p.unit_code
    FROM owed_year y JOIN case_place p USING (flow)
    LEFT JOIN named n ON n.flow = p.flow AND n.year = y.year AND n.tail = p.tail
    -- A central unit's annual report is there where it made one; it does not owe any.
    WHERE p.kind <> 'pusat' OR n.case_id IS NOT NULL
), opened AS (
    SELECT e.*, o.opens_on
    FROM expected e LEFT JOIN calendar_opening o ON o.level = e.level AND o.year = e.year
        AND o.quarter IS NOT DISTINCT FROM e.quarter
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
        NULL, NULL, o.opens_on, n.first_on
    FROM opened o
    LEFT JOIN named n USING (case_id)
)
SELECT
    c.case_id, c.flow, c.level, c.year, c.quarter, c.unit_code, c.title, c.stakeholder,
    c.commodity, c.opens_on,
    -- A national year opens later on, see rebuild_national_opening.sql.
    revision_on(starts_on(c.level, c.year, c.quarter, c.first_on, c.opens_on))
FROM all_case c;
