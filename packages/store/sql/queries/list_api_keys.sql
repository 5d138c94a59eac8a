-- All keys, newest first. Result: one row for each.
select id::text as id, name, key_hash, scopes, created_at, expires_at, revoked_at, last_used_at
from api_keys
order by created_at desc, id
