-- Notes the settings that a process starts with. $1 process, $2 settings as JSON.
-- Result: before, the settings noted before if they differ; null if they do not or are the first.
select audit_note_settings($1, $2::jsonb) as before
