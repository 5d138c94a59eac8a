-- Moves the oldest entries of one lane to a list of their own, under a lease; repeated, it returns the same claim.
-- Guarantee: an entry is in the lane or in the claim, never in both or in neither. The first write is an RPOP, which
-- needs no memory, so that a full Redis can be drained. Entries stay opaque: their bytes are not looked at.
-- KEYS  1 main lane  2 urgent lane  3 batch  4 leases  5 meta  6 stats
-- ARGV  1 batch id  2 limit  3 max bytes (a larger entry is claimed alone)  4 lease ms  5 worker  6 preferred lane
-- Returns {'claimed', epoch, attempt, lane, entries left in the lane, {entries, oldest first}} or {'empty'}
--      or {'taken', worker} or {'corrupt', key, batch id}
--      or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list', 'list', 'zset', 'hash', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id, limit, max_bytes, worker, lane = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[5], ARGV[6]
local lanes = {main = KEYS[1], urgent = KEYS[2]}
local now = redis.call('TIME')
local ends = now[1] * 1000 + math.floor(now[2] / 1000) + tonumber(ARGV[4])

local meta = redis.call('HGET', KEYS[5], id)
if meta then
  local epoch, attempt, held_lane, holder = string.match(meta, '^(%d+):(%d+):%d+:(%a+):%a+:(.*)$')
  if not lanes[held_lane or ''] then return {'corrupt', KEYS[5], id} end
  if holder ~= worker then return {'taken', holder} end
  redis.call('ZREM', KEYS[4], id) -- ZADD needs memory, ZREM does not
  redis.call('ZADD', KEYS[4], ends, id)
  local depth = redis.call('LLEN', lanes[held_lane])
  return {'claimed', tonumber(epoch), tonumber(attempt), held_lane, depth, redis.call('LRANGE', KEYS[3], 0, -1)}
end
if redis.call('EXISTS', KEYS[3]) == 1 then return {'taken', ''} end

-- No rollback in Lua: a right that is missing after the first write would lose what was taken. (Known since Redis 7.)
for _, need in ipairs(redis.acl_check_cmd and {{'RPUSH', KEYS[3]}, {'ZADD', KEYS[4]}, {'HSET', KEYS[5]}} or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0', '0') then return {'denied', need[1], need[2]} end
end
if redis.call('LLEN', lanes[lane]) == 0 then lane = lane == 'main' and 'urgent' or 'main' end
local entries, bytes, full = {}, 0, false
while #entries < limit and not full do
  -- In portions: what is popped beyond the byte limit has to be put back.
  local popped = redis.call('RPOP', lanes[lane], math.min(limit - #entries, 100))
  if not popped then break end
  local kept, excess = {}, {}
  for _, entry in ipairs(popped) do
    full = full or (#entries > 0 and bytes + #entry > max_bytes)
    if full then
      table.insert(excess, 1, entry)
    else
      bytes = bytes + #entry
      entries[#entries + 1], kept[#kept + 1] = entry, entry
    end
  end
  if #kept > 0 then redis.call('RPUSH', KEYS[3], unpack(kept)) end
  if #excess > 0 then redis.call('RPUSH', lanes[lane], unpack(excess)) end
end
if #entries == 0 then return {'empty'} end
redis.call('ZADD', KEYS[4], ends, id)
redis.call('HSET', KEYS[5], id, '1:1:' .. #entries .. ':' .. lane .. ':decoding:' .. worker)
return {'claimed', 1, 1, lane, redis.call('LLEN', lanes[lane]), entries}
