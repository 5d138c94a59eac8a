-- Keys of the HTTP interface. Only a hash is kept: a key has 256 random bits, so a plain SHA-256 is enough.

create table api_keys (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  key_hash text not null unique check (key_hash ~ '^[0-9a-f]{64}$'),
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
comment on table api_keys is 'Keys of the HTTP interface, hashed.';
comment on column api_keys.id is 'Names the key in lists and logs.';
comment on column api_keys.name is 'What the key is for, in words.';
comment on column api_keys.key_hash is 'SHA-256 of the key, hex; the key itself is shown once and kept nowhere.';
comment on column api_keys.scopes is 'What it may do: ingest, read, operate, respond, monitor, admin.';
comment on column api_keys.created_at is 'When it was made.';
comment on column api_keys.expires_at is 'When it ends to work; null is never.';
comment on column api_keys.revoked_at is 'When it was taken back; null is not.';
comment on column api_keys.last_used_at is 'Last use, to the minute.';
