-- Makes a key of the HTTP interface.
-- $1 name, $2 SHA-256 of the key in hex, $3 scopes, $4 when it ends to work or null. Result: id.
insert into api_keys (name, key_hash, scopes, expires_at)
values ($1, $2, $3, $4)
returning id::text as id
