-- A worker that parks dead letters in a Redis which has lost its data set keeps them in the table instead. It may add letters and no more:
-- a letter that is there stays as it is.

grant insert (id, line, reason, last_at, entry_id) on audit_dead_letters to audit_writer;
