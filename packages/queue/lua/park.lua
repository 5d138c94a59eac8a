-- Parks dead letters that never were in a claim: events that a client's processor refuses.
-- Guarantee: all of them or none; an id that is parked already is counted and left out, so the call may be repeated.
-- Each counts as enqueued and dead at once, as it would have on the way through a lane: the sums stay closed.
-- KEYS  1 failed  2 failed ids  3 stats
-- ARGV  pairs of id and line, oldest first
-- Returns {'parked', letters that were not there before} or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'set', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then return {'wrong_type', KEYS[i], got} end
end
-- No rollback in Lua: a right that is missing after the first write would leave an id without its letter. (Known since Redis 7.)
for _, need in ipairs(redis.acl_check_cmd and {{'SADD', KEYS[2]}, {'LPUSH', KEYS[1]}} or {}) do
  if not redis.acl_check_cmd(need[1], need[2], '0') then return {'denied', need[1], need[2]} end
end

-- The first write is refused when memory is full, before anything has changed; what follows may then go on.
local parked, count = 0, #ARGV / 2
for i = 1, #ARGV, 2 do
  if redis.call('SADD', KEYS[2], ARGV[i]) == 1 then
    redis.call('LPUSH', KEYS[1], ARGV[i + 1])
    parked = parked + 1
  end
end
for field, by in pairs({enqueued = count, dead = count, dead_repeated = count - parked}) do
  if by > 0 then redis.pcall('HINCRBY', KEYS[3], field, by) end
end
return {'parked', parked}
