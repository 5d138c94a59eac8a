import { createTestDatabase, startTestPostgres, useDatabase } from '@auditlane/testkit';
import pg from 'pg';
import { describe, expect, it } from 'vitest';

import { createPool, migrate } from '../src/index.ts';
import { loadMigrations } from '../src/load-migrations.ts';

const NAMES = loadMigrations().map(({ name }) => name);

describe('an empty database', () => {
  it('gets all migrations and partitions once, and a second call changes nothing', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const lines: string[] = [];
    const first = await migrate(database.url, {
      now: new Date('2026-11-21T10:00:00Z'),
      onProgress: (line) => lines.push(line),
    });
    expect(first).toMatchObject({ version: NAMES.length, applied: NAMES });
    expect(first.partitionsCreated).toContain('audit_logs_20261121_20261122');
    expect(first.partitionsCreated).toContain('audit_batches_20261116_20261123');
    expect(lines).toEqual(NAMES.map((name) => `applied ${name}`));
    const second = await migrate(database.url, { now: new Date('2026-11-21T10:00:00Z') });
    expect(second).toEqual({ version: NAMES.length, applied: [], partitionsCreated: [] });
  });

  it('migrated by twenty processes at once is migrated once', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const now = new Date('2026-11-21T10:00:00Z');
    const results = await Promise.all(Array.from({ length: 20 }, () => migrate(database.url, { now })));
    expect(results.flatMap((result) => result.applied).toSorted()).toEqual(NAMES);
    const created = results.flatMap((result) => result.partitionsCreated);
    expect(new Set(created).size).toBe(created.length);
    expect(created).toHaveLength(13);
  });

  it('is one of several in a new cluster, all migrated at once: the roles are shared', async () => {
    await using server = await startTestPostgres();
    const admin = new pg.Pool({ connectionString: server.url, max: 1 });
    admin.on('error', () => undefined);
    const urls = ['one', 'two', 'three', 'four'].map((name) => {
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      return url;
    });
    for (const url of urls) await admin.query(`create database ${url.pathname.slice(1)}`);
    const results = await Promise.all(urls.map((url) => migrate(url.href)));
    expect(results.map((result) => result.applied)).toEqual(urls.map(() => NAMES));
    const roles = await admin.query(
      `select rolname, rolcanlogin, rolbypassrls from pg_roles where rolname like 'audit%' order by 1`,
    );
    await admin.end();
    expect(roles.rows).toEqual([
      { rolname: 'audit_reader', rolcanlogin: false, rolbypassrls: false },
      { rolname: 'audit_writer', rolcanlogin: false, rolbypassrls: true },
    ]);
  });
});

describe('a migration that does not fit', () => {
  it('a changed file is refused, with the remedy, and nothing runs', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const migrations = loadMigrations();
    await migrate(database.url, { migrations });
    const changed = migrations.map((migration) =>
      migration.version === 3 ? { ...migration, checksum: 'other' } : migration,
    );
    await expect(migrate(database.url, { migrations: changed })).rejects.toMatchObject({
      code: 'migration_changed',
      message: `the migration ${NAMES[2]} was changed after it ran; restore the file and put the change into a new one`,
    });
  });

  it('a database of a newer release is refused, with the remedy', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    await migrate(database.url);
    await database.pool.query(
      `insert into audit_migrations (version, name, checksum, duration_ms) values (${NAMES.length + 1}, '9999_new.sql', 'x', 1)`,
    );
    await expect(migrate(database.url)).rejects.toMatchObject({
      code: 'database_newer',
      message:
        'the database has the migration 9999_new.sql, which this release does not know; run the newer release of Auditlane',
    });
  });

  it('a migration that fails leaves nothing of itself, and the ones before it', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const own = loadMigrations();
    const text = 'create table half_done (id int); select 1 / 0;';
    const broken = [...own, { version: own.length + 1, name: 'broken.sql', text, checksum: 'x' }];
    await expect(migrate(database.url, { migrations: broken })).rejects.toMatchObject({ sqlstate: '22012' });
    const left = await database.pool.query(
      `select to_regclass('half_done') as half, (select max(version) from audit_migrations) as version`,
    );
    expect(left.rows).toEqual([{ half: null, version: own.length }]);
  });

  it('an absent server is an outage', async () => {
    await expect(migrate('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
      code: 'outage',
      isRetryable: true,
    });
  });
});

describe('a login that is no superuser', () => {
  it('migrates its database and may take the roles', async () => {
    await using database = await createTestDatabase({ template: 'empty' });
    const login = `login_${database.name}`;
    await database.pool.query(
      `create role ${login} login createrole password 'p'; alter database ${database.name} owner to ${login}`,
    );
    await database.pool.query(`grant audit_writer, audit_reader to ${login} with admin option`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'p';
    try {
      expect((await migrate(url.href)).applied).toEqual(NAMES);
      const pool = createPool(url.href, { applicationName: 'test', role: 'audit_writer', max: 1 });
      const answer = await pool.query<{ role: string }>('select current_user as role');
      expect(answer.rows).toEqual([{ role: 'audit_writer' }]);
      await pool.end();
    } finally {
      await database.pool.query(`reassign owned by ${login} to postgres; drop owned by ${login}; drop role ${login}`);
    }
  });
});

describe('the migrated schema', async () => {
  const { pool } = await useDatabase();

  it('has a comment on every table, view, column, sequence and function', async () => {
    const bare = await pool.query<{ name: string }>(`
      select c.relname || coalesce('.' || a.attname, '') as name
      from pg_class c
      left join lateral (
        select null::name as attname, 0::int2 as attnum
        union all
        select attname, attnum from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped and c.relkind <> 'S'
      ) a on true
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and not c.relispartition
        and coalesce(col_description(c.oid, a.attnum), case when a.attnum = 0 then obj_description(c.oid, 'pg_class') end, '') = ''
      union all
      select proname from pg_proc where pronamespace = 'public'::regnamespace and coalesce(obj_description(oid, 'pg_proc'), '') = ''`);
    expect(bare.rows.map((row) => row.name)).toEqual([]);
  });

  it('security_events has exactly its columns', async () => {
    const answer = await pool.query(`select * from security_events limit 0`);
    expect(answer.fields.map((field) => field.name)).toEqual([
      'id',
      'created_at',
      'timestamp',
      'user_id',
      'service_name',
      'event_type',
      'event_category',
      'urgency',
      'severity',
      'event_data',
      'ip_address',
      'user_agent',
      'host',
      'vm_id',
      'location_data',
      'risk_score',
      'is_processed',
      'processed_at',
      'ack_at',
      'correlation_id',
      'outcome',
      'source',
    ]);
  });

  it('tells the time of an id to the millisecond, and its floor, for all times', async () => {
    const answer = await pool.query(`
      with times as (
        select 'epoch'::timestamptz + (g::bigint * 7919003 % 9000000000000) * interval '1 millisecond' as at from generate_series(0, 20000) as g
      )
      select
        count(*) filter (where uuid_time(uuid_floor(at)) <> at) as wrong_time,
        count(*) filter (where uuid_floor(at + interval '999 microseconds') <> uuid_floor(at)) as wrong_floor,
        count(*) filter (where uuid_floor(at + interval '1 millisecond') <= uuid_floor(at)) as wrong_order
      from times`);
    expect(answer.rows).toEqual([{ wrong_time: '0', wrong_floor: '0', wrong_order: '0' }]);
    const edges = await pool.query(`
      select uuid_floor('-infinity') as low, uuid_floor('1901-01-01') as before, uuid_floor('infinity') as high,
        uuid_time('017f22e2-79b0-7cc3-98c4-dc0c0c07398f') as rfc`);
    expect(edges.rows).toEqual([
      {
        low: '00000000-0000-0000-0000-000000000000',
        before: '00000000-0000-0000-0000-000000000000',
        high: 'ffffffff-ffff-0000-0000-000000000000',
        rfc: new Date('2022-02-22T19:22:22.000Z'),
      },
    ]);
  });
});
