-- Revisions of the SOP that staff enter beside the files in data/sop/. A row is only ever
-- added or marked withdrawn; of one revision number the last that is not withdrawn counts.
CREATE TABLE sop_document (
    document_no INTEGER NOT NULL, revision VARCHAR NOT NULL, effective DATE NOT NULL,
    document VARCHAR NOT NULL, file_name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL,
    content BLOB NOT NULL, entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
-- Steps are asked for by what they are, so that a revision may renumber them.
ALTER TABLE sop_step ADD COLUMN milestone VARCHAR;
ALTER TABLE step_fact ADD COLUMN milestone VARCHAR;
