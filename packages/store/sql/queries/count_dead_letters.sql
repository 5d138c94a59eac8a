-- How many dead letters are in the table. $1 reason or null. Result: letters.
select count(*)::double precision as letters
from audit_dead_letters
where $1::text is null or reason = $1
