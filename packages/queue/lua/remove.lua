-- Removes dead letters from the list: those that are in the table now, or that an operator purges.
-- Guarantee: exactly the given lines leave, each with its id; a repeated call finds none of them.
-- KEYS  1 failed  2 failed ids
-- ARGV  pairs of id and line, byte for byte
-- Returns {'removed', 0 or 1 for each pair} or {'wrong_type', key, type}
for i, want in ipairs({'list', 'set'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then
    return {'wrong_type', KEYS[i], got}
  end
end

local removed = {'removed'}
for i = 1, #ARGV, 2 do
  local count = redis.call('LREM', KEYS[1], -1, ARGV[i + 1]) -- from the oldest end, where they mostly are
  if count == 1 then redis.call('SREM', KEYS[2], ARGV[i]) end
  removed[#removed + 1] = count
end
return removed
