-- What happened to one thing, newest first. Short pages by key: one long cursor would hold up the dropping of partitions.
-- $1 resource_type; $2 resource_id; $3 and $4 lowest id and the one above the highest; $5 how many at most. Result: the events.
select
  id::text as id, created_at, stored_at, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category,
  severity, source, service_name, tenant_id, correlation_id, outcome, host, description, metadata, host(ip_address) as ip_address, user_agent,
  producer_id, producer_seq::text as producer_seq, schema_version, flags
from audit_logs as e
where e.resource_type = $1
  and e.resource_id = $2
  and e.id >= $3::uuid
  and e.id < $4::uuid
-- e.: the plain name would be the text above, which no index serves
order by e.id desc
limit $5
