-- How a partition comes and goes. As functions, because the names are computed and format(%I) quotes them here, beside the statement.
-- Callers set lock_timeout: an open reader plus a waiting DDL statement stops every COPY behind it.

-- The partitions of a table with their bounds as times, oldest first. DEFAULT has no bounds.
create function audit_partitions(parent regclass)
  returns table (name text, is_default boolean, from_at timestamptz, to_at timestamptz)
  language plpgsql stable
as $$
declare
  p record;
  bounds text[];
begin
  for p in
    select c.relname::text as name, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent
  loop
    name := p.name;
    is_default := p.bound = 'DEFAULT';
    bounds := regexp_match(p.bound, '^FOR VALUES FROM \(''([^'']+)''\) TO \(''([^'']+)''\)$');
    -- audit_logs is bounded by ids, audit_batches by times
    from_at := case when bounds[1] ~ '^[0-9a-f]{8}-' then uuid_time(bounds[1]::uuid) else bounds[1]::timestamptz end;
    to_at := case when bounds[2] ~ '^[0-9a-f]{8}-' then uuid_time(bounds[2]::uuid) else bounds[2]::timestamptz end;
    return next;
  end loop;
end
$$;
comment on function audit_partitions(regclass) is 'The partitions of a table with their bounds as times.';

-- Makes the partition [from_at, to_at), moving the rows that lie in DEFAULT into it: they would make ATTACH fail. Answers how many moved,
-- null when the partition was there. One transaction: a crash leaves everything as it was.
create function audit_create_partition(parent regclass, new_name text, from_at timestamptz, to_at timestamptz)
  returns bigint
  language plpgsql
as $$
declare
  space text := (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = parent);
  default_partition regclass := (select d.partdefid from pg_partitioned_table d where d.partrelid = parent and d.partdefid <> 0);
  key text := (select a.attname from pg_partitioned_table d join pg_attribute a on a.attrelid = d.partrelid and a.attnum = d.partattrs[0] where d.partrelid = parent);
  columns text := (select string_agg(format('%I', a.attname), ', ' order by a.attnum) from pg_attribute a where a.attrelid = parent and a.attnum > 0 and not a.attisdropped and a.attgenerated = '');
  low text := case key when 'id' then uuid_floor(from_at)::text else from_at::text end;
  high text := case key when 'id' then uuid_floor(to_at)::text else to_at::text end;
  moved bigint := 0;
begin
  -- one maker at a time; readers and writers of the parent do not wait for this lock
  execute format('lock table only %s in share update exclusive mode', parent);
  if to_regclass(format('%I.%I', space, new_name)) is not null then
    return null;
  end if;
  execute format('create table %I.%I (like %s including all)', space, new_name, parent);
  if default_partition is not null then
    -- before the look inside, so that no row arrives between the look and the ATTACH
    execute format('lock table %s in access exclusive mode', default_partition);
    execute format(
      'with moved as (delete from %s where %I >= %L and %I < %L returning %s) insert into %I.%I (%s) select %s from moved',
      default_partition, key, low, key, high, columns, space, new_name, columns, columns);
    get diagnostics moved = row_count;
  end if;
  execute format('alter table %s attach partition %I.%I for values from (%L) to (%L)', parent, space, new_name, low, high);
  return moved;
end
$$;
comment on function audit_create_partition(regclass, text, timestamptz, timestamptz) is 'Makes a partition and moves the rows of its range out of DEFAULT.';

-- Drops a partition that is still there; answers whether it was.
create function audit_drop_partition(parent regclass, old_name text)
  returns boolean
  language plpgsql
as $$
declare
  old regclass;
begin
  -- DROP wants the parent's strongest lock after the child's; readers take them the other way round, so take the parent first
  execute format('lock table only %s in access exclusive mode', parent);
  old := (select i.inhrelid from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = parent and c.relname = old_name);
  if old is null then
    return false;
  end if;
  execute format('drop table %s', old);
  return true;
end
$$;
comment on function audit_drop_partition(regclass, text) is 'Drops a partition if it is still there.';

-- Summarises the BRIN ranges that were filled since the last call, in the partitions that are being written. autosummarize alone does not
-- keep up: its queue holds 256 requests a minute for the whole server, and a refused one is never repeated until the next vacuum.
create function audit_summarize() returns integer
  language sql
as $$
  select coalesce(sum(brin_summarize_new_values(i.indexrelid)), 0)::integer
  from audit_partitions('audit_logs') p
  join pg_index i on i.indrelid = to_regclass(p.name)
  join pg_class c on c.oid = i.indexrelid
  join pg_am a on a.oid = c.relam and a.amname = 'brin'
  where p.is_default or (p.to_at > now() - interval '1 day' and p.from_at < now() + interval '1 day')
$$;
comment on function audit_summarize() is 'Summarises new BRIN ranges of the partitions in use; answers how many.';
