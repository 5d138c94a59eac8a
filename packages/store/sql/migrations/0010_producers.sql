-- The loss ledger. Each producer numbers its events 1, 2, 3, ..., so a number that has no row and no other known end is a lost event.
-- Filled by maintenance, which follows audit_batches; nothing here is written on the way of an event.

create table audit_ledger_readers (
  reader text primary key,
  generation integer not null default 0,
  xid bigint not null default 0,
  seq bigint not null default 0,
  since timestamptz not null default now(),
  moved_at timestamptz not null default now()
);
insert into audit_ledger_readers (reader) values ('producers');
comment on table audit_ledger_readers is 'How far each reader of the ledger has come; its row is locked while it reads, and moves with what the reader writes.';
comment on column audit_ledger_readers.reader is 'Which reader: producers.';
comment on column audit_ledger_readers.generation is 'Last batch that was read: audit_batches.generation.';
comment on column audit_ledger_readers.xid is 'Last batch that was read: audit_batches.xid.';
comment on column audit_ledger_readers.seq is 'Last batch that was read: audit_batches.seq.';
comment on column audit_ledger_readers.since is 'When the reader was added: of what was stored before, a part may have expired unread.';
comment on column audit_ledger_readers.moved_at is 'When it last read something.';

create table audit_producers (
  producer_id text primary key,
  received int8multirange not null default '{}',
  accounted int8multirange not null default '{}',
  counts_from bigint,
  known_to bigint not null default 0,
  -- kept by the server, so that producers without holes, nearly all of them, cost a look at an index and nothing else
  holes int8multirange not null generated always as (
    int8multirange(int8range(
      coalesce(counts_from, lower(received), 1),
      greatest(coalesce(counts_from, lower(received), 1), known_to + 1, coalesce(upper(received), 1))
    )) - received - accounted
  ) stored,
  noticed int8multirange not null default '{}',
  noticed_at timestamptz,
  settled int8multirange not null default '{}',
  doubted int8multirange not null default '{}',
  doubted_at timestamptz,
  lost int8multirange not null default '{}',
  lost_at timestamptz,
  events bigint not null default 0,
  truncated bigint not null default 0,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  closed_at timestamptz
);
-- producers that maintenance must look at: where something is or was missing
create index audit_producers_open_idx on audit_producers (producer_id)
  where not (isempty(holes) and isempty(settled) and isempty(lost));
-- retention: where last_seen_at < $1
create index audit_producers_last_seen_at_idx on audit_producers (last_seen_at);
comment on table audit_producers is 'Which numbers of each producer have arrived, and which are missing. One row per process start of a client.';
comment on column audit_producers.producer_id is 'The producer: audit_logs.producer_id.';
comment on column audit_producers.received is 'Numbers that have a row, or had one that expired since.';
comment on column audit_producers.accounted is 'Numbers without a row whose end is known: given up by the client, whose caller was told, or parked as a dead letter.';
comment on column audit_producers.counts_from is 'First number that is expected; null: the lowest received, since earlier ones may have expired before they were read.';
comment on column audit_producers.known_to is 'Highest number that Redis accepted or that a closing producer named; a number above it, never stored, is unknown and not missing.';
comment on column audit_producers.holes is 'Numbers without a row and without a known end: on their way, or lost.';
comment on column audit_producers.noticed is 'Holes that were there at noticed_at.';
comment on column audit_producers.noticed_at is 'When holes were last written down.';
comment on column audit_producers.settled is 'Holes that have been there for the settle time at least: these are searched for.';
comment on column audit_producers.doubted is 'Numbers that were looked for once and found nowhere.';
comment on column audit_producers.doubted_at is 'When that was.';
comment on column audit_producers.lost is 'Numbers that were found nowhere twice, and have been reported.';
comment on column audit_producers.lost_at is 'When lost last grew.';
comment on column audit_producers.events is 'Rows of the producer so far.';
comment on column audit_producers.truncated is 'How many of them were cut to fit.';
comment on column audit_producers.first_seen_at is 'When its first row was stored.';
comment on column audit_producers.last_seen_at is 'When its last row was stored or Redis last heard of it.';
comment on column audit_producers.closed_at is 'When it closed in order; null while it runs, and for ever when it was killed.';

create table audit_observations (
  name text primary key,
  value jsonb not null,
  changed_at timestamptz not null default now()
);
comment on table audit_observations is 'What was last seen of things whose change is an event: settings of processes, the data set of Redis, dead letters.';
comment on column audit_observations.name is 'What was looked at, such as settings:audit-worker.';
comment on column audit_observations.value is 'What it was. Never a secret.';
comment on column audit_observations.changed_at is 'When it last changed.';

grant select on audit_producers to audit_reader;

-- Notes the settings that a process starts with; answers those noted before if they differ, null if they do not or are the first. With its
-- owner's rights, so that the writer, who may only append events, can do this and nothing else here.
create function audit_note_settings(process text, settings jsonb) returns jsonb
  language sql security definer
begin atomic
  with before as (
    select value from audit_observations where name = 'settings:' || process
  ),
  noted as (
    insert into audit_observations as o (name, value)
    values ('settings:' || process, settings)
    on conflict (name) do update set value = excluded.value, changed_at = now()
    where o.value is distinct from excluded.value
    returning name
  )
  select before.value from before, noted;
end;
revoke execute on function audit_note_settings(text, jsonb) from public;
grant execute on function audit_note_settings(text, jsonb) to audit_writer;
comment on function audit_note_settings(text, jsonb) is 'Notes the settings of a process; answers those before if they differ.';
