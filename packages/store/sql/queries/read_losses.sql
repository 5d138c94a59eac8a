-- What producers have lost, for the monitor: the worst first, with totals over all of them.
-- $1 producers at most. Result: producer_id, numbers, lost_at, lost, all_lost, producers, newest_at.
select
  producer_id,
  lost::text as numbers,
  lost_at,
  amount::double precision as lost,
  (sum(amount) over ())::double precision as all_lost,
  (count(*) over ())::double precision as producers,
  max(lost_at) over () as newest_at
from audit_producers
cross join lateral (select sum(upper(r) - lower(r)) as amount from unnest(lost) as r) as sized
where not (isempty(holes) and isempty(settled) and isempty(lost))
  and not isempty(lost)
order by lost_at desc, producer_id
limit $1
