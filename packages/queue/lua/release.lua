-- Gives a claim back: its entries return to the claim end of their lane in their old order, to be claimed next.
-- Guarantee: only the holder of the present epoch can; an entry is in the lane or in the claim, never in both.
-- KEYS  1 main lane  2 urgent lane  3 batch  4 leases  5 meta  6 stats
-- ARGV  1 batch id  2 epoch  3 wake channel
-- Returns {'released'} or {'fenced'} or {'gone'} or {'corrupt', key, batch id}
--      or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list', 'list', 'zset', 'hash', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id = ARGV[1]
local meta = redis.call('HGET', KEYS[5], id)
if not meta then return {'gone'} end
local epoch, lane = string.match(meta, '^(%d+):%d+:%d+:(%a+):')
local target = ({main = KEYS[1], urgent = KEYS[2]})[lane or '']
if not target then return {'corrupt', KEYS[5], id} end
if epoch ~= ARGV[2] then
  redis.pcall('HDEL', KEYS[6], '') -- needs no memory, so the count may go on without
  redis.pcall('HINCRBY', KEYS[6], 'fenced', 1)
  return {'fenced'}
end

-- No rollback in Lua: a right that is missing after the first write would lose what was taken. (Known since Redis 7.)
local needs = {
  {'HDEL', KEYS[5]}, {'RPOP', KEYS[3]}, {'RPUSH', KEYS[1]}, {'RPUSH', KEYS[2]},
}
for _, need in ipairs(redis.acl_check_cmd and needs or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0', '0') then return {'denied', need[1], need[2]} end
end

local before = redis.call('LLEN', target)
redis.call('ZREM', KEYS[4], id) -- the first write needs no memory: the rest may then go on when memory is full
redis.call('HDEL', KEYS[5], id)
-- RPOP gives the newest first, which is the order that leaves the oldest at the tail of the lane.
local newest = redis.call('RPOP', KEYS[3], 1000)
while newest do
  redis.call('RPUSH', target, unpack(newest))
  newest = redis.call('RPOP', KEYS[3], 1000)
end
redis.pcall('HINCRBY', KEYS[6], 'released', 1)
if before == 0 then
  redis.pcall('PUBLISH', ARGV[3], 'released')
end
return {'released'}
