-- Notes that a redrive of these letters begins, before anything is pushed. $1 ids. Result: none.
update audit_dead_letters
set redriven_at = now()
where id = any($1)
