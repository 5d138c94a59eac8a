-- Deletes letters whose redrive was cut short between its push and its end, and whose event is stored by now.
-- One that an operator acts on at the moment is left for the next time: nothing here waits for a lock while it holds others.
-- $1 limit. Result: the ids that were deleted.
delete from audit_dead_letters letter
where letter.id in (
    select marked.id
    from audit_dead_letters marked
    where marked.redriven_at < now() - interval '1 minute'
    order by marked.redriven_at
    limit $1
    for update skip locked
  )
  and exists (
    select
    from audit_logs stored
    where stored.id = letter.entry_id
  )
returning letter.id
