-- Notes that a redrive of these letters begins, before anything is pushed. Letters are locked in one order, so that operators who
-- redrive the same ones at once wait for each other instead of being ended as a deadlock. $1 ids. Result: none.
update audit_dead_letters
set redriven_at = now()
where id in (
  select locked.id
  from audit_dead_letters locked
  where locked.id = any($1)
  order by locked.id
  for update
)
