-- The last run of each scheduled task, so that a failed one is seen where people look.

create table audit_maintenance_runs (
  task text primary key,
  status text not null check (status in ('running', 'succeeded', 'failed')),
  started_at timestamptz not null,
  finished_at timestamptz,
  duration_ms integer,
  error text,
  details jsonb,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  last_failure text,
  host text not null,
  pid integer not null
);
comment on table audit_maintenance_runs is 'The last run of each scheduled task of maintenance.';
comment on column audit_maintenance_runs.task is 'Which task: partitions, retention, self-check.';
comment on column audit_maintenance_runs.status is 'How the last run stands: running, succeeded or failed.';
comment on column audit_maintenance_runs.started_at is 'When the last run began.';
comment on column audit_maintenance_runs.finished_at is 'When it ended; null while it runs.';
comment on column audit_maintenance_runs.duration_ms is 'How long it took, in milliseconds.';
comment on column audit_maintenance_runs.error is 'Why it failed; null if it did not.';
comment on column audit_maintenance_runs.details is 'What it did: partitions made, rows deleted and so on.';
comment on column audit_maintenance_runs.last_success_at is 'When a run last succeeded.';
comment on column audit_maintenance_runs.last_failure_at is 'When a run last failed.';
comment on column audit_maintenance_runs.last_failure is 'Why that run failed.';
comment on column audit_maintenance_runs.host is 'Machine of the last run.';
comment on column audit_maintenance_runs.pid is 'Process of the last run.';
