-- Notes which numbers of a producer wait in its memory, so that nobody takes them for lost while it lives.
-- Guarantee: works when memory is full. The time beside them is that of Redis: a note that is not renewed counts for nothing soon.
-- KEYS  1 buffered
-- ARGV  1 producer  2 its numbers, as 5-9,12, or '' when none waits any more
-- Returns {'told'} or {'full'} or {'wrong_type', key, type}
local got = redis.call('TYPE', KEYS[1]).ok
if got ~= 'hash' and got ~= 'none' then return {'wrong_type', KEYS[1], got} end

redis.call('HDEL', KEYS[1], '') -- deletes nothing; the first write needs no memory, so the rest may go on without
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return {'told'}
end
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 and redis.call('HLEN', KEYS[1]) >= 20000 then return {'full'} end
local time = redis.call('TIME')
local ms = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', KEYS[1], ARGV[1], ms .. ':' .. ARGV[2])
return {'told'}
