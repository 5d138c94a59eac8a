-- Notes numbers that have no row and a known end: given up by their client, or parked.
-- $1 producers, $2 first and $3 last number of each range, arrays of one length.
insert into audit_producers as p (producer_id, accounted)
select producer_id, range_agg(int8range(first, last, '[]'))
from unnest($1::text[], $2::bigint[], $3::bigint[]) as given (producer_id, first, last)
group by producer_id
order by producer_id
on conflict (producer_id) do update set accounted = p.accounted + excluded.accounted
