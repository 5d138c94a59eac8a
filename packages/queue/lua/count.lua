-- Adds to counters.
-- Guarantee: works when memory is full, since a count that is refused then would hide the loss it stands for.
-- KEYS  1 stats
-- ARGV  pairs of counter and number
-- Returns {'counted'} or {'wrong_type', key, type}
local got = redis.call('TYPE', KEYS[1]).ok
if got ~= 'hash' and got ~= 'none' then
  return {'wrong_type', KEYS[1], got}
end
redis.call('HDEL', KEYS[1], '') -- deletes nothing; the first write needs no memory, so the rest may go on without
for i = 1, #ARGV, 2 do
  redis.pcall('HINCRBY', KEYS[1], ARGV[i], ARGV[i + 1])
end
return {'counted'}
