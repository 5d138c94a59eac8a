-- Summarises the BRIN ranges that were filled since the last call, so that readers of the newest rows need not scan them.
-- Result: ranges, how many.
select audit_summarize() as ranges
