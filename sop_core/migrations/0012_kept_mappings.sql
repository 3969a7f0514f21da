-- How an office's own tables are read (importing/mapping/kept.py): kept once somebody has
-- confirmed it, for the office, or for the operator (no unit). A row is only ever added or marked
-- withdrawn; among those of an office that are not, each name stands once.
CREATE TABLE kept_mapping (
    mapping_no INTEGER NOT NULL, unit_code VARCHAR, name VARCHAR NOT NULL,
    fingerprint VARCHAR NOT NULL, headings VARCHAR[] NOT NULL, mapping VARCHAR NOT NULL,
    kept_by VARCHAR NOT NULL, kept_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
