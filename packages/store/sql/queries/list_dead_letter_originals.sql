-- What a letter, or an event that came of one, was before it was edited; newest edit first.
-- $1 id of the letter or of the event. Result: line, edited_by, edited_at.
select line, edited_by, edited_at
from audit_dead_letter_originals
where id = $1
  or entry_id = case when $1 ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then $1::uuid end
order by edited_at desc
limit 100
