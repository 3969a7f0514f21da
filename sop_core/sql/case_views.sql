-- What a generated case is, when it opens, and which revision judges a case: said once, for the
-- facts, the import's checks and the check-up alike. Recreated at start-up.

-- Places that generated ids may name beside flow and year: A-2026-<unit> is an office's annual
-- report, A-2026-NASIONAL a national year, D-2026-TW1 a quarter (flow_trait says which flow has
-- which).
CREATE OR REPLACE VIEW case_place AS
SELECT t.flow, 'unit_year' AS level, u.code AS unit_code, NULL::INTEGER AS quarter, u.code AS tail,
    u.kind
FROM flow_trait t
CROSS JOIN (SELECT DISTINCT code, kind FROM register WHERE kind <> 'nasional') u
WHERE t.annual_report
UNION ALL
SELECT flow, 'national_cycle', 'NASIONAL', quarter, coalesce('TW' || quarter, 'NASIONAL'), 'nasional'
FROM (
    SELECT flow, unnest(CASE WHEN national_period = 'quarter' THEN [1, 2, 3, 4] ELSE [NULL] END)::INTEGER
        AS quarter
    FROM flow_trait
);

-- The parts of an id that is written like a generated one; NULL for others.
CREATE OR REPLACE MACRO id_parts(id) AS CASE
    WHEN regexp_full_match(id, '[A-Z]-\d{4}-[A-Z0-9-]+')
    THEN {'flow': id[1], 'year': id[3:6]::INTEGER, 'tail': id[8:]} END;

-- Ids that no activity may take: of a generated case, or of an office under any flow.
CREATE OR REPLACE MACRO reserved_id(id) AS id_parts(id).tail IN (SELECT tail FROM case_place);

-- The id of a place in a year.
CREATE OR REPLACE MACRO generated_id(flow, year, tail) AS flow || '-' || year || '-' || tail;

-- When cases without a step before open: an annual report on the first working day after its
-- year, a quarter on the first one after it. A national year waits for the reports
-- (rebuild_national_opening.sql).
CREATE OR REPLACE VIEW calendar_opening AS
SELECT p.level, p.year, p.quarter, c.next_working AS opens_on
FROM (
    SELECT 'unit_year' AS level, y AS year, NULL::INTEGER AS quarter, make_date(y, 12, 31) AS ends
    FROM (SELECT DISTINCT year(day) AS y FROM calendar_day)
    UNION ALL
    SELECT 'national_cycle', y, q, last_day(make_date(y, 3 * q, 1))
    FROM (SELECT DISTINCT year(day) AS y FROM calendar_day)
    CROSS JOIN (SELECT unnest([1, 2, 3, 4])::INTEGER AS q)
) p
JOIN calendar_day c ON c.day = p.ends;

-- The day by which a case finds its revision: its first record, a generated one its opening if
-- that is earlier; without either the first day of its year (a national year's: of the year
-- after, when it is made).
CREATE OR REPLACE MACRO starts_on(level, year, quarter, first_on, opens_on) AS coalesce(
    least(first_on, opens_on),
    make_date(year + CASE WHEN level = 'national_cycle' AND quarter IS NULL THEN 1 ELSE 0 END, 1, 1)
);

-- The revision in force on a day.
CREATE OR REPLACE MACRO revision_on(on_day) AS (
    SELECT revision FROM sop_revision WHERE on_day >= effective_from AND on_day < effective_until
);

-- By which revision a case goes that starts on a day: `revised_on`, where until then it showed
-- another, the one in force on `early`; and whether it is judged, or from before the first one.
CREATE OR REPLACE MACRO going_by(start, early, known_from) AS (
    SELECT {
        'revision': n.revision, 'judged': start >= n.judges_from,
        'revised_on': CASE WHEN start > known_from AND e.revision <> n.revision THEN start END,
        'revision_before': CASE WHEN start > known_from AND e.revision <> n.revision
            THEN e.revision END
    }
    FROM sop_revision n, sop_revision e
    WHERE start >= n.effective_from AND start < n.effective_until
        AND early >= e.effective_from AND early < e.effective_until
);
