-- Whether blank cells of the batch's file cleared what was stored. They keep it now, unless the
-- uploader says otherwise; the blanks of every batch before this migration cleared.
-- Made anew: DuckDB adds no column that must be filled.
CREATE TABLE import_sheet_before AS FROM import_sheet;
DROP TABLE import_sheet;
CREATE TABLE import_sheet (
    batch_id INTEGER NOT NULL, sheet VARCHAR NOT NULL, columns VARCHAR[] NOT NULL,
    clears BOOLEAN NOT NULL DEFAULT true
);
INSERT INTO import_sheet SELECT batch_id, sheet, columns, true FROM import_sheet_before;
DROP TABLE import_sheet_before;
