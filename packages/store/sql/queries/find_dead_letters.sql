-- Dead letters of the table by id. $1 ids. Result: id, line, last_at.
select id, line, last_at
from audit_dead_letters
where id = any($1)
