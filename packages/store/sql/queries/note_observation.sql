-- Notes what was seen of a thing. $1 name, $2 value as JSON. The first of several at once wins; the others see it the next time.
insert into audit_observations as o (name, value)
values ($1, $2::jsonb)
on conflict (name) do update set value = excluded.value, changed_at = now()
where o.value is distinct from excluded.value
