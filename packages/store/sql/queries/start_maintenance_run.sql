-- Notes that a task of maintenance began.
-- $1 task, $2 when, $3 host, $4 pid.
insert into audit_maintenance_runs as run (task, status, started_at, host, pid)
values ($1, 'running', $2, $3, $4)
on conflict (task) do update
set status = 'running', started_at = excluded.started_at, finished_at = null, duration_ms = null, error = null, details = null,
  host = excluded.host, pid = excluded.pid
where run.started_at <= excluded.started_at
