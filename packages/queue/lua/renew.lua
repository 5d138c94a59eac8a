-- Extends the lease of a claim and notes the state of its holder.
-- Guarantee: only the holder of the present epoch can; after an adoption the former holder is fenced.
-- KEYS  1 leases  2 meta  3 stats
-- ARGV  1 batch id  2 epoch  3 lease ms  4 state ('decoding', 'sent' or 'waiting')
-- Returns {'renewed'} or {'fenced'} or {'gone'} or {'corrupt', key, batch id} or {'wrong_type', key, type}
for i, want in ipairs({'zset', 'hash', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local id = ARGV[1]
local meta = redis.call('HGET', KEYS[2], id)
if not meta then return {'gone'} end
local epoch, attempt, count, lane, worker = string.match(meta, '^(%d+):(%d+):(%d+):(%a+):%a+:(.*)$')
if not epoch then return {'corrupt', KEYS[2], id} end
if epoch ~= ARGV[2] then
  redis.pcall('HDEL', KEYS[3], '') -- needs no memory, so the count may go on without
  redis.pcall('HINCRBY', KEYS[3], 'fenced', 1)
  return {'fenced'}
end

local now = redis.call('TIME')
local ends = now[1] * 1000 + math.floor(now[2] / 1000) + tonumber(ARGV[3])
redis.call('ZREM', KEYS[1], id) -- first, since it needs no memory: a lease must be renewable when memory is full
redis.call('ZADD', KEYS[1], ends, id)
redis.call('HSET', KEYS[2], id, table.concat({epoch, attempt, count, lane, ARGV[4], worker}, ':'))
return {'renewed'}
