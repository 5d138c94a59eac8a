-- Keeps a letter as it is before an edit. Once: an edit that is tried after one that did not go out takes its place.
-- $1 id, $2 digest of the line in hex, $3 line, $4 id of the event that the edit makes, $5 who. Result: none.
insert into audit_dead_letter_originals (id, digest, line, entry_id, edited_by)
values ($1, $2, $3, $4, $5)
on conflict (id, digest) do update
set entry_id = excluded.entry_id, edited_by = excluded.edited_by, edited_at = excluded.edited_at
