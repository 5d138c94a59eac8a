-- Takes over a claim whose lease has ended, under a new epoch that fences its former holder.
-- Guarantee: of many callers exactly one succeeds, and not before the lease has ended by the clock of Redis. The
-- attempt goes up only if the holder died while decoding; otherwise it is 1 again, so that an outage never adds up.
-- A claim without a lease (somebody deleted it) counts as ended.
-- KEYS  1 main lane  2 urgent lane  3 batch  4 leases  5 meta  6 stats
-- ARGV  1 batch id  2 worker  3 lease ms
-- Returns {'adopted', epoch, attempt, lane, entries left in the lane, {entries, oldest first}}
--      or {'leased'} or {'gone'} or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list', 'list', 'zset', 'hash', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id, lanes = ARGV[1], {main = KEYS[1], urgent = KEYS[2]}
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
local ends = redis.call('ZSCORE', KEYS[4], id)
if ends and tonumber(ends) > now_ms then return {'leased'} end
local meta = redis.call('HGET', KEYS[5], id) or ''
if not ends and meta == '' then return {'gone'} end
local epoch, attempt, lane, state = string.match(meta, '^(%d+):(%d+):%d+:(%a+):(%a+):')
if not lanes[lane or ''] then
  epoch, attempt, lane, state = 1, 1, 'main', 'waiting' -- somebody broke the meta: its entries are still worth storing
end
-- No rollback in Lua: a right that is missing after the first write would lose what was taken. (Known since Redis 7.)
for _, need in ipairs(redis.acl_check_cmd and {{'HDEL', KEYS[5]}, {'ZADD', KEYS[4]}, {'HSET', KEYS[5]}} or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0', '0') then return {'denied', need[1], need[2]} end
end

epoch = tonumber(epoch) + 1
attempt = state == 'decoding' and tonumber(attempt) + 1 or 1

redis.call('ZREM', KEYS[4], id) -- the first write needs no memory: the rest may then go on when memory is full
local entries = redis.call('LRANGE', KEYS[3], 0, -1)
if #entries == 0 then
  redis.call('HDEL', KEYS[5], id) -- somebody deleted the list: the conservation equation tells what is missing
  return {'gone'}
end
redis.call('ZADD', KEYS[4], now_ms + tonumber(ARGV[3]), id)
redis.call('HSET', KEYS[5], id, table.concat({epoch, attempt, #entries, lane, 'decoding', ARGV[2]}, ':'))
redis.pcall('HINCRBY', KEYS[6], 'adopted', 1)
return {'adopted', epoch, attempt, lane, redis.call('LLEN', lanes[lane]), entries}
