-- Everything that the migrations made, as one JSON document, for the generated schema and its documentation.
-- Left out: partitions with bounds (they depend on the day), objects of extensions, the rights of owners.
-- No parameters. Result: one row, one column.
with relations as (
  select c.oid, c.relname, c.relkind, c.relispartition, c.relacl, c.relowner
  from pg_class c
  where c.relnamespace = 'public'::regnamespace
    and c.relkind in ('r', 'p', 'v')
    and (not c.relispartition or pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT')
),
columns as (
  select
    a.attrelid,
    jsonb_agg(jsonb_build_object(
      'name', quote_ident(a.attname),
      'type', format_type(a.atttypid, a.atttypmod),
      'isNotNull', a.attnotnull,
      'isGenerated', a.attgenerated <> '',
      'isIdentity', a.attidentity <> '',
      'fallback', pg_get_expr(d.adbin, d.adrelid),
      'comment', col_description(a.attrelid, a.attnum)
    ) order by a.attnum) as list
  from pg_attribute a
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attnum > 0 and not a.attisdropped
  group by a.attrelid
),
-- 'n' is NOT NULL, which stands with the column
constraints as (
  select conrelid, jsonb_agg(format('constraint %I %s', conname, pg_get_constraintdef(oid)) order by contype desc, conname) as list
  from pg_constraint
  where contype <> 'n'
  group by conrelid
),
indexes as (
  select i.indrelid, jsonb_agg(pg_get_indexdef(i.indexrelid) order by i.indexrelid::regclass::text) as list
  from pg_index i
  where not exists (select from pg_constraint k where k.conindid = i.indexrelid)
  group by i.indrelid
),
rights as (
  select r.oid, jsonb_agg(format('grant %s on %I to %I', lower(g.privilege_type), r.relname, g.grantee::regrole) order by g.grantee::regrole::text, g.privilege_type) as list
  from relations r, aclexplode(r.relacl) g
  where g.grantee <> r.relowner and g.grantee <> 0
  group by r.oid
),
column_rights as (
  select r.oid, jsonb_agg(format('grant %s (%I) on %I to %I', lower(g.privilege_type), a.attname, r.relname, g.grantee::regrole) order by g.grantee::regrole::text, a.attnum, g.privilege_type) as list
  from relations r
  join pg_attribute a on a.attrelid = r.oid
  cross join aclexplode(a.attacl) g
  where g.grantee <> r.relowner and g.grantee <> 0
  group by r.oid
)
select jsonb_build_object(
  'relations', (
    select jsonb_agg(jsonb_build_object(
      'name', r.relname,
      'kind', case when r.relispartition then 'partition' when r.relkind = 'v' then 'view' else 'table' end,
      'parent', (select inhparent::regclass::text from pg_inherits where inhrelid = r.oid),
      'partitionKey', case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
      'definition', case when r.relkind = 'v' then pg_get_viewdef(r.oid, true) end,
      'comment', obj_description(r.oid, 'pg_class'),
      'columns', coalesce(columns.list, '[]'),
      'constraints', coalesce(constraints.list, '[]'),
      'indexes', coalesce(indexes.list, '[]'),
      'rights', coalesce(rights.list, '[]') || coalesce(column_rights.list, '[]')
    ) order by r.relname)
    from relations r
    left join columns on columns.attrelid = r.oid
    left join constraints on constraints.conrelid = r.oid
    left join indexes on indexes.indrelid = r.oid
    left join rights on rights.oid = r.oid
    left join column_rights on column_rights.oid = r.oid
  ),
  'functions', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'signature', p.oid::regprocedure::text,
      'definition', pg_get_functiondef(p.oid),
      'comment', obj_description(p.oid, 'pg_proc')
    ) order by p.oid::regprocedure::text), '[]')
    from pg_proc p
    where p.pronamespace = 'public'::regnamespace
  ),
  'sequences', (
    select coalesce(jsonb_agg(jsonb_build_object(
      'name', s.relname,
      'comment', obj_description(s.oid, 'pg_class')
    ) order by s.relname), '[]')
    from pg_class s
    where s.relnamespace = 'public'::regnamespace
      and s.relkind = 'S'
      -- those of identity columns come with their table
      and not exists (select from pg_depend d where d.objid = s.oid and d.deptype = 'i')
  )
) as catalog
