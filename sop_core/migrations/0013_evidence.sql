-- Documents and links that show that a step was done or a follow-up was seen to. Documents are
-- kept beside the store by their SHA-256 (blobs.py). A row is only ever added or marked
-- withdrawn; `unit_code` is the office it was added for, whoever takes up the case's id later.
CREATE TABLE evidence (
    evidence_no INTEGER NOT NULL, case_id VARCHAR NOT NULL, step_no INTEGER,
    recommendation_no VARCHAR, unit_code VARCHAR NOT NULL, kind VARCHAR NOT NULL, sha256 VARCHAR,
    size BIGINT, name VARCHAR NOT NULL, link VARCHAR, note VARCHAR NOT NULL,
    added_by VARCHAR NOT NULL, added_login VARCHAR NOT NULL, added_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
