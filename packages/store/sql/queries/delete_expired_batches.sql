-- Deletes expired rows of the ledger from DEFAULT.
-- $1 time before which a row has expired. The answer's row count says how many.
delete from audit_batches_default where stored_at < $1
