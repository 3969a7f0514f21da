-- Offices whose uploads their head confirms (pengesahan), by the centre's word.
CREATE TABLE approving_office (
    unit_code VARCHAR NOT NULL, entered_by VARCHAR NOT NULL, entered_at TIMESTAMP NOT NULL,
    withdrawn_by VARCHAR, withdrawn_at TIMESTAMP
);
-- What a head said of an upload; the newest word stands.
CREATE TABLE approval (
    approval_no INTEGER NOT NULL, batch_id INTEGER NOT NULL, verdict VARCHAR NOT NULL,
    note VARCHAR NOT NULL, said_by VARCHAR NOT NULL, said_at TIMESTAMP NOT NULL
);
