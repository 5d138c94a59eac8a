-- Reads a part of the dead letters, counted from the oldest end, so that letters which are parked meanwhile shift nothing.
-- Reads only. Ends early at the byte limit, but never before the first letter.
-- KEYS  1 failed
-- ARGV  1 letters to skip at the oldest end  2 limit  3 max bytes  4 direction: 'newer' (away from the oldest end) or 'older'
-- Returns {'letters', length of the list, {lines, in the direction of reading}} or {'wrong_type', key, type}
local got = redis.call('TYPE', KEYS[1]).ok
if got ~= 'list' and got ~= 'none' then
  return {'wrong_type', KEYS[1], got}
end

local length, skip, limit, max_bytes = redis.call('LLEN', KEYS[1]), tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local lines, bytes = {}, 0
-- 'newer' reads the letters skip, skip + 1, ...; 'older' reads skip - 1, skip - 2, ... (0 is the oldest of all).
local left = ARGV[4] == 'newer' and length - skip or math.min(skip, length)
local at = ARGV[4] == 'newer' and skip or math.min(skip, length) - 1
while left > 0 and #lines < limit do
  -- In portions of what still fits by their mean, since letters may be of a megabyte.
  local fits = #lines == 0 and 1 or math.max(1, math.floor((max_bytes - bytes) * #lines / math.max(bytes, 1)))
  local count = math.min(left, limit - #lines, fits, 20)
  local first, last = -at - count, -at - 1
  if ARGV[4] == 'older' then first, last = -at - 1, -at - 2 + count end
  local portion = redis.call('LRANGE', KEYS[1], first, last)
  for i = 1, count do
    local line = portion[ARGV[4] == 'newer' and count + 1 - i or i]
    bytes = bytes + #line
    if #lines > 0 and bytes > max_bytes then return {'letters', length, lines} end
    lines[#lines + 1] = line
  end
  at = ARGV[4] == 'newer' and at + count or at - count
  left = left - count
end
return {'letters', length, lines}
