-- After a dump and restore, transaction ids begin anew: from here on the ledger's rows carry the next generation, so that the order
-- (generation, xid, seq) goes on. Raising twice before anything is stored changes nothing the second time. Needs the owner of the table.
do $$
begin
  -- no batch may come between the look and the new default; writers wait as long as this takes
  lock table audit_batches in access exclusive mode;
  execute format(
    'alter table audit_batches alter column generation set default %s',
    (select coalesce(max(generation), 0) + 1 from audit_batches)
  );
end
$$
