-- Whether a blank cell of the batch's file cleared what was stored. It keeps it now, unless the
-- uploader says otherwise; the blanks of every batch before this migration cleared.
ALTER TABLE import_sheet ADD COLUMN clears BOOLEAN DEFAULT true;
ALTER TABLE import_sheet ALTER COLUMN clears SET NOT NULL;
