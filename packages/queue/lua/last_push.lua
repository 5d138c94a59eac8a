-- Reads what the data set knows of one producer: whether it is the one of before, and whether it has all pushes.
-- Reads only, and needs no more rights than a push.
-- KEYS  1 epoch  2 producers
-- ARGV  1 producer
-- Returns {'marks', incarnation or '', the producer's value or ''} or {'wrong_type', key, type}
for i, want in ipairs({'string', 'hash'}) do
  local got = redis.call('TYPE', KEYS[i]).ok
  if got ~= want and got ~= 'none' then return {'wrong_type', KEYS[i], got} end
end
return {'marks', redis.call('GET', KEYS[1]) or '', redis.call('HGET', KEYS[2], ARGV[1]) or ''}
