-- Deletes up to 5000 expired events from DEFAULT: by the time in the id, and by the time of storing where that one is doubtful.
-- $1 time before which an event has expired, $2 the bit of flags that says its id's time is doubtful.
-- The answer's row count says how many.
delete from audit_logs_default
where id in (
  select id
  from audit_logs_default
  where (flags & $2 = 0 and id < uuid_floor($1)) or (flags & $2 <> 0 and stored_at < $1)
  limit 5000
)
