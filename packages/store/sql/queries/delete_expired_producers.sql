-- Deletes up to 5000 producers whose events have expired. One that never closed may be silent and alive: it is kept as long again, since
-- its older numbers would look lost if it were forgotten and came back.
-- $1 time before which an event has expired, $2 the same for producers that never closed. The answer's row count says how many.
delete from audit_producers
where producer_id in (
  select producer_id
  from audit_producers
  where last_seen_at < $1
    and (closed_at is not null or last_seen_at < $2)
  limit 5000
)
