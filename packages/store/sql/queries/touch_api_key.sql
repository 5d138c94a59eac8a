-- Notes that a key is in use, at most once a minute: a busy key would else be a row that all requests update.
-- $1 id.
update api_keys
set last_used_at = now()
where id = $1 and (last_used_at is null or last_used_at < now() - interval '1 minute')
