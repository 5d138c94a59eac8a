-- The view of the events that concern security, and what is learned about an event after it was stored: side tables, because audit_logs
-- is append-only. They are empty until something learns.

create table audit_event_findings (
  event_id uuid primary key,
  location_data jsonb,
  risk_score smallint check (risk_score between 0 and 100),
  found_at timestamptz not null default now()
);
comment on table audit_event_findings is 'What was found out about an event after it was stored.';
comment on column audit_event_findings.event_id is 'The event: audit_logs.id.';
comment on column audit_event_findings.location_data is 'Where its address is.';
comment on column audit_event_findings.risk_score is 'Risk, 0 to 100.';
comment on column audit_event_findings.found_at is 'When it was found out.';

create table audit_event_states (
  event_id uuid primary key,
  processed_at timestamptz,
  ack_at timestamptz
);
comment on table audit_event_states is 'How far an event has been worked on.';
comment on column audit_event_states.event_id is 'The event: audit_logs.id.';
comment on column audit_event_states.processed_at is 'When detection looked at it; null if it has not.';
comment on column audit_event_states.ack_at is 'When a person acknowledged it; null if nobody has.';

create view security_events as
select
  l.id,
  l.created_at,
  coalesce(l.occurred_at, l.created_at) as "timestamp",
  l.user_id,
  l.service_name,
  l.event_type,
  l.event_domain as event_category,
  l.event_category as urgency,
  l.severity,
  l.metadata as event_data,
  l.ip_address,
  l.user_agent,
  l.host,
  l.host as vm_id,
  f.location_data,
  coalesce(
    f.risk_score,
    -- what the caller said; a foreign producer may have written anything there, and a cast must not break the view
    case
      when jsonb_typeof(l.metadata #> '{_auditlane,risk_score}') = 'number'
      then least(100, greatest(0, round((l.metadata #>> '{_auditlane,risk_score}')::numeric)))::smallint
    end,
    0::smallint
  ) as risk_score,
  s.processed_at is not null as is_processed,
  s.processed_at,
  s.ack_at,
  l.correlation_id,
  l.outcome,
  l.source
from audit_logs l
left join audit_event_findings f on f.event_id = l.id
left join audit_event_states s on s.event_id = l.id
where l.event_domain is not null;

comment on view security_events is 'The events whose domain is set, with what was learned about them since. Filter on id (uuid_floor) to prune partitions.';
comment on column security_events.id is 'UUIDv7 of the event.';
comment on column security_events.created_at is 'The time inside the id.';
comment on column security_events."timestamp" is 'When it happened, as the caller says; created_at when it does not say.';
comment on column security_events.user_id is 'Who did it; null for anonymous and system.';
comment on column security_events.service_name is 'Service that reported it.';
comment on column security_events.event_type is 'What happened.';
comment on column security_events.event_category is 'What it is about: audit_logs.event_domain.';
comment on column security_events.urgency is 'critical, warning or info: audit_logs.event_category.';
comment on column security_events.severity is 'info, low, medium, high or critical.';
comment on column security_events.event_data is 'Everything else that the caller gave: audit_logs.metadata. Untrusted.';
comment on column security_events.ip_address is 'Address of the client that caused it.';
comment on column security_events.user_agent is 'User agent as sent. Untrusted text.';
comment on column security_events.host is 'Machine that the event comes from.';
comment on column security_events.vm_id is 'The same as host, by the name other systems use.';
comment on column security_events.location_data is 'Where the address is; null until it was found out.';
comment on column security_events.risk_score is 'Risk, 0 to 100: what was found out later, else what the caller said, else 0.';
comment on column security_events.is_processed is 'Whether detection looked at it.';
comment on column security_events.processed_at is 'When detection looked at it.';
comment on column security_events.ack_at is 'When a person acknowledged it.';
comment on column security_events.correlation_id is 'Request or trace that ties events together.';
comment on column security_events.outcome is 'success, failure, denied or unknown.';
comment on column security_events.source is 'Which part of a system reported it.';
