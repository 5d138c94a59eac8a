-- Writes down the holes of now, and settles those that were written down a settle time ago and are still there.
-- $1 settle time in seconds.
update audit_producers
set
  settled = (settled + case when noticed_at <= now() - make_interval(secs => $1) then noticed else '{}' end) * (holes - lost),
  noticed = case when noticed_at > now() - make_interval(secs => $1) then noticed else holes - lost end,
  noticed_at = case when noticed_at > now() - make_interval(secs => $1) then noticed_at else now() end
where not (isempty(holes) and isempty(settled) and isempty(lost))
  and (
    not isempty(settled - (holes - lost))
    or (not isempty((holes - lost) + noticed) and (noticed_at is null or noticed_at <= now() - make_interval(secs => $1)))
  )
