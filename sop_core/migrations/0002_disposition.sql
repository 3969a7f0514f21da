-- What the PPTM decided on recommendations (A.9, B.9, C.7). Rows are only ever added: the
-- last one of a recommendation is in force, the others are its history.
CREATE SEQUENCE disposition_number;
CREATE TABLE disposition (
    decision_no INTEGER NOT NULL, recommendation_id VARCHAR NOT NULL, evidence_year INTEGER NOT NULL,
    unit_code VARCHAR NOT NULL, flow VARCHAR NOT NULL, step VARCHAR, topic VARCHAR,
    rule VARCHAR NOT NULL, title VARCHAR NOT NULL, reason VARCHAR NOT NULL, score DOUBLE NOT NULL,
    sop_ref VARCHAR NOT NULL, proposed DOUBLE NOT NULL, decision VARCHAR NOT NULL,
    target DOUBLE NOT NULL, note VARCHAR NOT NULL, decided_by VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL
);
