-- Which of these events are stored. $1 ids. Result: id.
select id::text as id
from audit_logs
where id = any($1::uuid[])
