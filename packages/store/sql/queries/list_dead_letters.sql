-- A page of the dead letters in the table, newest first.
-- $1 reason or null, $2 time and $3 id after which it begins, both null for the newest, $4 limit. Result: id, line, last_at.
select id, line, last_at
from audit_dead_letters
where ($1::text is null or reason = $1) and ($2::timestamptz is null or (last_at, id) < ($2, $3::text))
order by last_at desc, id desc
limit $4
