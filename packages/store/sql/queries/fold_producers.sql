-- Adds the numbers of a stretch of the ledger to their producers. Adding a number twice changes nothing.
-- $1 first xid, $2 last xid, $3 lowest id, $4 highest id of the stretch (the ids prune partitions); $5 when the reader was added: of a
-- producer whose first row is older, earlier rows may have expired unread.
-- Result: one row: numbers, how many rows were folded.
with stretch as (
  select
    producer_id,
    range_agg(int8range(producer_seq, producer_seq, '[]')) as received,
    count(*) as events,
    -- truncated or metadataTruncated
    count(*) filter (where flags & 12 <> 0) as truncated,
    min(stored_at) as first_at,
    max(stored_at) as last_at
  from audit_logs
  where batch between $1::bigint and $2::bigint
    and id between $3::uuid and $4::uuid
    and producer_id is not null
    and producer_seq between 1 and 9007199254740991
  group by producer_id
),
folded as (
  insert into audit_producers as p (producer_id, received, counts_from, events, truncated, first_seen_at, last_seen_at)
  select producer_id, received, case when first_at < $5::timestamptz then null else 1 end, events, truncated, first_at, last_at
  from stretch
  -- one lock order for all
  order by producer_id
  on conflict (producer_id) do update set
    received = p.received + excluded.received,
    events = p.events + excluded.events,
    truncated = p.truncated + excluded.truncated,
    first_seen_at = least(p.first_seen_at, excluded.first_seen_at),
    last_seen_at = greatest(p.last_seen_at, excluded.last_seen_at),
    counts_from = case when excluded.first_seen_at < $5::timestamptz then null else p.counts_from end
)
select coalesce(sum(events), 0)::double precision as numbers
from stretch
