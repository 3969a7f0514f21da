-- Reference: synced from data/ at start-up.
CREATE TABLE unit (
    code VARCHAR NOT NULL, name VARCHAR NOT NULL, kind VARCHAR NOT NULL, province VARCHAR,
    city VARCHAR, coordinator_code VARCHAR, lat DOUBLE, lon DOUBLE, timezone VARCHAR,
    valid_from DATE NOT NULL
);
CREATE TABLE sop_revision (
    revision VARCHAR NOT NULL, effective_from DATE NOT NULL, effective_until DATE NOT NULL,
    national_year_latest VARCHAR NOT NULL
);
CREATE TABLE sop_step (
    revision VARCHAR NOT NULL, flow VARCHAR NOT NULL, step_no INTEGER NOT NULL,
    level VARCHAR NOT NULL, activity VARCHAR NOT NULL, sla_days INTEGER,
    deadline_day INTEGER, optional BOOLEAN NOT NULL, requires INTEGER[] NOT NULL
);
CREATE TABLE calendar_day (
    day DATE NOT NULL, working BOOLEAN NOT NULL, working_no INTEGER NOT NULL,
    provisional BOOLEAN NOT NULL, provisional_no INTEGER NOT NULL, name VARCHAR, kind VARCHAR
);
CREATE TABLE calendar_override (
    day DATE NOT NULL, working BOOLEAN NOT NULL, reason VARCHAR NOT NULL,
    legal_basis VARCHAR NOT NULL, entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL
);

-- Records: what the five sheets hold. No primary keys: an import merges by key, and the
-- same SQL has to run on DuckLake, which has none.
CREATE TABLE activity (
    case_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, year INTEGER NOT NULL,
    unit_code VARCHAR NOT NULL, title VARCHAR NOT NULL, stakeholder VARCHAR, commodity VARCHAR,
    form VARCHAR, function VARCHAR, joint_with_center BOOLEAN, proposal_source VARCHAR,
    participants INTEGER, cadres INTEGER, batch_id INTEGER NOT NULL, source_row INTEGER NOT NULL
);
CREATE TABLE step_record (
    case_id VARCHAR NOT NULL, step_no INTEGER NOT NULL, started DATE, finished DATE,
    document_no VARCHAR, skipped BOOLEAN, reason VARCHAR, remarks VARCHAR,
    batch_id INTEGER NOT NULL, source_row INTEGER NOT NULL
);
CREATE TABLE facilitator (
    facilitator_id VARCHAR NOT NULL, name VARCHAR NOT NULL, unit_code VARCHAR NOT NULL,
    case_id VARCHAR, kind VARCHAR NOT NULL, trained_on DATE, institution VARCHAR,
    competence_no VARCHAR, competence_on DATE, valid_until DATE, applied_on DATE,
    recognition_no VARCHAR, endorsed_on DATE, active BOOLEAN,
    batch_id INTEGER NOT NULL, source_row INTEGER NOT NULL
);
CREATE TABLE follow_up (
    case_id VARCHAR NOT NULL, recommendation_no VARCHAR NOT NULL, description VARCHAR NOT NULL,
    unit_code VARCHAR, target_on DATE, finished_on DATE, outcome VARCHAR,
    batch_id INTEGER NOT NULL, source_row INTEGER NOT NULL
);
CREATE TABLE target (
    year INTEGER NOT NULL, unit_code VARCHAR NOT NULL, flow VARCHAR NOT NULL,
    activities INTEGER, facilitators INTEGER, businesses INTEGER,
    batch_id INTEGER NOT NULL, source_row INTEGER NOT NULL
);

-- What a batch replaced, so that it can be undone.
CREATE TABLE activity_prior AS SELECT 0 AS undo_batch, false AS existed, * FROM activity LIMIT 0;
CREATE TABLE step_record_prior AS SELECT 0 AS undo_batch, false AS existed, * FROM step_record LIMIT 0;
CREATE TABLE facilitator_prior AS SELECT 0 AS undo_batch, false AS existed, * FROM facilitator LIMIT 0;
CREATE TABLE follow_up_prior AS SELECT 0 AS undo_batch, false AS existed, * FROM follow_up LIMIT 0;
CREATE TABLE target_prior AS SELECT 0 AS undo_batch, false AS existed, * FROM target LIMIT 0;

CREATE SEQUENCE batch_number;
CREATE TABLE import_batch (
    batch_id INTEGER NOT NULL, sha256 VARCHAR NOT NULL, imported_at TIMESTAMP NOT NULL,
    imported_by VARCHAR NOT NULL, all_or_nothing BOOLEAN NOT NULL, demo BOOLEAN NOT NULL,
    rows_new INTEGER NOT NULL, rows_changed INTEGER NOT NULL, rows_unchanged INTEGER NOT NULL,
    rows_rejected INTEGER NOT NULL, undone_at TIMESTAMP, undone_by VARCHAR
);
CREATE TABLE import_file (
    batch_id INTEGER NOT NULL, name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, content BLOB NOT NULL
);
CREATE TABLE import_rejection (
    batch_id INTEGER NOT NULL, sheet VARCHAR NOT NULL, row_no INTEGER NOT NULL,
    column_name VARCHAR NOT NULL, value VARCHAR NOT NULL, message VARCHAR NOT NULL
);

-- Facts: everything about a case and its steps that does not depend on the as-of date.
-- Rebuilt by sop_core/sql/rebuild_*.sql when records, overrides or the SOP change.
CREATE TABLE sop_case (
    case_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, level VARCHAR NOT NULL,
    year INTEGER NOT NULL, quarter INTEGER, unit_code VARCHAR NOT NULL, title VARCHAR NOT NULL,
    stakeholder VARCHAR, commodity VARCHAR, opens_on DATE, revision VARCHAR NOT NULL
);
CREATE TABLE step_fact (
    case_id VARCHAR NOT NULL, flow VARCHAR NOT NULL, step_no INTEGER NOT NULL,
    level VARCHAR NOT NULL, year INTEGER NOT NULL, unit_code VARCHAR NOT NULL, commodity VARCHAR,
    sla_days INTEGER, optional BOOLEAN NOT NULL, recorded BOOLEAN NOT NULL,
    start_on DATE, start_no INTEGER, start_rule VARCHAR,
    due_on DATE, due_no INTEGER, due_rule VARCHAR, provisional BOOLEAN NOT NULL,
    finish_on DATE, finish_no INTEGER, days_used INTEGER, days_late INTEGER,
    skipped BOOLEAN NOT NULL, skip_on DATE, bypassed_on DATE
);
CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL);
