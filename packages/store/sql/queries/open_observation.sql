-- Makes the row of a thing that was never seen, so that there is one to lock. $1 name.
insert into audit_observations (name, value)
values ($1, 'null')
on conflict (name) do nothing
