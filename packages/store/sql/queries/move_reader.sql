-- Moves a reader to the last batch that it has read, in the transaction of what it wrote.
-- $1 reader, $2 generation, $3 xid, $4 seq.
update audit_ledger_readers
set generation = $2::integer, xid = $3::bigint, seq = $4::bigint, moved_at = now()
where reader = $1
