-- Pushes the prefix of the entries that fits below the capacity and refuses the rest; trims nothing.
-- Guarantee: everything or nothing. The first write is the LPUSH, so a full memory, a failed disk or missing replicas
-- refuse the call before anything has changed. Mark, counters and PUBLISH come after it and cannot fail a push.
-- A producer's mark is its last push number. It is never raised over a hole: below what the producer knows as marked,
-- acknowledged pushes are missing, and an answer that gets lost must not hide that from the next call.
-- KEYS  1 lane  2 stats  3 epoch  4 producers
-- ARGV  1 capacity  2 seed of the incarnation  3 wake channel  4 'first', 'retry' (refused before) or 'replay' (lost)
--       5 producer or ''  6 its stream, 1 to 3  7 push number  8 last push known as marked  9 events given up
--       10 number of reasons, then that many pairs of reason and count (a loss, or 'refused:' and a fault of the
--       caller, which is none), then the entries, oldest first
-- Returns {'accepted', length of the accepted prefix, length of the lane, incarnation, mark before or -1 when it cannot
--      be read, 1 if it was raised else 0} or {'wrong_type', key, type}
-- Types are asked one by one only where an answer gives cause: a push of one event takes Redis 42 us instead of 60.
local before, incarnation = redis.pcall('LLEN', KEYS[1]), redis.pcall('GET', KEYS[3])
local is_odd = type(before) == 'table' or type(incarnation) == 'table' or redis.call('TYPE', KEYS[2]).ok ~= 'hash'
for i, want in ipairs(is_odd and {'list', 'hash', 'string'} or {}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then return {'wrong_type', KEYS[i], got} end
end
if is_odd then before, incarnation = redis.call('LLEN', KEYS[1]), redis.call('GET', KEYS[3]) end
local first = 11 + 2 * tonumber(ARGV[10])
local count = #ARGV - first + 1
local accepted = math.max(0, math.min(count, tonumber(ARGV[1]) - before))
if accepted > 0 then redis.call('LPUSH', KEYS[1], unpack(ARGV, first, first + accepted - 1)) end
-- Deletes nothing. A script that has called a write which needs no memory may go on when memory is full.
if accepted == 0 then redis.call('HDEL', KEYS[2], '') end

local function add(field, by) return by > 0 and redis.pcall('HINCRBY', KEYS[2], field, by) end
add('enqueued', accepted)
if ARGV[4] == 'first' then add('overflow', count - accepted) end
if ARGV[4] == 'replay' then add('replayed', accepted) end
for i = 11, first - 2, 2 do
  local is_loss = string.sub(ARGV[i], 1, 8) ~= 'refused:'
  if is_loss then add('dropped', tonumber(ARGV[i + 1])) end
  add((is_loss and 'dropped:' or '') .. ARGV[i], tonumber(ARGV[i + 1]))
end

-- main:urgent:replay:last n:given up:ms:state. What somebody else wrote there counts as nothing.
local function mark(stream)
  local value = redis.call('HGET', KEYS[4], ARGV[5])
  local parts = {string.match(value or '', '^(%d+):(%d+):(%d+):(%d+):')}
  for i = 1, 4 do parts[i] = parts[i] and #parts[i] < 16 and parts[i] or '0' end
  local last, push = tonumber(parts[stream]), tonumber(ARGV[7])
  local is_whole = last >= tonumber(ARGV[8]) and last < push
  if accepted == 0 or not is_whole or not (value or redis.call('HLEN', KEYS[4]) < 20000) then return last, 0 end
  local newest = ARGV[first + accepted - 1]
  local _, opened = string.find(newest, '"producer":"', 1, true)
  local id, n = string.match(newest, '^([^"]*)","n":(%d+)', (opened or #newest) + 1)
  if id == ARGV[5] and #n < 16 and tonumber(n) > tonumber(parts[4]) then parts[4] = n end
  parts[stream], parts[5], parts[6] = ARGV[7], ARGV[9], redis.call('TIME')[1] .. '000:open'
  redis.call('HSET', KEYS[4], ARGV[5], table.concat(parts, ':'))
  return last, 1
end
local is_known, last, raised = false, -1, 0
if ARGV[5] ~= '' then is_known, last, raised = pcall(mark, tonumber(ARGV[6])) end

if not incarnation then redis.call('SETNX', KEYS[3], ARGV[2]) end
if before == 0 and accepted > 0 then redis.pcall('PUBLISH', ARGV[3], accepted) end
return {'accepted', accepted, before + accepted, incarnation or ARGV[2], is_known and last or -1, is_known and raised or 0}
