-- Ends a claim after its COMMIT: acknowledges, parks dead letters and holds entries of a newer version, in one step.
-- Guarantee: each entry of the claim goes one way, or the call does nothing. A crash before it leaves the claim to be
-- adopted and stored again (duplicates are absorbed); a repeated call answers 'gone'.
-- KEYS  1 batch  2 leases  3 meta  4 failed  5 failed ids  6 hold  7 stats
-- ARGV  1 batch id  2 epoch  3 rows stored  4 duplicates  5 number of dead letters, then that many pairs of id and
--       line, then the entries to hold, oldest first
-- Returns {'finished'} or {'fenced'} or {'gone'} or {'unbalanced', entries of the claim}
--      or {'corrupt', key, batch id} or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'zset', 'hash', 'list', 'set', 'list', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id, stored, duplicates, dead = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local first_held = 6 + 2 * dead
local held = #ARGV - first_held + 1
local meta = redis.call('HGET', KEYS[3], id)
if not meta then return {'gone'} end
local epoch, count = string.match(meta, '^(%d+):%d+:(%d+):%a+:%a+:')
if not epoch then return {'corrupt', KEYS[3], id} end
if epoch ~= ARGV[2] then
  redis.pcall('HDEL', KEYS[7], '') -- needs no memory, so the count may go on without
  redis.pcall('HINCRBY', KEYS[7], 'fenced', 1)
  return {'fenced'}
end
if stored + duplicates + dead + held ~= tonumber(count) then return {'unbalanced', tonumber(count)} end

-- No rollback in Lua: a right that is missing after the first write would lose what was taken. (Known since Redis 7.)
local needs = {
  {'HDEL', KEYS[3]}, {'UNLINK', KEYS[1]}, {'SADD', KEYS[5]}, {'LPUSH', KEYS[4]}, {'LPUSH', KEYS[6]},
}
for _, need in ipairs(redis.acl_check_cmd and needs or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0', '0') then return {'denied', need[1], need[2]} end
end

redis.call('ZREM', KEYS[2], id) -- the first write needs no memory: the rest may then go on when memory is full
redis.call('HDEL', KEYS[3], id)
redis.call('UNLINK', KEYS[1])
local repeated = 0
for i = 6, first_held - 2, 2 do
  if redis.call('SADD', KEYS[5], ARGV[i]) == 1 then
    redis.call('LPUSH', KEYS[4], ARGV[i + 1])
  else
    repeated = repeated + 1
  end
end
for i = first_held, #ARGV do
  redis.call('LPUSH', KEYS[6], ARGV[i])
end
local counts = {stored = stored, duplicates = duplicates, dead = dead, dead_repeated = repeated, held = held}
for field, by in pairs(counts) do
  if by > 0 then redis.pcall('HINCRBY', KEYS[7], field, by) end
end
return {'finished'}
