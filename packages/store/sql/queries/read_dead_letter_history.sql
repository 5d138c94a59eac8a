-- What happened to one dead letter, newest first: events of it alone, and actions on several letters, whose intent has the ids of all and whose
-- outcome has them by outcome. Those are found by event_type and id, and are few. $1 to $5 and the result as in read_history.
with alone as (
  select e.id
  from audit_logs as e
  where e.resource_type = $1
    and e.resource_id = $2
    and e.id >= $3::uuid
    and e.id < $4::uuid
  order by e.id desc
  limit $5
), among_others as (
  select e.id
  from audit_logs as e
  where e.event_type in ('audit.dead_letters.redriven', 'audit.dead_letters.edited', 'audit.dead_letters.purged')
    and e.resource_type = $1
    -- lax and silent: metadata of any shape is no error
    and (
      jsonb_path_exists(e.metadata, '$.ids[*] ? (@ == $id)', jsonb_build_object('id', $2::text), true)
      or jsonb_path_exists(e.metadata, '$.outcomes.*[*] ? (@ == $id)', jsonb_build_object('id', $2::text), true)
    )
    and e.id >= $3::uuid
    and e.id < $4::uuid
  order by e.id desc
  limit $5
)
select
  id::text as id, created_at, stored_at, occurred_at, event_domain, user_id, resource_type, resource_id, event_type, event_category,
  severity, source, service_name, tenant_id, correlation_id, outcome, host, description, metadata, host(ip_address) as ip_address, user_agent,
  producer_id, producer_seq::text as producer_seq, schema_version, flags
from audit_logs as e
where e.id in (
  select id
  from alone
  union
  select id
  from among_others
)
  and e.id >= $3::uuid
  and e.id < $4::uuid
order by e.id desc
limit $5
