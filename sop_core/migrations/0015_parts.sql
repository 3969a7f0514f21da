-- From which table of its files each row of a batch came: ``source_row`` holds the number of that
-- table (importing/raw.py), here is its name: a tab, a file, a column of a recap, or both.
-- Of batches of before this migration the names are not known.
CREATE TABLE import_part (
    batch_id INTEGER NOT NULL, sheet VARCHAR NOT NULL, part_no INTEGER NOT NULL, name VARCHAR NOT NULL
);
