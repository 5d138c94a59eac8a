-- Takes back what was called lost and has a row or a known end now. Rows of a producer are locked one by one.
-- Result: producer_id, numbers.
with back as (
  select producer_id, lost - holes as numbers
  from audit_producers
  where not (isempty(holes) and isempty(settled) and isempty(lost))
    and not isempty(lost - holes)
  for update
)
update audit_producers p
set lost = p.lost - back.numbers
from back
where p.producer_id = back.producer_id
returning p.producer_id, back.numbers::text as numbers
