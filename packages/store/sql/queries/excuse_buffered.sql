-- Takes numbers that wait in the memory of their producer, which lives, out of the search: they have neither settled nor been doubted.
-- When their producer says so no more, they are noticed anew, and settle as any hole does.
-- $1 producers, $2 their numbers as multirange texts, arrays of one length.
update audit_producers p
set
  noticed = p.noticed - b.numbers,
  settled = p.settled - b.numbers,
  doubted = p.doubted - b.numbers
from (select producer_id, numbers::int8multirange as numbers from unnest($1::text[], $2::text[]) as b (producer_id, numbers)) as b
where p.producer_id = b.producer_id
  and not isempty((p.noticed + p.settled + p.doubted) * b.numbers)
