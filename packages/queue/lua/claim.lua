-- Moves the oldest entries of one lane to a list of their own, under a lease; repeated, it returns the same claim.
-- Guarantee: an entry is in the lane or in the claim, never in both or in neither. The first write is an RPOP, which
-- needs no memory, so that a full Redis can be drained: LMOVE alone would be refused then. Entries stay opaque: their bytes are not looked at.
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

if redis.call('LLEN', lanes[lane]) == 0 then lane = lane == 'main' and 'urgent' or 'main' end
local from, to, entries = lanes[lane], KEYS[3], {}
-- No rollback in Lua: a right that is missing after the first write would lose what was taken. (Known since Redis 7.)
local needs = {{'RPUSH', to, '0', '0'}, {'LMOVE', from, to, 'RIGHT', 'RIGHT'}, {'ZADD', KEYS[4], '0', '0'}, {'HSET', KEYS[5], '0', '0'}}
for _, need in ipairs(redis.acl_check_cmd and needs or {}) do
  if not redis.acl_check_cmd(unpack(need)) then return {'denied', need[1], need[2]} end
end
entries[1] = redis.call('RPOP', from)
if not entries[1] then return {'empty'} end
redis.call('RPUSH', to, entries[1])
local bytes = #entries[1]
-- One by one: the append-only file then gets their moves and not their bytes a second time. (Measured with appendfsync
-- always and 540 bytes an entry: 96 bytes instead of 638, 4.1 us of Redis instead of 5.4.)
for n = 2, limit do
  local entry = redis.call('LMOVE', from, to, 'RIGHT', 'RIGHT')
  if not entry then break end
  bytes = bytes + #entry
  if bytes > max_bytes then
    redis.call('LMOVE', to, from, 'RIGHT', 'RIGHT')
    break
  end
  entries[n] = entry
end
redis.call('ZADD', KEYS[4], ends, id)
redis.call('HSET', KEYS[5], id, '1:1:' .. #entries .. ':' .. lane .. ':decoding:' .. worker)
return {'claimed', 1, 1, lane, redis.call('LLEN', lanes[lane]), entries}
