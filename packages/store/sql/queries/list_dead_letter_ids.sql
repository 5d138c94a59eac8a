-- Ids of the dead letters in the table, oldest first. $1 reason or null, $2 limit. Result: id.
select id
from audit_dead_letters
where $1::text is null or reason = $1
order by last_at, id
limit $2
