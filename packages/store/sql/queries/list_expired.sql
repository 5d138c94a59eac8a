-- The partitions of a table that end at or before a time, oldest first.
-- $1 table, $2 time. Result: name.
select name
from audit_partitions($1::regclass)
where to_at <= $2::timestamptz
order by from_at
