-- Generated cases among the touched ones: what every UPT and the nation owe in years that are
-- open, and whatever has records of its own. One that is owed is there from the day its year
-- opened; one in a year that is not open, from its first record.
DELETE FROM sop_case WHERE case_id IN (FROM touched_case) AND level <> 'activity';

INSERT INTO sop_case BY NAME
WITH first AS (
    SELECT case_id, min(coalesce(started, finished)) AS first_on
    FROM step_record SEMI JOIN touched_case USING (case_id) GROUP BY case_id
), place AS (
    SELECT t.case_id, p.*, t.id.year AS year, f.first_on,
        CASE WHEN p.kind <> 'pusat' THEN y.opened_on END AS opened_on
    FROM (SELECT case_id, id_parts(case_id) AS id FROM touched_case) t
    JOIN case_place p ON p.flow = t.id.flow AND p.tail = t.id.tail
    LEFT JOIN first f ON f.case_id = t.case_id
    LEFT JOIN flow_year y ON y.flow = p.flow AND y.year = t.id.year
    WHERE t.case_id NOT IN (SELECT case_id FROM activity)
        -- A central unit's annual report is there where it made one; it does not owe any.
        AND (f.case_id IS NOT NULL OR (y.flow IS NOT NULL AND p.kind <> 'pusat'))
), report AS (
    -- A national year opens on the day the last UPT's annual report is in, and no later than the
    -- day that the SOP file names (31 March). Taking the earlier of the two keeps any past day's
    -- answer true: a report that comes in May does not move an opening in March.
    SELECT n.case_id, least(
        CASE WHEN count(*) = count(r.finished) THEN max(r.finished) END,
        strptime((n.year + 1) || '-' || any_value(v.national_year_latest), '%Y-%m-%d')::DATE
    ) AS opens_on
    FROM place n
    JOIN sop_revision v ON make_date(n.year + 1, 1, 1) >= v.effective_from
        AND make_date(n.year + 1, 1, 1) < v.effective_until
    JOIN case_place u ON u.flow = n.flow AND u.level = 'unit_year' AND u.kind <> 'pusat'
    LEFT JOIN step_record r ON r.case_id = generated_id(u.flow, n.year, u.tail)
    WHERE n.level = 'national_cycle' AND n.quarter IS NULL
    GROUP BY n.case_id, n.year
), opening AS (
    SELECT p.*, CASE
        -- Whoever has not begun when a year is opened late owes from then on.
        WHEN p.first_on <= p.opened_on OR p.opened_on IS NULL THEN coalesce(o.opens_on, r.opens_on)
        ELSE greatest(coalesce(o.opens_on, r.opens_on), p.opened_on) END AS opens_on
    FROM place p
    LEFT JOIN calendar_opening o ON o.level = p.level AND o.year = p.year
        AND o.quarter IS NOT DISTINCT FROM p.quarter
    LEFT JOIN report r USING (case_id)
), known AS (
    SELECT *, least(first_on, opened_on) AS known_from,
        starts_on(level, year, quarter, first_on, opens_on) AS start,
        starts_on(level, year, quarter, NULL, CASE WHEN quarter IS NOT NULL OR level = 'unit_year'
            THEN opens_on END) AS early_start
    FROM opening
), judged AS (
    -- Until it is known when it starts, it shows the revision that it would start under.
    SELECT *, going_by(start, early_start, known_from) AS goes FROM known
)
SELECT
    case_id, flow, level, year, quarter, unit_code,
    CASE
        WHEN level = 'unit_year' THEN 'Laporan tahunan ' || year
        WHEN quarter IS NOT NULL THEN 'Laporan triwulan ' || quarter || ' ' || year
        ELSE 'Siklus nasional ' || year
    END AS title,
    first_on, known_from, opens_on, goes.revision, goes.revised_on, goes.revision_before, goes.judged
FROM judged;
