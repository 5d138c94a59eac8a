-- How far readers of the ledger are held back by an open transaction anywhere in the cluster, and by whose.
-- Result: one row: waiting, committed batches that cannot be read yet; lag_seconds, age of the oldest of them; and the oldest open
-- transaction that has an xid: pid (0 for a prepared one), application, state, open_seconds; null when there is none or it may not be seen.
with waiting as (
  select count(*)::double precision as batches, min(stored_at) as since
  from audit_batches
  where generation = (select max(generation) from audit_batches)
    and xid >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint
),
open as (
  select pid, application_name as application, state, age(backend_xid) as age, xact_start as since
  from pg_stat_activity
  where backend_xid is not null and pid <> pg_backend_pid()
  union all
  select 0, 'prepared transaction ' || gid, 'prepared', age(transaction), prepared
  from pg_prepared_xacts
)
select
  waiting.batches as waiting,
  coalesce(extract(epoch from now() - waiting.since), 0)::double precision as lag_seconds,
  oldest.pid,
  oldest.application,
  coalesce(oldest.state, 'unknown') as state,
  extract(epoch from clock_timestamp() - oldest.since)::double precision as open_seconds
from waiting
left join (select * from open order by age desc limit 1) as oldest on true
