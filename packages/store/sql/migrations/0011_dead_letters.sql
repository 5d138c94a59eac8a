-- Dead letters beyond what the list in Redis may hold, and the originals of those that an operator edited. A letter is in the list or here;
-- where a crash leaves it in both, the list counts. Nothing here expires: a dead letter is an event that is stored nowhere else.

create table audit_dead_letters (
  id text primary key,
  entry_id uuid,
  line bytea not null,
  reason text not null,
  last_at timestamptz not null,
  bytes integer generated always as (octet_length(line)) stored,
  moved_at timestamptz not null default now(),
  redriven_at timestamptz
);
comment on table audit_dead_letters is 'Dead letters that the list in Redis has no room for.';
comment on column audit_dead_letters.id is 'The event''s id, or sha256: and the digest of the entry when it has none.';
comment on column audit_dead_letters.entry_id is 'Id of the event that a redrive makes of it; null when it cannot be redriven.';
comment on column audit_dead_letters.line is 'The letter as it was in the list, byte for byte.';
comment on column audit_dead_letters.reason is 'Why it was parked; unreadable when the line is not a letter of ours.';
comment on column audit_dead_letters.last_at is 'When it was parked.';
comment on column audit_dead_letters.bytes is 'Length of the line.';
comment on column audit_dead_letters.moved_at is 'When it came here.';
comment on column audit_dead_letters.redriven_at is 'When a redrive began; null is never. One that was cut short leaves the row, and maintenance deletes it once the event is stored.';

-- for the list, newest first, with and without a reason
create index audit_dead_letters_last_at_idx on audit_dead_letters (last_at desc, id desc);
create index audit_dead_letters_reason_idx on audit_dead_letters (reason, last_at desc, id desc);
-- for maintenance, which looks for redrives that were cut short
create index audit_dead_letters_redriven_at_idx on audit_dead_letters (redriven_at) where redriven_at is not null;

create table audit_dead_letter_originals (
  id text not null,
  digest text not null,
  line bytea not null,
  entry_id uuid not null,
  edited_by text not null,
  edited_at timestamptz not null default now(),
  primary key (id, digest)
);
comment on table audit_dead_letter_originals is 'What a dead letter was before an operator edited it.';
comment on column audit_dead_letter_originals.id is 'Id of the letter.';
comment on column audit_dead_letter_originals.digest is 'SHA-256 of the line, hex.';
comment on column audit_dead_letter_originals.line is 'The letter before the edit, byte for byte.';
comment on column audit_dead_letter_originals.entry_id is 'Id of the event that the edit made of it.';
comment on column audit_dead_letter_originals.edited_by is 'Who edited it.';
comment on column audit_dead_letter_originals.edited_at is 'When.';

-- for retention, and for the originals of one event
create index audit_dead_letter_originals_edited_at_idx on audit_dead_letter_originals (edited_at);
create index audit_dead_letter_originals_entry_id_idx on audit_dead_letter_originals (entry_id);

-- A client that keeps an event until it is safe asks whether it is here; what a letter holds is not for it to read.
grant select (id) on audit_dead_letters to audit_writer;
