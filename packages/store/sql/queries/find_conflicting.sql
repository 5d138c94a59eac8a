-- Which of these redelivered events differ from the stored row of the same id.
-- $1 json array of rows. Result: id, one row for each that differs.
select id::text as id
from audit_conflicting_ids($1::json) as id
