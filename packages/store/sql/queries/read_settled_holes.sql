-- Holes that have been there for the settle time: where are these events? Most silent producers first.
-- $1 producers at most. Result: producer_id, numbers.
select producer_id, settled::text as numbers
from audit_producers
where not (isempty(holes) and isempty(settled) and isempty(lost))
  and not isempty(settled)
order by last_seen_at
limit $1
