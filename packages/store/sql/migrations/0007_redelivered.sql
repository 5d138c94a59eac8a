-- Tells a redelivery from a second event under the same id. The writer may not read what it wrote, so this runs with its owner's rights
-- and says nothing but which ids differ: first row wins, and the difference is counted.
-- What is compared is what the event says. Left out is how it came: a retried request or import brings the same id through another
-- producer, and a newer worker may judge the same entry otherwise (flags, schema_version).

create function audit_conflicting_ids(redelivered json) returns setof uuid
  language sql stable security definer
  -- few rows against a large table: always by the primary key
  set enable_hashjoin = off
  set enable_mergejoin = off
begin atomic
  select r.id
  from json_to_recordset(redelivered) as r (
    id uuid, occurred_at timestamptz, event_domain text, user_id text, resource_type text, resource_id text, event_type text,
    event_category text, severity text, source text, service_name text, tenant_id text, correlation_id text, outcome text, host text,
    description text, metadata text, ip_address inet, user_agent text
  )
  join audit_logs l on l.id = r.id
  where (
    l.occurred_at, l.event_domain, l.user_id, l.resource_type, l.resource_id, l.event_type,
    l.event_category, l.severity, l.source, l.service_name, l.tenant_id, l.correlation_id, l.outcome, l.host,
    l.description, l.metadata, l.ip_address, l.user_agent
  ) is distinct from (
    r.occurred_at, r.event_domain, r.user_id, r.resource_type, r.resource_id, r.event_type,
    r.event_category, r.severity, r.source, r.service_name, r.tenant_id, r.correlation_id, r.outcome, r.host,
    r.description, r.metadata::jsonb, r.ip_address, r.user_agent
  );
end;
revoke execute on function audit_conflicting_ids(json) from public;
comment on function audit_conflicting_ids(json) is 'Which of these redelivered events differ from the stored row of the same id.';
