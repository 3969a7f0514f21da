-- From which day every UPT owes the reports of a year of a flow: the day on which one UPT in ten
-- had a record of an activity of that year, so that one row with a wrong year opens nothing; or
-- from its first day, where the centre opened it by hand. An activity without any record is no sign:
-- nobody knows when it was there.
CREATE OR REPLACE TEMP TABLE flow_year_before AS FROM flow_year;
DELETE FROM flow_year;

INSERT INTO flow_year
WITH upt AS (
    SELECT DISTINCT code FROM unit WHERE is_upt(kind)
), begun AS (
    SELECT flow, year, unit_code, min(first_on) AS first_on
    FROM sop_case
    WHERE level = 'activity' AND first_on IS NOT NULL AND unit_code IN (FROM upt)
    GROUP BY flow, year, unit_code
), nth AS (
    SELECT flow, year, first_on,
        row_number() OVER (PARTITION BY flow, year ORDER BY first_on, unit_code) AS offices
    FROM begun
), opened AS (
    SELECT flow, year, min(first_on) AS opened_on
    FROM nth WHERE offices >= :OPENING_SHARE * (SELECT count(*) FROM upt) GROUP BY flow, year
    UNION ALL
    SELECT flow, year, make_date(year, 1, 1) FROM opened_year WHERE withdrawn_at IS NULL
)
SELECT flow, year, min(opened_on) FROM opened GROUP BY flow, year;

-- Every generated case of a year whose opening moved is made anew.
INSERT INTO touched_case
WITH moved AS (
    (FROM flow_year EXCEPT FROM flow_year_before) UNION (FROM flow_year_before EXCEPT FROM flow_year)
)
SELECT generated_id(p.flow, y.year, p.tail) AS case_id
FROM (SELECT DISTINCT flow, year FROM moved) y JOIN case_place p USING (flow)
EXCEPT FROM touched_case;

-- A national year waits for the annual reports.
INSERT INTO touched_case
SELECT generated_id(p.flow, t.id.year, p.tail) AS case_id
FROM (SELECT DISTINCT id_parts(case_id) AS id FROM touched_case) t
JOIN case_place p ON p.flow = t.id.flow AND p.level = 'national_cycle' AND p.quarter IS NULL
EXCEPT FROM touched_case;
