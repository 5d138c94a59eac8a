-- Keeps dead letters that Redis has lost, but for those that are here or whose event is stored. What audit_writer may do is enough.
-- In the order of their ids, as all lock them.
-- $1 ids, $2 lines, $3 reasons, $4 times of parking, $5 ids of their events or null: arrays of one length. Result: none, and the number kept.
insert into audit_dead_letters (id, line, reason, last_at, entry_id)
select letter.id, letter.line, letter.reason, letter.last_at, letter.entry_id
from unnest($1::text[], $2::bytea[], $3::text[], $4::timestamptz[], $5::uuid[]) as letter (id, line, reason, last_at, entry_id)
where not exists (select from audit_logs where audit_logs.id = letter.entry_id)
order by letter.id
on conflict (id) do nothing
