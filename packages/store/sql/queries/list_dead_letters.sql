-- A page of the dead letters in the table, newest first; it ends early at the byte limit, but never before the first letter.
-- $1 reason or null, $2 time and $3 id after which it begins, both null for the newest, $4 limit, $5 bytes.
-- Result: id, line, last_at.
select letter.id, letter.line, letter.last_at
from (
    select nearest.id, sum(nearest.bytes) over (order by nearest.last_at desc, nearest.id desc) - nearest.bytes as bytes_before
    from (
        select id, last_at, bytes
        from audit_dead_letters
        where ($1::text is null or reason = $1) and ($2::timestamptz is null or (last_at, id) < ($2, $3::text))
        order by last_at desc, id desc
        limit $4
      ) as nearest
  ) as sized
  join audit_dead_letters letter on letter.id = sized.id
where sized.bytes_before < $5
order by letter.last_at desc, letter.id desc
