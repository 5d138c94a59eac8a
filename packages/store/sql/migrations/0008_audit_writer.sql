-- The role that workers and clients store with: it can append, and learn which ids it appended, nothing else.
-- Roles belong to the whole cluster while the migration's lock belongs to one database, so another database's migration may be making
-- the same role at this moment: that is no error.

do $$
begin
  if not exists (select from pg_roles where rolname = 'audit_writer') then
    begin
      create role audit_writer nologin;
    exception when duplicate_object or unique_violation then
      null; -- the other one made it
    end;
  end if;

  -- COPY is refused under row level security whatever the policy. Only superusers and those who have it may give it; where it cannot
  -- be given, tenants read through a security_barrier view instead of policies on the table.
  if not (select rolbypassrls from pg_roles where rolname = 'audit_writer') then
    begin
      alter role audit_writer bypassrls;
    exception
      when insufficient_privilege then null;
      when internal_error then null; -- "tuple concurrently updated": the other one did it
    end;
  end if;

  -- so that this login may connect with -c role=audit_writer
  if not pg_has_role(current_user, 'audit_writer', 'member') or not (select rolsuper from pg_roles where rolname = current_user) then
    begin
      execute format('grant audit_writer to %I', current_user);
    exception
      when insufficient_privilege or unique_violation or internal_error then null; -- the catalog check tells when it is missing
    end;
  end if;

  execute format('grant usage on schema %I to audit_writer', current_schema());
end
$$;

grant insert on audit_logs, audit_batches to audit_writer;
grant select (id) on audit_logs to audit_writer;
grant select on audit_migrations to audit_writer;
grant usage on sequence audit_batches_seq to audit_writer;
grant execute on function audit_conflicting_ids(json) to audit_writer;
