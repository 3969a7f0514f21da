-- What sets the flows apart (sop_core/flows.py), for questions in SQL.
CREATE TABLE flow_trait (
    flow VARCHAR NOT NULL, national_period VARCHAR NOT NULL, annual_report BOOLEAN NOT NULL,
    follow_ups BOOLEAN NOT NULL, people BOOLEAN NOT NULL, function BOOLEAN NOT NULL
);
-- The first working day after each day: when a case opens, when a step is late.
ALTER TABLE calendar_day ADD COLUMN next_working DATE;
-- From what a step's norm is counted (mulai, pemicu), and from which day a revision judges.
ALTER TABLE sop_step ADD COLUMN counted_from VARCHAR;
ALTER TABLE sop_revision ADD COLUMN judges_from DATE;
-- Whether a batch goes on to certification after its training (D.3).
ALTER TABLE activity ADD COLUMN certification BOOLEAN;
ALTER TABLE activity_vouched ADD COLUMN certification BOOLEAN;

-- A year of a flow that the centre opened by hand: every UPT owes its reports.
CREATE TABLE opened_year (
    flow VARCHAR NOT NULL, year INTEGER NOT NULL, reason VARCHAR NOT NULL,
    entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
-- The day up to which an office has said how things stand; with an upload, or without one.
CREATE TABLE office_statement (
    statement_no INTEGER NOT NULL, unit_code VARCHAR NOT NULL, until DATE NOT NULL,
    stated_by VARCHAR NOT NULL, stated_at TIMESTAMP NOT NULL, batch_id INTEGER,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
-- Corrections of the calendar stay when they are taken back: what was known then is known.
ALTER TABLE calendar_override ADD COLUMN withdrawn_by VARCHAR;
ALTER TABLE calendar_override ADD COLUMN withdrawn_at TIMESTAMP;

-- Facts are made anew; see sop_core/sql/rebuild_*.sql for what their columns mean.
DROP TABLE sop_case;
CREATE TABLE sop_case (
    case_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, level VARCHAR NOT NULL,
    year INTEGER NOT NULL, quarter INTEGER, unit_code VARCHAR NOT NULL, title VARCHAR NOT NULL,
    stakeholder VARCHAR, commodity VARCHAR, certification BOOLEAN, first_on DATE, known_from DATE,
    opens_on DATE, revision VARCHAR NOT NULL, revised_on DATE, revision_before VARCHAR,
    judged BOOLEAN NOT NULL
);
CREATE TABLE flow_year (flow VARCHAR NOT NULL, year INTEGER NOT NULL, opened_on DATE NOT NULL);
DROP TABLE step_fact;
CREATE TABLE step_fact (
    case_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, step_no INTEGER NOT NULL,
    holds_from DATE NOT NULL, holds_until DATE NOT NULL,
    level VARCHAR NOT NULL, year INTEGER NOT NULL, unit_code VARCHAR NOT NULL, commodity VARCHAR,
    revision VARCHAR NOT NULL, milestone VARCHAR, sla_days INTEGER, optional BOOLEAN NOT NULL,
    recorded_on DATE, begun_on DATE, start_on DATE, start_no INTEGER, owed_on DATE, owed_no INTEGER,
    counted_on DATE, counted_no INTEGER, count_rule VARCHAR,
    due_on DATE, due_no INTEGER, due_rule VARCHAR, provisional BOOLEAN NOT NULL,
    finish_on DATE, finish_no INTEGER, finished_late BOOLEAN NOT NULL,
    overdue_from DATE, overdue_until DATE, passed_on DATE, bypassed_on DATE
);
DELETE FROM meta WHERE key = 'reference';

-- What uploads of before said: how things stood on their day, in the offices whose rows they
-- brought and in the uploader's own.
INSERT INTO office_statement
WITH said AS (
    SELECT v.batch_id, v.unit_code FROM activity_vouched v
    UNION SELECT v.batch_id, coalesce(a.unit_code, CASE
        WHEN regexp_full_match(v.case_id, '[A-D]-\d{4}-TW[1-4]') THEN 'NASIONAL'
        WHEN regexp_full_match(v.case_id, '[A-D]-\d{4}-.+') THEN v.case_id[8:] END)
    FROM step_record_vouched v LEFT JOIN activity a USING (case_id)
    UNION SELECT batch_id, imported_unit FROM import_batch
    WHERE imported_unit IS NOT NULL AND batch_id IN (SELECT batch_id FROM step_record_vouched)
)
SELECT row_number() OVER (ORDER BY b.batch_id, s.unit_code), s.unit_code, b.imported_at::DATE,
    b.imported_by, b.imported_at, b.batch_id, NULL, NULL
FROM said s JOIN import_batch b USING (batch_id)
WHERE s.unit_code IS NOT NULL AND b.undone_at IS NULL;
