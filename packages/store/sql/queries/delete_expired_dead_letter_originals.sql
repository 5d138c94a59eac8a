-- Deletes originals that are older than the retention: the event that came of them has expired, too. $1 until. Result: none.
delete from audit_dead_letter_originals
where (id, digest) in (
  select id, digest
  from audit_dead_letter_originals
  where edited_at < $1
  limit 1000
)
