-- The last run of each task of maintenance. Result: one row for each, by name.
select task, status, started_at, finished_at, duration_ms, error, details, last_success_at, last_failure_at, last_failure, host, pid
from audit_maintenance_runs
order by task
