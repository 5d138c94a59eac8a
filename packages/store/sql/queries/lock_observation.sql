-- Reads what was last seen of a thing, and keeps others from noting it until this transaction ends.
-- $1 name. Result: value, null when it was never seen; changed_at.
select value, changed_at
from audit_observations
where name = $1
for update
