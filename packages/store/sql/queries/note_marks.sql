-- Notes what Redis knows of producers: the highest number it accepted, and whether the producer has closed. An old mark changes nothing.
-- $1 producers, $2 highest numbers, $3 whether closed, $4 times of the marks, arrays of one length.
insert into audit_producers as p (producer_id, counts_from, known_to, closed_at, first_seen_at, last_seen_at)
select producer_id, 1, known_to, case when is_closed then at end, at, at
from unnest($1::text[], $2::bigint[], $3::boolean[], $4::timestamptz[]) as marks (producer_id, known_to, is_closed, at)
order by producer_id
on conflict (producer_id) do update set
  known_to = greatest(p.known_to, excluded.known_to),
  closed_at = coalesce(p.closed_at, excluded.closed_at),
  last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at)
where p.known_to < excluded.known_to
  or (p.closed_at is null and excluded.closed_at is not null)
  or p.last_seen_at < excluded.last_seen_at - interval '1 minute'
