-- What a letter, or an event that came of one, was before it was edited; newest edit first.
-- $1 id of the letter or of the event. Result: id of the letter, entry_id of the event, line, edited_by, edited_at.
select id, entry_id::text as entry_id, line, edited_by, edited_at
from audit_dead_letter_originals
where id = $1
  or entry_id = case when $1 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end
order by edited_at desc
limit 100
