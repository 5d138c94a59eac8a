-- Deletes up to 5000 of what was found out about events that have expired.
-- $1 time before which an event has expired. The answer's row count says how many.
delete from audit_event_findings
where event_id in (select event_id from audit_event_findings where event_id < uuid_floor($1) limit 5000)
