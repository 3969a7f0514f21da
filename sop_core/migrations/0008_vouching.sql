-- Every row that a batch carried and that was kept, also where it changed nothing, so that
-- without the batch the store can be made again from what the others vouch for. Takes the
-- place of the `_prior` tables, which held only what a batch had replaced.
CREATE TABLE activity_vouched AS SELECT * FROM activity LIMIT 0;
CREATE TABLE step_record_vouched AS SELECT *, NULL::VARCHAR AS revision FROM step_record LIMIT 0;
CREATE TABLE facilitator_vouched AS SELECT * FROM facilitator LIMIT 0;
CREATE TABLE follow_up_vouched AS SELECT * FROM follow_up LIMIT 0;
CREATE TABLE target_vouched AS SELECT * FROM target LIMIT 0;
-- Which columns of a sheet the batch's file had; the others of its rows are not vouched for.
-- A batch without rows here was kept before this migration: see the next lines.
CREATE TABLE import_sheet (batch_id INTEGER NOT NULL, sheet VARCHAR NOT NULL, columns VARCHAR[] NOT NULL);

-- Of older batches only what they changed is known, as whole rows: what stands in the store,
-- and what later batches put aside. Rows that they carried unchanged were never written down.
INSERT INTO activity_vouched BY NAME SELECT * FROM activity
    UNION ALL BY NAME SELECT * EXCLUDE (undo_batch, existed) FROM activity_prior WHERE existed;
INSERT INTO step_record_vouched BY NAME SELECT * FROM step_record
    UNION ALL BY NAME SELECT * EXCLUDE (undo_batch, existed) FROM step_record_prior WHERE existed;
INSERT INTO facilitator_vouched BY NAME SELECT * FROM facilitator
    UNION ALL BY NAME SELECT * EXCLUDE (undo_batch, existed) FROM facilitator_prior WHERE existed;
INSERT INTO follow_up_vouched BY NAME SELECT * FROM follow_up
    UNION ALL BY NAME SELECT * EXCLUDE (undo_batch, existed) FROM follow_up_prior WHERE existed;
INSERT INTO target_vouched BY NAME SELECT * FROM target
    UNION ALL BY NAME SELECT * EXCLUDE (undo_batch, existed) FROM target_prior WHERE existed;
DROP TABLE activity_prior;
DROP TABLE step_record_prior;
DROP TABLE facilitator_prior;
DROP TABLE follow_up_prior;
DROP TABLE target_prior;

-- How large a file is, so that a list of files need not read them.
ALTER TABLE import_file ADD COLUMN size BIGINT;
UPDATE import_file SET size = octet_length(content);
