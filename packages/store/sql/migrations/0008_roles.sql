-- The roles that do less than the login which migrates. audit_writer is what workers and clients store with: it can append, and learn which
-- ids it appended, nothing else. audit_reader reads events and ledger, and no keys.
-- Roles belong to the whole cluster while the migration's lock belongs to one database, so another database's migration may be making
-- the same role at this moment: that is no error.

do $$
declare
  new_role text;
begin
  foreach new_role in array array['audit_writer', 'audit_reader'] loop
    if not exists (select from pg_roles where rolname = new_role) then
      begin
        execute format('create role %I nologin', new_role);
      exception when duplicate_object or unique_violation then
        null; -- the other one made it
      end;
    end if;

    -- so that this login may connect with -c role=...; a superuser may anyway
    if not (select rolsuper from pg_roles where rolname = current_user) then
      begin
        execute format('grant %I to %I', new_role, current_user);
      exception when insufficient_privilege or unique_violation or internal_error then
        null; -- the catalog check tells when it is missing
      end;
    end if;

    execute format('grant usage on schema %I to %I', current_schema(), new_role);
  end loop;

  -- COPY is refused under row level security whatever the policy. Only superusers and those who have it may give BYPASSRLS; where it
  -- cannot be given, tenants read through a security_barrier view instead of policies on the table.
  if not (select rolbypassrls from pg_roles where rolname = 'audit_writer') then
    begin
      alter role audit_writer bypassrls;
    exception when insufficient_privilege or internal_error then
      null; -- not ours to give, or "tuple concurrently updated": the other one did it
    end;
  end if;
end
$$;

grant insert on audit_logs, audit_batches to audit_writer;
grant select (id) on audit_logs to audit_writer;
grant select on audit_migrations to audit_writer;
grant usage on sequence audit_batches_seq to audit_writer;
grant execute on function audit_conflicting_ids(json) to audit_writer;

grant select on audit_logs, audit_batches, security_events, audit_event_findings, audit_event_states, audit_migrations to audit_reader;
