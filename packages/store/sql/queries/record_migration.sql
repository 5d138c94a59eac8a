-- Remembers a migration; runs in its transaction.
-- $1 version, $2 name of the file, $3 checksum, $4 duration in milliseconds.
insert into audit_migrations (version, name, checksum, duration_ms)
values ($1, $2, $3, $4)
