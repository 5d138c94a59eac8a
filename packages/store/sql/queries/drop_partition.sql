-- Drops a partition with all its rows.
-- $1 table, $2 name of the partition. Result: dropped, false when it was gone.
select audit_drop_partition($1::regclass, $2) as dropped
