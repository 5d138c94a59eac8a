-- After a search: what was found nowhere for the second time is lost, what was not for the first time is doubted.
-- $1 producers that were searched for, $2 what was searched for of each, as multirange texts; $3 and $4 producers and numbers that were
-- found, arrays of one length; $5 seconds that must lie between two searches.
-- Result: for each producer that lost something now: producer_id, numbers, is_closed, first_seen_at, last_seen_at.
with found as (
  select producer_id, range_agg(int8range(number, number, '[]')) as numbers
  from unnest($3::text[], $4::bigint[]) as f (producer_id, number)
  group by producer_id
),
searched as (
  select
    p.producer_id,
    -- a row may have come since the search began
    (s.numbers::int8multirange * (p.holes - p.lost)) - coalesce(found.numbers, '{}') as absent,
    p.doubted_at is null or p.doubted_at <= now() - make_interval(secs => $5) as is_due
  from unnest($1::text[], $2::text[]) as s (producer_id, numbers)
  join audit_producers p using (producer_id)
  left join found using (producer_id)
),
judged as (
  update audit_producers p
  set
    lost = p.lost + (s.absent * p.doubted),
    lost_at = case when isempty(s.absent * p.doubted) then p.lost_at else now() end,
    settled = p.settled - (s.absent * p.doubted),
    doubted = s.absent - p.doubted,
    doubted_at = now()
  from searched s
  where p.producer_id = s.producer_id and s.is_due
  returning p.producer_id, s.absent - p.doubted as lost_now, p.closed_at, p.first_seen_at, p.last_seen_at
)
select producer_id, lost_now::text as numbers, closed_at is not null as is_closed, first_seen_at, last_seen_at
from judged
where not isempty(lost_now)
order by producer_id
