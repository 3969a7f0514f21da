-- Word templates that an office's reports may be written in. A row is only ever added or marked
-- withdrawn; among those that are not, each name stands once.
CREATE TABLE report_template (
    template_no INTEGER NOT NULL, name VARCHAR NOT NULL, file_name VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL, size INTEGER NOT NULL, content BLOB NOT NULL,
    kept_by VARCHAR NOT NULL, kept_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
