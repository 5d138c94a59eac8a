-- The ledger: one row for each transaction that stored events, written by that transaction. Readers follow (generation, xid, seq), never
-- seq alone: sequence numbers are taken in an order that commits do not keep (with eight writers that skipped 5% of the batches).

create sequence audit_batches_seq;

create table audit_batches (
  generation integer not null default 1,
  xid bigint not null default pg_current_xact_id()::text::bigint,
  seq bigint not null default nextval('audit_batches_seq'),
  rows integer not null,
  first_id uuid not null,
  last_id uuid not null,
  writer text not null,
  stored_at timestamptz not null default now(),
  -- readers of the ledger: where (generation, xid, seq) > cursor order by generation, xid, seq; stored_at is here as the partition key
  primary key (generation, xid, seq, stored_at)
) partition by range (stored_at);

create table audit_batches_default partition of audit_batches default;

-- throughput of the last minute, and rows a day for the width of partitions: where stored_at > $1
create index audit_batches_stored_at_idx on audit_batches (stored_at);

comment on table audit_batches is 'The ledger: one row per transaction that stored events. Follow it by (generation, xid, seq) below the oldest open transaction.';
comment on column audit_batches.generation is 'Raised after a dump and restore, which restarts transaction ids.';
comment on column audit_batches.xid is 'The storing transaction: audit_logs.batch of its rows.';
comment on column audit_batches.seq is 'Order within equal xid; gaps are normal.';
comment on column audit_batches.rows is 'Events inserted; duplicates that were absorbed are not counted.';
comment on column audit_batches.first_id is 'Lowest id inserted.';
comment on column audit_batches.last_id is 'Highest id inserted.';
comment on column audit_batches.writer is 'Who stored it: the process.';
comment on column audit_batches.stored_at is 'When the transaction began, by the clock of the database.';
comment on sequence audit_batches_seq is 'Numbers the ledger''s rows.';
