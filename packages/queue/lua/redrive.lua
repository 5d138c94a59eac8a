-- Moves one dead letter back to a lane, as the entry that the caller made of it.
-- Guarantee: the letter leaves and the entry arrives in one step; a repeated call finds no letter and does nothing. A
-- letter that is in the table has no line here: the entry arrives, the caller deletes the row after, and the mark of the
-- letter tells a repeated call that the entry has arrived already. The redrives of an id are counted, and the time of
-- its first failure is kept, for an entry that is parked again.
-- KEYS  1 lane  2 failed  3 failed ids  4 redrives  5 stats
-- ARGV  1 id of the letter  2 its line, byte for byte, or ''  3 entry  4 id inside the entry  5 capacity  6 wake channel
--       7 milliseconds since 1970 of its first failure, or ''  8 mark of its line in hex, or ''
-- Returns {'redriven'} or {'repeated'} or {'absent'} or {'full'}
--      or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list', 'set', 'hash', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id, line, entry_id, mark = ARGV[1], ARGV[2], ARGV[4], ARGV[8]
local past = redis.call('HGET', KEYS[4], entry_id) or redis.call('HGET', KEYS[4], id) or ''
local times, first, last_mark = string.match(past, '^(%d+):?(%d*):?(%x*)$')
if line == '' and mark ~= '' and mark == last_mark then return {'repeated'} end
local before = redis.call('LLEN', KEYS[1])
if before >= tonumber(ARGV[5]) then return {'full'} end
-- No rollback in Lua: a right that is missing after the first write would lose the letter. (Known since Redis 7.)
local needs = {{'SREM', KEYS[3]}, {'LPUSH', KEYS[1]}}
for _, need in ipairs(redis.acl_check_cmd and needs or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0', '0') then return {'denied', need[1], need[2]} end
end

-- From the oldest end: all are redriven in that order.
if line ~= '' and redis.call('LREM', KEYS[2], -1, line) == 0 then return {'absent'} end
redis.call('LPUSH', KEYS[1], ARGV[3])
if line ~= '' then redis.call('SREM', KEYS[3], id) end
redis.pcall('HINCRBY', KEYS[5], 'redriven', 1)
if not first or first == '' then first = ARGV[7] end
redis.pcall('HDEL', KEYS[4], id)
redis.pcall('HSET', KEYS[4], entry_id, (tonumber(times) or 0) + 1 .. ':' .. first .. ':' .. mark)
if before == 0 then
  redis.pcall('PUBLISH', ARGV[6], 'redriven')
end
return {'redriven'}
