-- Which migrations this database has. Fails when it has none (the table comes with the first).
-- Result: version, name, checksum, one row for each, in order.
select version, name, checksum from audit_migrations order by version
