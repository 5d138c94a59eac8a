-- Lists claims whose lease has ended by the clock of Redis, longest ended first. Reads only.
-- KEYS  1 leases
-- ARGV  1 ended leases to skip  2 limit
-- Returns {'expired', {batch ids}} or {'wrong_type', key, type}
local got = redis.call('TYPE', KEYS[1]).ok
if got ~= 'zset' and got ~= 'none' then
  return {'wrong_type', KEYS[1], got}
end
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
return {'expired', redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms, 'LIMIT', ARGV[1], ARGV[2])}
