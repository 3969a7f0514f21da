-- What the centre decided on the list of reasons (data/hambatan.toml ships the first of them): the
-- last row of a code stands. Rows are only ever added.
CREATE TABLE hindrance_reason (
    reason_no INTEGER NOT NULL, code VARCHAR NOT NULL, label VARCHAR NOT NULL,
    in_use BOOLEAN NOT NULL, entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL
);
-- Why a step is late or waits, what is planned and for when. `label` is the reason as it read then;
-- `unit_code` the office of the case and `activity` the wording of the step then. The newest of a step that is not withdrawn stands.
CREATE TABLE hindrance (
    hindrance_no INTEGER NOT NULL, case_id VARCHAR NOT NULL, step_no INTEGER NOT NULL,
    activity VARCHAR NOT NULL, unit_code VARCHAR NOT NULL, reason VARCHAR NOT NULL, label VARCHAR NOT NULL,
    plan VARCHAR NOT NULL, plan_on DATE NOT NULL,
    said_by VARCHAR NOT NULL, said_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
-- Remarks on a case. Rows are only ever added; `said_unit` is the writer's office.
CREATE TABLE case_remark (
    remark_no INTEGER NOT NULL, case_id VARCHAR NOT NULL, unit_code VARCHAR NOT NULL,
    remark VARCHAR NOT NULL, said_by VARCHAR NOT NULL, said_unit VARCHAR, said_at TIMESTAMP NOT NULL
);
