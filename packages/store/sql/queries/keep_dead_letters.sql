-- Keeps dead letters that leave the list. One that is here already is replaced by its newer letter, so repeating it changes nothing.
-- In the order of their ids, as all lock them.
-- $1 ids, $2 lines, $3 reasons, $4 times of parking, $5 ids of their events or null: arrays of one length, without an id twice. Result: none.
insert into audit_dead_letters as letter (id, line, reason, last_at, entry_id)
select *
from unnest($1::text[], $2::bytea[], $3::text[], $4::timestamptz[], $5::uuid[]) as kept (id, line, reason, last_at, entry_id)
order by kept.id
on conflict (id) do update
set
  line = excluded.line, reason = excluded.reason, last_at = excluded.last_at, entry_id = excluded.entry_id,
  moved_at = now(), redriven_at = null
where letter.line <> excluded.line and letter.last_at <= excluded.last_at
