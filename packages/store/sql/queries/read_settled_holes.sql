-- Holes that have been there for the settle time: where are these events? Producers not searched for the longest first, so each has its turn.
-- $1 producers at most. Result: producer_id, numbers.
select producer_id, settled::text as numbers
from audit_producers
where not (isempty(holes) and isempty(settled) and isempty(lost))
  and not isempty(settled)
order by doubted_at nulls first, producer_id
limit $1
