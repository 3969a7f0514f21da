-- What sets the flows apart (sop_core/flows.py), for questions in SQL.
CREATE TABLE flow_trait (
    flow VARCHAR NOT NULL, national_period VARCHAR NOT NULL, annual_report BOOLEAN NOT NULL,
    follow_ups BOOLEAN NOT NULL, people BOOLEAN NOT NULL, function BOOLEAN NOT NULL
);
-- The first working day after each day: when a case opens, when a step is late.
ALTER TABLE calendar_day ADD COLUMN next_working DATE;
