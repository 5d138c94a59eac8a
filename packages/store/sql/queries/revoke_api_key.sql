-- Takes a key back, for good.
-- $1 id. The answer's row count is 0 when there is no such key or it was revoked before.
update api_keys
set revoked_at = now()
where id = $1 and revoked_at is null
