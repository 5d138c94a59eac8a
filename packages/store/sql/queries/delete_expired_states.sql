-- Deletes up to 5000 of the states of events that have expired.
-- $1 time before which an event has expired. The answer's row count says how many.
delete from audit_event_states
where event_id in (select event_id from audit_event_states where event_id < uuid_floor($1) limit 5000)
