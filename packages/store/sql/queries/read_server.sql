-- The server itself.
-- Result: one row: version as people write it, version_number (150018 is 15.18), clock, its time now to the millisecond.
select
  current_setting('server_version') as version,
  current_setting('server_version_num')::integer as version_number,
  (extract(epoch from clock_timestamp()) * 1000)::double precision as clock
