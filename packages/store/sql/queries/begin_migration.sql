-- Waits for its turn among all that migrate this database; the transaction's end gives the turn to the next.
-- Result: has_table, whether any migration ran before.
select to_regclass('audit_migrations') is not null as has_table from pg_advisory_xact_lock(4711, 1)
