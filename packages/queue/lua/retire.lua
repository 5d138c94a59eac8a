-- Writes the closing record of a producer that ends: the last number it took, so that a hole at its end shows too.
-- Guarantee: works when memory is full. A crash before it leaves the producer open, which says that its end is unknown.
-- KEYS  1 producers
-- ARGV  1 producer  2 last n  3 events given up
-- Returns {'retired'} or {'full'} or {'wrong_type', key, type}
local got = redis.call('TYPE', KEYS[1]).ok
if got ~= 'hash' and got ~= 'none' then return {'wrong_type', KEYS[1], got} end

redis.call('HDEL', KEYS[1], '') -- deletes nothing; the first write needs no memory, so the rest may go on without
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value and redis.call('HLEN', KEYS[1]) >= 20000 then return {'full'} end
local main, urgent, replay = string.match(value or '', '^(%d+):(%d+):(%d+):')
local ms = string.format('%.0f', redis.call('TIME')[1] * 1000)
local marks = {main or '0', urgent or '0', replay or '0', ARGV[2], ARGV[3], ms, 'closed'}
redis.call('HSET', KEYS[1], ARGV[1], table.concat(marks, ':'))
return {'retired'}
