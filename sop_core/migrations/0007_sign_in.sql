-- A password that somebody else chose must be changed before anything is opened.
ALTER TABLE app_user ADD COLUMN must_change BOOLEAN DEFAULT false;
-- From where and by which way a session was begun: who has signed in from an address before
-- is not held up by strangers' guesses.
ALTER TABLE sign_in ADD COLUMN address VARCHAR;
ALTER TABLE sign_in ADD COLUMN how VARCHAR;
-- Sign-ins that were refused, counted. `login` is '-' where there is no such account: what was
-- typed is not kept, for people type their password there.
CREATE TABLE sign_in_refusal (
    kind VARCHAR NOT NULL, login VARCHAR NOT NULL, address VARCHAR NOT NULL,
    refused INTEGER NOT NULL, first_at TIMESTAMP NOT NULL, last_at TIMESTAMP NOT NULL
);
