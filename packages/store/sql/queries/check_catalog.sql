-- What a writer depends on, seen with the rights of the role that asks. Reads catalogs only, and never fails for a missing table.
-- Result: one row of booleans, each true when all is well; null where the table it is about is missing.
select
  to_regclass('audit_migrations') is not null as has_migrations,
  to_regclass('audit_logs') is not null and to_regclass('audit_batches') is not null as has_tables,
  exists (
    select
    from pg_constraint c
    join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'id'
    where c.conrelid = to_regclass('audit_logs') and c.contype = 'p' and c.conkey = array[a.attnum]
  ) as has_primary_key,
  exists (
    select from pg_attribute a where a.attrelid = to_regclass('audit_logs') and a.attname = 'created_at' and a.attgenerated = 's'
  ) as has_generated_time,
  (
    select count(*) = 2
    from pg_partitioned_table p
    where p.partrelid in (to_regclass('audit_logs'), to_regclass('audit_batches')) and p.partdefid <> 0
  ) as has_default_partitions,
  has_table_privilege(to_regclass('audit_logs'), 'insert')
    and has_column_privilege(to_regclass('audit_logs'), 'id', 'select')
    and has_table_privilege(to_regclass('audit_batches'), 'insert')
    and has_sequence_privilege(to_regclass('audit_batches_seq'), 'usage')
    and has_function_privilege(to_regprocedure('audit_conflicting_ids(json)'), 'execute') as has_rights,
  not exists (
    select
    from pg_class c
    where c.oid = to_regclass('audit_logs') and row_security_active(c.oid)
  ) as has_no_row_security
