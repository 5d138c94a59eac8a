-- Deletes dead letters of the table. $1 ids. Result: the ids that were there.
delete from audit_dead_letters
where id = any($1)
returning id
