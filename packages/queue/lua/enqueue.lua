-- Pushes the prefix of the entries that fits below the capacity and refuses the rest; trims nothing.
-- Guarantee: everything or nothing. The first write is the LPUSH, so a full memory, a failed disk or missing replicas
-- refuse the call before anything has changed. Counters and PUBLISH cannot fail a push that is done.
-- KEYS  1 lane  2 stats  3 epoch
-- ARGV  1 capacity  2 seed of the incarnation  3 wake channel  4 'first' or 'retry' (refused before: no new overflow)
--       5 number of reasons, then that many pairs of reason and count (a loss, or 'refused:' and a fault of the
--       caller, which is none), then the entries, oldest first
-- Returns {'accepted', length of the accepted prefix, length of the lane, incarnation}
--      or {'wrong_type', key, type}
for i, want in ipairs({'list', 'hash', 'string'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local reasons = tonumber(ARGV[5])
local first = 6 + 2 * reasons
local count = #ARGV - first + 1
local before = redis.call('LLEN', KEYS[1])
local accepted = math.max(0, math.min(count, tonumber(ARGV[1]) - before))

if accepted > 0 then
  redis.call('LPUSH', KEYS[1], unpack(ARGV, first, first + accepted - 1))
else
  -- Deletes nothing. A script that has called a write which needs no memory may go on when memory is full.
  redis.call('HDEL', KEYS[2], '')
end

local function add(field, by)
  if by > 0 then
    redis.pcall('HINCRBY', KEYS[2], field, by)
  end
end
add('enqueued', accepted)
if ARGV[4] == 'first' then
  add('overflow', count - accepted)
end
for i = 6, first - 2, 2 do
  local is_loss = string.sub(ARGV[i], 1, 8) ~= 'refused:'
  if is_loss then add('dropped', tonumber(ARGV[i + 1])) end
  add((is_loss and 'dropped:' or '') .. ARGV[i], tonumber(ARGV[i + 1]))
end

redis.call('SETNX', KEYS[3], ARGV[2])
if before == 0 and accepted > 0 then
  redis.pcall('PUBLISH', ARGV[3], accepted)
end
return {'accepted', accepted, before + accepted, redis.call('GET', KEYS[3])}
