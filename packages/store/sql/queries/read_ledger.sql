-- The ledger after a cursor, in its order, as far as no transaction that is still open can add before it. Rows and snapshot come
-- from one statement: two would let a commit slip between them.
-- $1 generation, $2 xid, $3 seq of the last row read; $4 how many at most. Result: the rows.
select generation, xid::text as xid, seq::text as seq, rows, first_id::text as first_id, last_id::text as last_id, writer, stored_at
from audit_batches as b
where (generation, xid, seq) > ($1::integer, $2::bigint, $3::bigint)
  -- an older generation has ended; its xids mean nothing to this server
  and (generation < (select max(generation) from audit_batches) or xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
-- b.: the plain names would be the texts above, and '1000' comes before '999'
order by b.generation, b.xid, b.seq
limit $4
