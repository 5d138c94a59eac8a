-- Whether readers of the ledger may see everything that was committed before a moment.
-- $1 the moment as a transaction id, null for now. Result: barrier, the id to ask with later; is_passed.
select
  coalesce($1::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint)::text as barrier,
  coalesce(pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1::bigint, false) as is_passed
