-- What was doubtful about rows that were kept all the same: an order of steps that cannot be.
CREATE TABLE import_warning (
    batch_id INTEGER NOT NULL, sheet VARCHAR NOT NULL, row_no INTEGER NOT NULL,
    column_name VARCHAR NOT NULL, value VARCHAR NOT NULL, message VARCHAR NOT NULL
);
