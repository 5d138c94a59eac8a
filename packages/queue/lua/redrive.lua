-- Moves one dead letter back to a lane, as the entry that the caller made of it.
-- Guarantee: the letter leaves and the entry arrives in one step; a repeated call finds no letter and does nothing. The
-- redrives of an id are counted, so that an entry which is parked again tells how often it was tried. A letter that is
-- in the table has no line here: the entry arrives, and the caller deletes the row after.
-- KEYS  1 lane  2 failed  3 failed ids  4 redrives  5 stats
-- ARGV  1 id of the letter  2 its line, byte for byte, or ''  3 entry  4 id inside the entry  5 capacity  6 wake channel
-- Returns {'redriven'} or {'absent'} or {'full'} or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list', 'set', 'hash', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id, entry_id = ARGV[1], ARGV[4]
local before = redis.call('LLEN', KEYS[1])
if before >= tonumber(ARGV[5]) then return {'full'} end
-- No rollback in Lua: a right that is missing after the first write would lose the letter. (Known since Redis 7.)
local needs = {{'SREM', KEYS[3]}, {'LPUSH', KEYS[1]}}
for _, need in ipairs(redis.acl_check_cmd and needs or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0', '0') then return {'denied', need[1], need[2]} end
end

-- From the oldest end: all are redriven in that order.
if ARGV[2] ~= '' and redis.call('LREM', KEYS[2], -1, ARGV[2]) == 0 then return {'absent'} end
redis.call('LPUSH', KEYS[1], ARGV[3])
if ARGV[2] ~= '' then redis.call('SREM', KEYS[3], id) end
redis.pcall('HINCRBY', KEYS[5], 'redriven', 1)
local redrives = (tonumber(redis.call('HGET', KEYS[4], id) or 0) or 0) + 1
redis.pcall('HDEL', KEYS[4], id)
redis.pcall('HSET', KEYS[4], entry_id, redrives)
if before == 0 then
  redis.pcall('PUBLISH', ARGV[6], 'redriven')
end
return {'redriven'}
