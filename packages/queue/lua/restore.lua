-- Moves the oldest held entries back to the claim end of a lane, in their old order, for a worker that may know them.
-- Guarantee: an entry is in the hold or in the lane, never in both or in neither; works when memory is full.
-- KEYS  1 lane  2 hold
-- ARGV  1 limit  2 wake channel
-- Returns {'restored', number of entries} or {'denied', command, key} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'list'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end
-- No rollback in Lua: a right that is missing after the first write would lose what was taken. (Known since Redis 7.)
if redis.acl_check_cmd and not redis.acl_check_cmd('RPUSH', KEYS[1], '0') then return {'denied', 'RPUSH', KEYS[1]} end

local before = redis.call('LLEN', KEYS[1])
local oldest = redis.call('RPOP', KEYS[2], ARGV[1])
if not oldest then return {'restored', 0} end
local newest = {}
for i = #oldest, 1, -1 do
  newest[#newest + 1] = oldest[i]
end
redis.call('RPUSH', KEYS[1], unpack(newest))
if before == 0 then
  redis.pcall('PUBLISH', ARGV[2], 'restored')
end
return {'restored', #newest}
