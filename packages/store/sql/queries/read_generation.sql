-- The ledger's generations, and whether its transaction ids can be of this server.
-- Result: one row: current, the generation of the next batch; newest, that of the newest batch, 0 when there is none; is_ahead, whether
-- the batches of the current generation are numbered ahead of this server, as only a dump and restore brings about.
select
  coalesce((
    select pg_get_expr(d.adbin, d.adrelid)::integer
    from pg_attrdef d
    join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    where d.adrelid = 'audit_batches'::regclass and a.attname = 'generation'
  ), 1) as current,
  newest.generation as newest,
  coalesce((
    select max(b.xid) >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    from audit_batches b
    where b.generation = newest.generation
  ), false) as is_ahead
from (select coalesce(max(generation), 0) as generation from audit_batches) as newest
