-- What was last seen of a thing. $1 name. Result: value, changed_at; no row when it was never seen.
select value, changed_at
from audit_observations
where name = $1
