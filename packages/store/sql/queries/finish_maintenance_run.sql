-- Notes how a task of maintenance ended. A run that began before the one that is noted changes only the last failure.
-- $1 task, $2 status (succeeded, failed), $3 started, $4 finished, $5 duration in milliseconds, $6 error or null, $7 details as json or null,
-- $8 host, $9 pid.
insert into audit_maintenance_runs as run (
  task, status, started_at, finished_at, duration_ms, error, details, last_success_at, last_failure_at, last_failure, host, pid
)
values (
  $1, $2, $3, $4::timestamptz, $5, $6, $7,
  case when $2 = 'succeeded' then $4::timestamptz end,
  case when $2 = 'failed' then $4::timestamptz end,
  $6, $8, $9
)
on conflict (task) do update
set
  status = case when run.started_at <= excluded.started_at then excluded.status else run.status end,
  finished_at = case when run.started_at <= excluded.started_at then excluded.finished_at else run.finished_at end,
  duration_ms = case when run.started_at <= excluded.started_at then excluded.duration_ms else run.duration_ms end,
  error = case when run.started_at <= excluded.started_at then excluded.error else run.error end,
  details = case when run.started_at <= excluded.started_at then excluded.details else run.details end,
  host = case when run.started_at <= excluded.started_at then excluded.host else run.host end,
  pid = case when run.started_at <= excluded.started_at then excluded.pid else run.pid end,
  started_at = greatest(run.started_at, excluded.started_at),
  last_success_at = greatest(run.last_success_at, excluded.last_success_at),
  last_failure = case when run.last_failure_at > excluded.last_failure_at then run.last_failure else coalesce(excluded.last_failure, run.last_failure) end,
  last_failure_at = greatest(run.last_failure_at, excluded.last_failure_at)
