-- Reads lengths, claims, counters and the oldest entry of each lane at one moment. Reads only.
-- KEYS  1 main lane  2 urgent lane  3 failed  4 hold  5 meta  6 stats  7 epoch
-- Returns {'state', main, urgent, failed, hold, claims, entries in flight, {counter, value, ...}, incarnation or '',
--      start of the oldest entry in main, the same in urgent, clock in ms} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list', 'list', 'list', 'hash', 'hash', 'string'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local claims, in_flight = 0, 0
for _, meta in ipairs(redis.call('HVALS', KEYS[5])) do
  claims = claims + 1
  in_flight = in_flight + tonumber(string.match(meta, '^%d+:%d+:(%d+):') or 0)
end

local function oldest(lane)
  return string.sub(redis.call('LINDEX', lane, -1) or '', 1, 128)
end
local now = redis.call('TIME')
return {
  'state',
  redis.call('LLEN', KEYS[1]),
  redis.call('LLEN', KEYS[2]),
  redis.call('LLEN', KEYS[3]),
  redis.call('LLEN', KEYS[4]),
  claims,
  in_flight,
  redis.call('HGETALL', KEYS[6]),
  redis.call('GET', KEYS[7]) or '',
  oldest(KEYS[1]),
  oldest(KEYS[2]),
  now[1] * 1000 + math.floor(now[2] / 1000),
}
