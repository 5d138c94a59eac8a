-- Events outside every prepared range.
-- Result: one row: in_default, rows in audit_logs_default, counted up to 10001.
select count(*)::double precision as in_default
from (select from audit_logs_default limit 10001) as capped
