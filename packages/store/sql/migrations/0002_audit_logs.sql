-- The events. Partitioned by range of the id, whose first 48 bits are its time, so that PRIMARY KEY (id) is unique over all partitions
-- and a retry which crosses midnight lands where the first attempt did. Append-only: nothing learned later is ever written here.
-- Columns are only ever added, nullable, at the end: the previous release's workers go on writing while a migration runs.

create table audit_logs (
  id uuid not null,
  created_at timestamptz generated always as (uuid_time(id)) stored,
  batch bigint not null default pg_current_xact_id()::text::bigint,
  stored_at timestamptz not null default now(),
  occurred_at timestamptz,
  event_domain text,
  user_id text,
  resource_type text,
  resource_id text,
  event_type text not null,
  event_category text not null,
  severity text not null,
  source text,
  service_name text,
  tenant_id text,
  correlation_id text,
  outcome text,
  host text,
  description text,
  metadata jsonb,
  ip_address inet,
  user_agent text,
  producer_id text,
  producer_seq bigint,
  schema_version smallint not null default 1,
  flags integer not null default 0,
  primary key (id)
) partition by range (id);

-- Catches ids outside the prepared range: what can be stored is stored. Maintenance moves them out when their partition is made.
create table audit_logs_default partition of audit_logs default;

-- What each index costs and serves was measured: docs/adr/0006-indexes-of-audit-logs.md. A b-tree adds 2 us to the 6.8 us of a row, so
-- there are two; the BRIN ones are free to write. Newest first is an ascending index read backwards.

-- latest events of one user: where user_id = $1 order by id desc
create index audit_logs_user_id_id_idx on audit_logs (user_id, id) where user_id is not null;
-- latest events of one type: where event_type = $1 order by id desc
create index audit_logs_event_type_id_idx on audit_logs (event_type, id);
-- history of one resource: where resource_id = $1 [and resource_type = $2]
create index audit_logs_resource_id_idx on audit_logs using brin (resource_id text_bloom_ops (n_distinct_per_range = 512)) with (pages_per_range = 32);
-- people who type a time range by hand: where created_at >= $1
create index audit_logs_created_at_idx on audit_logs using brin (created_at) with (autosummarize = on);
-- readers of the ledger: the rows of one batch, where batch = $1
create index audit_logs_batch_idx on audit_logs using brin (batch) with (pages_per_range = 32, autosummarize = on);

comment on table audit_logs is 'Audit and security events, append-only, one row per id. Filter on id (uuid_floor) to prune partitions.';
comment on column audit_logs.id is 'UUIDv7, minted once where the event happened; every retry carries it, so one event is one row.';
comment on column audit_logs.created_at is 'The time inside the id, computed by the database.';
comment on column audit_logs.batch is 'Transaction that stored the row: audit_batches.xid.';
comment on column audit_logs.stored_at is 'When the storing transaction began, by the clock of the database.';
comment on column audit_logs.occurred_at is 'When it happened, as the caller says.';
comment on column audit_logs.event_domain is 'What it is about: authentication, authorization, account, data_access, api, threat, system, manufacturing, compliance; null when it concerns no domain.';
comment on column audit_logs.user_id is 'Who did it; null for anonymous and system.';
comment on column audit_logs.resource_type is 'Kind of the thing it was done to.';
comment on column audit_logs.resource_id is 'Which thing it was done to.';
comment on column audit_logs.event_type is 'What happened, from the catalogue or the application''s own, such as api_key_created.';
comment on column audit_logs.event_category is 'Urgency: critical, warning or info.';
comment on column audit_logs.severity is 'info, low, medium, high or critical.';
comment on column audit_logs.source is 'Which part of a system reported it.';
comment on column audit_logs.service_name is 'Service that reported it.';
comment on column audit_logs.tenant_id is 'Customer or organisation that it belongs to.';
comment on column audit_logs.correlation_id is 'Request or trace that ties events together.';
comment on column audit_logs.outcome is 'success, failure, denied or unknown.';
comment on column audit_logs.host is 'Machine that the event comes from.';
comment on column audit_logs.description is 'One sentence for people. Untrusted text.';
comment on column audit_logs.metadata is 'Everything else that the caller gave; what Auditlane adds is below the key _auditlane. Untrusted.';
comment on column audit_logs.ip_address is 'Address of the client that caused it.';
comment on column audit_logs.user_agent is 'User agent as sent. Untrusted text.';
comment on column audit_logs.producer_id is 'Process that minted the event: random at each start.';
comment on column audit_logs.producer_seq is 'The producer''s own count 1, 2, 3, ...; a hole is a lost event.';
comment on column audit_logs.schema_version is 'Version of the entry format it arrived in.';
comment on column audit_logs.flags is 'Bits that say what was changed or is doubtful: truncated, redacted, time_suspect and so on; 0 is untouched.';
