-- Makes a partition, moving the rows of its range out of DEFAULT.
-- $1 table, $2 name of the partition, $3 and $4 its bounds as times. Result: moved, how many rows; null when it was there.
select audit_create_partition($1::regclass, $2, $3::timestamptz, $4::timestamptz)::double precision as moved
