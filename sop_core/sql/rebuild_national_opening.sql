-- A national year's first step opens on the day the last UPT's annual report is in, and no
-- later than the last day the SOP file allows (31 March). Taking the earlier of the two keeps
-- any past day's answer true: a report that comes in May does not move an opening in March.
-- The revision in force at the start of the year after says how late that is; the one in force
-- on the opening, or on an earlier first record, judges the cycle.
UPDATE sop_case AS c
SET opens_on = o.opens_on, revision = revision_on(least(o.first_on, o.opens_on))
FROM (
    SELECT
        n.case_id, f.first_on,
        least(
            CASE WHEN count(*) = count(r.finished) THEN max(r.finished) END,
            strptime((n.year + 1) || '-' || v.national_year_latest, '%Y-%m-%d')::DATE
        ) AS opens_on
    FROM sop_case n
    JOIN sop_revision v ON v.revision = n.revision
    JOIN sop_case u ON u.flow = n.flow AND u.year = n.year AND u.level = 'unit_year'
    JOIN (SELECT DISTINCT code FROM unit WHERE kind IN ('balai_besar', 'balai', 'loka')) k
        ON k.code = u.unit_code
    JOIN sop_step s ON s.revision = u.revision AND s.flow = u.flow AND s.level = 'unit_year'
    LEFT JOIN step_record r ON r.case_id = u.case_id AND r.step_no = s.step_no
    LEFT JOIN (
        SELECT case_id, min(coalesce(started, finished)) AS first_on
        FROM step_record WHERE case_id LIKE '%-NASIONAL' GROUP BY case_id
    ) f ON f.case_id = n.case_id
    WHERE n.level = 'national_cycle' AND n.quarter IS NULL
    GROUP BY n.case_id, n.year, v.national_year_latest, f.first_on
) AS o
WHERE o.case_id = c.case_id;
