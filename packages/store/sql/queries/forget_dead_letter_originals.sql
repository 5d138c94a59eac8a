-- Forgets edits that did not go out, of letters that are still what they were, or went out as they were.
-- $1 ids and $2 digests of the lines in hex: arrays of one length. Result: none.
delete from audit_dead_letter_originals
where (id, digest) in (
  select *
  from unnest($1::text[], $2::text[])
)
