-- Number of the last migration that ran. Result: version, 0 when none did.
select coalesce(max(version), 0) as version from audit_migrations
