-- The time of the database.
-- No parameters. Result: now.
select now() as now
