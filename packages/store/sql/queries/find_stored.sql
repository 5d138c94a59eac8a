-- Which of these events are safe: stored, or a dead letter that is kept here.
-- $1 ids, uuid[]; $2 the same as text[]. Result: id, one row for each that is safe. What the writer may read is enough.
select id::text as id
from audit_logs
where id = any($1::uuid[])
union all
select id
from audit_dead_letters
where id = any($2::text[])
