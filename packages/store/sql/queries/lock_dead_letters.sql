-- Lets one at a time act on dead letters, until the transaction ends. Takes no transaction id, so readers of the ledger do not wait for it.
-- Result: one row without meaning.
select pg_advisory_xact_lock(hashtextextended('auditlane dead letters ' || current_schema(), 0))::text as locked
