-- People, their sign-ins, and the trace that every change leaves. Rows of `audit` are only
-- ever added.
CREATE TABLE app_user (
    login VARCHAR NOT NULL, name VARCHAR NOT NULL, role VARCHAR NOT NULL, unit_code VARCHAR,
    password_hash VARCHAR, active BOOLEAN NOT NULL, created_at TIMESTAMP NOT NULL,
    created_by VARCHAR NOT NULL
);
CREATE TABLE sign_in (
    token_hash VARCHAR NOT NULL, login VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL, ended_at TIMESTAMP
);
CREATE SEQUENCE audit_number;
CREATE TABLE audit (
    entry_no INTEGER NOT NULL, happened_at TIMESTAMP NOT NULL, login VARCHAR NOT NULL,
    role VARCHAR NOT NULL, unit_code VARCHAR, action VARCHAR NOT NULL, subject VARCHAR NOT NULL,
    before VARCHAR, after VARCHAR, outcome VARCHAR NOT NULL
);
ALTER TABLE import_batch ADD COLUMN imported_login VARCHAR;
ALTER TABLE import_batch ADD COLUMN imported_unit VARCHAR;
