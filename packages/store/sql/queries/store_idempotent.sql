-- Stores events of which some may be stored already, with the ledger row of those that were not, in one statement.
-- $1 json array of rows, sorted by id (one lock order for all writers); $2 the writer's name.
-- Result: one row: inserted, how many were new; ids, which ones, null when all were.
with inserted as (
  insert into audit_logs (
    id, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category, severity, source, service_name,
    tenant_id, correlation_id, outcome, host, description, metadata, ip_address, user_agent, producer_id, producer_seq, schema_version, flags
  )
  select
    id, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category, severity, source, service_name,
    tenant_id, correlation_id, outcome, host, description, metadata::jsonb, ip_address, user_agent, producer_id, producer_seq, schema_version, flags
  from json_to_recordset($1::json) as r (
    id uuid, occurred_at timestamptz, event_domain text, user_id text, resource_type text, resource_id text, event_type text,
    event_category text, severity text, source text, service_name text, tenant_id text, correlation_id text, outcome text, host text,
    description text, metadata text, ip_address inet, user_agent text, producer_id text, producer_seq bigint, schema_version smallint, flags integer
  )
  -- names no columns: naming them would need the right to read them
  on conflict do nothing
  returning id
),
ledger as (
  insert into audit_batches (rows, first_id, last_id, writer)
  -- uuid has no min and max before Postgres 18
  select count(*)::integer, (array_agg(id order by id))[1], (array_agg(id order by id desc))[1], $2
  from inserted
  having count(*) > 0
)
select
  count(*)::integer as inserted,
  case when count(*) < json_array_length($1::json) then coalesce(array_agg(id::text), '{}') end as ids
from inserted
