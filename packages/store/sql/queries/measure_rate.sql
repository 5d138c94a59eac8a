-- What the width of partitions follows from.
-- Result: shared_buffers in bytes; rows stored in the last 7 days; span_days since the first of them; rows in the last day;
-- in_default, rows in audit_logs_default, counted up to 10001.
select
  (select setting::double precision * 8192 from pg_settings where name = 'shared_buffers') as shared_buffers,
  coalesce(sum(rows), 0)::double precision as rows,
  coalesce(extract(epoch from now() - min(stored_at)) / 86400, 0)::double precision as span_days,
  coalesce(sum(rows) filter (where stored_at > now() - interval '1 day'), 0)::double precision as rows_last_day,
  (select count(*) from (select from audit_logs_default limit 10001) as capped)::double precision as in_default
from audit_batches
where stored_at > now() - interval '7 days'
