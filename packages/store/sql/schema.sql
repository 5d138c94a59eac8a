-- Generated from the migrations by `npm run generate`: what they make of an empty database. Not run by anything.
-- Partitions with bounds are left out, since they depend on the day; so is who owns what.

CREATE OR REPLACE FUNCTION public.audit_conflicting_ids(redelivered json)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
BEGIN ATOMIC
 SELECT r.id
    FROM (json_to_recordset(audit_conflicting_ids.redelivered) r(id uuid, occurred_at timestamp with time zone, event_domain text, user_id text, resource_type text, resource_id text, event_type text, event_category text, severity text, source text, service_name text, tenant_id text, correlation_id text, outcome text, host text, description text, metadata text, ip_address inet, user_agent text)
      JOIN audit_logs l ON ((l.id = r.id)))
   WHERE ((((((((((((((((((l.occurred_at IS DISTINCT FROM r.occurred_at) OR (l.event_domain IS DISTINCT FROM r.event_domain)) OR (l.user_id IS DISTINCT FROM r.user_id)) OR (l.resource_type IS DISTINCT FROM r.resource_type)) OR (l.resource_id IS DISTINCT FROM r.resource_id)) OR (l.event_type IS DISTINCT FROM r.event_type)) OR (l.event_category IS DISTINCT FROM r.event_category)) OR (l.severity IS DISTINCT FROM r.severity)) OR (l.source IS DISTINCT FROM r.source)) OR (l.service_name IS DISTINCT FROM r.service_name)) OR (l.tenant_id IS DISTINCT FROM r.tenant_id)) OR (l.correlation_id IS DISTINCT FROM r.correlation_id)) OR (l.outcome IS DISTINCT FROM r.outcome)) OR (l.host IS DISTINCT FROM r.host)) OR (l.description IS DISTINCT FROM r.description)) OR (l.metadata IS DISTINCT FROM (r.metadata)::jsonb)) OR (l.ip_address IS DISTINCT FROM r.ip_address)) OR (l.user_agent IS DISTINCT FROM r.user_agent));
END;

CREATE OR REPLACE FUNCTION public.audit_create_partition(parent regclass, new_name text, from_at timestamp with time zone, to_at timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  space text := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = parent);
  default_partition regclass := (select d.partdefid from pg_partitioned_table d where d.partrelid = parent and d.partdefid <> 0);
  key text := (select a.attname from pg_partitioned_table d join pg_attribute a on a.attrelid = d.partrelid and a.attnum = d.partattrs[0] where d.partrelid = parent);
  columns text := (select string_agg(format('%I', a.attname), ', ' order by a.attnum) from pg_attribute a where a.attrelid = parent and a.attnum > 0 and not a.attisdropped and a.attgenerated = '');
  low text := case key when 'id' then uuid_floor(from_at)::text else from_at::text end;
  high text := case key when 'id' then uuid_floor(to_at)::text else to_at::text end;
  moved bigint := 0;
begin
  -- one maker at a time; readers and writers of the parent do not wait for this lock
  execute format('lock table only %s in share update exclusive mode', parent);
  if to_regclass(format('%I.%I', space, new_name)) is not null then
    return null;
  end if;
  execute format('create table %I.%I (like %s including all)', space, new_name, parent);
  if default_partition is not null then
    -- before the look inside, so that no row arrives between the look and the ATTACH
    execute format('lock table %s in access exclusive mode', default_partition);
    execute format(
      'with moved as (delete from %s where %I >= %L and %I < %L returning %s) insert into %I.%I (%s) select %s from moved',
      default_partition, key, low, key, high, columns, space, new_name, columns, columns);
    get diagnostics moved = row_count;
  end if;
  execute format('alter table %s attach partition %I.%I for values from (%L) to (%L)', parent, space, new_name, low, high);
  return moved;
end
$function$;

CREATE OR REPLACE FUNCTION public.audit_drop_partition(parent regclass, old_name text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  old regclass;
begin
  -- DROP wants the parent's strongest lock after the child's; readers take them the other way round, so take the parent first
  execute format('lock table only %s in access exclusive mode', parent);
  old := (select i.inhrelid from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = parent and c.relname = old_name);
  if old is null then
    return false;
  end if;
  execute format('drop table %s', old);
  return true;
end
$function$;

CREATE OR REPLACE FUNCTION public.audit_note_settings(process text, settings jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SECURITY DEFINER
BEGIN ATOMIC
 WITH before AS (
          SELECT audit_observations.value
            FROM audit_observations
           WHERE (audit_observations.name = ('settings:'::text || audit_note_settings.process))
         ), noted AS (
          INSERT INTO audit_observations AS o (name, value)
           VALUES (('settings:'::text || audit_note_settings.process), audit_note_settings.settings) ON CONFLICT(name) DO UPDATE SET value = excluded.value, changed_at = now()
           WHERE (o.value IS DISTINCT FROM excluded.value)
           RETURNING o.name
         )
  SELECT before.value
    FROM before,
     noted;
END;

CREATE OR REPLACE FUNCTION public.audit_partitions(parent regclass)
 RETURNS TABLE(name text, is_default boolean, from_at timestamp with time zone, to_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  p record;
  bounds text[];
begin
  for p in
    select c.relname::text as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent
  loop
    name := p.name;
    is_default := p.bound = 'DEFAULT';
    bounds := regexp_match(p.bound, '^FOR VALUES FROM \(''([^'']+)''\) TO \(''([^'']+)''\)$');
    -- audit_logs is bounded by ids, audit_batches by times
    from_at := case when bounds[1] ~ '^[0-9a-f]{8}-' then uuid_time(bounds[1]::uuid) else bounds[1]::timestamptz end;
    to_at := case when bounds[2] ~ '^[0-9a-f]{8}-' then uuid_time(bounds[2]::uuid) else bounds[2]::timestamptz end;
    return next;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION public.audit_summarize()
 RETURNS integer
 LANGUAGE sql
AS $function$
  select coalesce(sum(brin_summarize_new_values(i.indexrelid)), 0)::integer
  from audit_partitions('audit_logs') p
  join pg_index i on i.indrelid = to_regclass(p.name)
  join pg_class c on c.oid = i.indexrelid
  join pg_am a on a.oid = c.relam and a.amname = 'brin'
  where p.is_default or (p.to_at > now() - interval '1 day' and p.from_at < now() + interval '1 day')
$function$;

CREATE OR REPLACE FUNCTION public.uuid_floor(at timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN (rpad(lpad(to_hex((LEAST(GREATEST(floor((EXTRACT(epoch FROM (at AT TIME ZONE 'UTC'::text)) * (1000)::numeric)), (0)::numeric), ('281474976710655'::bigint)::numeric))::bigint), 12, '0'::text), 32, '0'::text))::uuid;

CREATE OR REPLACE FUNCTION public.uuid_time(id uuid)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
RETURN to_timestamp(((((('x'::text || encode(SUBSTRING(uuid_send(id) FROM 1 FOR 6), 'hex'::text)))::bit(48))::bigint)::double precision / (1000.0)::double precision));

create sequence audit_batches_seq;

create table api_keys (
  id uuid not null default gen_random_uuid(),
  name text not null,
  key_hash text not null,
  scopes text[] not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  constraint api_keys_key_hash_key UNIQUE (key_hash),
  constraint api_keys_pkey PRIMARY KEY (id),
  constraint api_keys_key_hash_check CHECK ((key_hash ~ '^[0-9a-f]{64}$'::text))
);

create table audit_batches (
  generation integer not null default 1,
  xid bigint not null default ((pg_current_xact_id())::text)::bigint,
  seq bigint not null default nextval('audit_batches_seq'::regclass),
  rows integer not null,
  first_id uuid not null,
  last_id uuid not null,
  writer text not null,
  stored_at timestamp with time zone not null default now(),
  constraint audit_batches_pkey PRIMARY KEY (generation, xid, seq, stored_at)
) partition by range (stored_at);
create index audit_batches_stored_at_idx on only public.audit_batches using btree (stored_at);
grant select on audit_batches to audit_reader;
grant insert on audit_batches to audit_writer;

create table audit_batches_default partition of audit_batches default;

create table audit_dead_letter_originals (
  id text not null,
  digest text not null,
  line bytea not null,
  entry_id uuid not null,
  edited_by text not null,
  edited_at timestamp with time zone not null default now(),
  constraint audit_dead_letter_originals_pkey PRIMARY KEY (id, digest)
);
create index audit_dead_letter_originals_edited_at_idx on public.audit_dead_letter_originals using btree (edited_at);
create index audit_dead_letter_originals_entry_id_idx on public.audit_dead_letter_originals using btree (entry_id);

create table audit_dead_letters (
  id text not null,
  entry_id uuid,
  line bytea not null,
  reason text not null,
  last_at timestamp with time zone not null,
  bytes integer generated always as (octet_length(line)) stored,
  moved_at timestamp with time zone not null default now(),
  redriven_at timestamp with time zone,
  constraint audit_dead_letters_pkey PRIMARY KEY (id)
);
create index audit_dead_letters_last_at_idx on public.audit_dead_letters using btree (last_at DESC, id DESC);
create index audit_dead_letters_reason_idx on public.audit_dead_letters using btree (reason, last_at DESC, id DESC);
create index audit_dead_letters_redriven_at_idx on public.audit_dead_letters using btree (redriven_at) where (redriven_at is not null);
grant insert (id) on audit_dead_letters to audit_writer;
grant select (id) on audit_dead_letters to audit_writer;
grant insert (entry_id) on audit_dead_letters to audit_writer;
grant insert (line) on audit_dead_letters to audit_writer;
grant insert (reason) on audit_dead_letters to audit_writer;
grant insert (last_at) on audit_dead_letters to audit_writer;

create table audit_event_findings (
  event_id uuid not null,
  location_data jsonb,
  risk_score smallint,
  found_at timestamp with time zone not null default now(),
  constraint audit_event_findings_pkey PRIMARY KEY (event_id),
  constraint audit_event_findings_risk_score_check CHECK (((risk_score >= 0) AND (risk_score <= 100)))
);
grant select on audit_event_findings to audit_reader;

create table audit_event_states (
  event_id uuid not null,
  processed_at timestamp with time zone,
  ack_at timestamp with time zone,
  constraint audit_event_states_pkey PRIMARY KEY (event_id)
);
grant select on audit_event_states to audit_reader;

create table audit_ledger_readers (
  reader text not null,
  generation integer not null default 0,
  xid bigint not null default 0,
  seq bigint not null default 0,
  since timestamp with time zone not null default now(),
  moved_at timestamp with time zone not null default now(),
  constraint audit_ledger_readers_pkey PRIMARY KEY (reader)
);

create table audit_logs (
  id uuid not null,
  created_at timestamp with time zone generated always as (uuid_time(id)) stored,
  batch bigint not null default ((pg_current_xact_id())::text)::bigint,
  stored_at timestamp with time zone not null default now(),
  occurred_at timestamp with time zone,
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
  constraint audit_logs_pkey PRIMARY KEY (id)
) partition by range (id);
create index audit_logs_batch_idx on only public.audit_logs using brin (batch) with (pages_per_range='32', autosummarize='on');
create index audit_logs_created_at_idx on only public.audit_logs using brin (created_at) with (autosummarize='on');
create index audit_logs_event_type_id_idx on only public.audit_logs using btree (event_type, id);
create index audit_logs_resource_id_idx on only public.audit_logs using brin (resource_id text_bloom_ops (n_distinct_per_range='512')) with (pages_per_range='32');
create index audit_logs_user_id_id_idx on only public.audit_logs using btree (user_id, id) where (user_id is not null);
grant select on audit_logs to audit_reader;
grant insert on audit_logs to audit_writer;
grant select (id) on audit_logs to audit_writer;

create table audit_logs_default partition of audit_logs default;

create table audit_maintenance_runs (
  task text not null,
  status text not null,
  started_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  duration_ms integer,
  error text,
  details jsonb,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  last_failure text,
  host text not null,
  pid integer not null,
  constraint audit_maintenance_runs_pkey PRIMARY KEY (task),
  constraint audit_maintenance_runs_status_check CHECK ((status = ANY (ARRAY['running'::text, 'succeeded'::text, 'failed'::text])))
);

create table audit_migrations (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone not null default now(),
  duration_ms integer not null,
  constraint audit_migrations_pkey PRIMARY KEY (version)
);
grant select on audit_migrations to audit_reader;
grant select on audit_migrations to audit_writer;

create table audit_observations (
  name text not null,
  value jsonb not null,
  changed_at timestamp with time zone not null default now(),
  constraint audit_observations_pkey PRIMARY KEY (name)
);

create table audit_producers (
  producer_id text not null,
  received int8multirange not null default '{}'::int8multirange,
  accounted int8multirange not null default '{}'::int8multirange,
  counts_from bigint,
  known_to bigint not null default 0,
  holes int8multirange not null generated always as (((int8multirange(int8range(COALESCE(counts_from, lower(received), (1)::bigint), GREATEST(COALESCE(counts_from, lower(received), (1)::bigint), (known_to + 1), COALESCE(upper(received), (1)::bigint)))) - received) - accounted)) stored,
  noticed int8multirange not null default '{}'::int8multirange,
  noticed_at timestamp with time zone,
  settled int8multirange not null default '{}'::int8multirange,
  doubted int8multirange not null default '{}'::int8multirange,
  doubted_at timestamp with time zone,
  lost int8multirange not null default '{}'::int8multirange,
  lost_at timestamp with time zone,
  events bigint not null default 0,
  truncated bigint not null default 0,
  first_seen_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  closed_at timestamp with time zone,
  constraint audit_producers_pkey PRIMARY KEY (producer_id)
);
create index audit_producers_last_seen_at_idx on public.audit_producers using btree (last_seen_at);
create index audit_producers_open_idx on public.audit_producers using btree (producer_id) where (not (isempty(holes) and isempty(settled) and isempty(lost)));
grant select on audit_producers to audit_reader;

create view security_events as
SELECT l.id,
    l.created_at,
    COALESCE(l.occurred_at, l.created_at) AS "timestamp",
    l.user_id,
    l.service_name,
    l.event_type,
    l.event_domain AS event_category,
    l.event_category AS urgency,
    l.severity,
    l.metadata AS event_data,
    l.ip_address,
    l.user_agent,
    l.host,
    l.host AS vm_id,
    f.location_data,
    COALESCE(f.risk_score,
        CASE
            WHEN jsonb_typeof(l.metadata #> '{_auditlane,risk_score}'::text[]) = 'number'::text THEN LEAST(100::numeric, GREATEST(0::numeric, round((l.metadata #>> '{_auditlane,risk_score}'::text[])::numeric)))::smallint
            ELSE NULL::smallint
        END, 0::smallint) AS risk_score,
    s.processed_at IS NOT NULL AS is_processed,
    s.processed_at,
    s.ack_at,
    l.correlation_id,
    l.outcome,
    l.source
   FROM audit_logs l
     LEFT JOIN audit_event_findings f ON f.event_id = l.id
     LEFT JOIN audit_event_states s ON s.event_id = l.id
  WHERE l.event_domain IS NOT NULL;
grant select on security_events to audit_reader;
