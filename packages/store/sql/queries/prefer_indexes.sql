-- For the rest of the transaction: plans are made for the values at hand, and a table is read whole only where no index serves.
-- Result: one row that says nothing.
select
  set_config('plan_cache_mode', 'force_custom_plan', true),
  set_config('enable_seqscan', 'off', true)
