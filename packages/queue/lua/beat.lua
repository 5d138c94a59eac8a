-- Keeps the last beat of a worker.
-- Guarantee: works when memory is full; else the whole fleet would look dead just when it is needed.
-- KEYS  1 workers
-- ARGV  1 worker  2 beat as JSON
-- Returns {'kept'} or {'wrong_type', key, type}
local got = redis.call('TYPE', KEYS[1]).ok
if got ~= 'hash' and got ~= 'none' then
  return {'wrong_type', KEYS[1], got}
end
redis.call('HDEL', KEYS[1], ARGV[1]) -- the first write needs no memory, so the next one may go on without
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return {'kept'}
