-- Deletes dead letters of the table, locked in the order of their ids as all others do. $1 ids. Result: the ids that were there.
delete from audit_dead_letters
where id in (
  select locked.id
  from audit_dead_letters locked
  where locked.id = any($1)
  order by locked.id
  for update
)
returning id
