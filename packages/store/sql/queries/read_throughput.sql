-- What was stored of late, by the ledger.
-- $1 seconds. Result: rows, batches.
select
  coalesce(sum(rows), 0)::double precision as rows,
  count(*)::double precision as batches
from audit_batches
where stored_at > now() - make_interval(secs => $1)
