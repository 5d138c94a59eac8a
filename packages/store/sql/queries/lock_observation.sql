-- Reads what was last seen of a thing, and keeps others from noting it until this transaction ends.
-- $1 name. Result: value, changed_at; no row when it was never seen.
select value, changed_at
from audit_observations
where name = $1
for update
