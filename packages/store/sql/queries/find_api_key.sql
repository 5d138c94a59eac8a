-- A key by its hash, revoked and expired ones too.
-- $1 SHA-256 of the key in hex. Result: the key, or no row.
select id::text as id, name, key_hash, scopes, created_at, expires_at, revoked_at, last_used_at
from api_keys
where key_hash = $1
