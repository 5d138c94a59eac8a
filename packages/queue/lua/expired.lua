-- Lists claims whose lease has ended by the clock of Redis, longest ended first. Reads only.
-- Claims without any lease come before them, once: no script leaves one, but somebody may have deleted the leases.
-- KEYS  1 leases  2 meta
-- ARGV  1 ended leases to skip  2 limit
-- Returns {'expired', {batch ids}} or {'wrong_type', key, type}
for i, want in ipairs({'zset', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local skip, limit, ids = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
if skip == 0 and redis.call('HLEN', KEYS[2]) > redis.call('ZCARD', KEYS[1]) then
  for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do
    if #ids < limit and not redis.call('ZSCORE', KEYS[1], id) then ids[#ids + 1] = id end
  end
end
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now_ms, 'LIMIT', skip, limit - #ids)) do
  ids[#ids + 1] = id
end
return {'expired', ids}
