-- Each entry of the audit carries the digest of the one before and of itself (store/chain.py).
ALTER TABLE audit ADD COLUMN chain VARCHAR;
