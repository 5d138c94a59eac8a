-- The partitions of a table, oldest first, DEFAULT last.
-- $1 table. Result: name, is_default, from_ms, to_ms (milliseconds since 1970; null for DEFAULT).
select
  name,
  is_default,
  (extract(epoch from from_at) * 1000)::double precision as from_ms,
  (extract(epoch from to_at) * 1000)::double precision as to_ms
from audit_partitions($1::regclass)
order by from_at nulls last
