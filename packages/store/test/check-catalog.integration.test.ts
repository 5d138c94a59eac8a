import { createTestDatabase, type TestDatabase } from '@auditlane/testkit';
import { describe, expect, it } from 'vitest';

import { checkCatalog, createPool } from '../src/index.ts';

async function faultsOf(database: TestDatabase): Promise<readonly string[]> {
  const pool = createPool(database.url, { applicationName: 'test-writer', role: 'audit_writer', max: 1 });
  try {
    return (await checkCatalog(pool)).map(({ code }) => code);
  } finally {
    await pool.end();
  }
}

it('a migrated database has no fault, seen with the writer’s rights', async () => {
  await using database = await createTestDatabase();
  expect(await faultsOf(database)).toEqual([]);
});

it('an empty database is not migrated', async () => {
  await using database = await createTestDatabase({ template: 'empty' });
  expect(await faultsOf(database)).toEqual(['not_migrated']);
});

it('a database of a newer release is no fault: a rolling upgrade migrates first', async () => {
  await using database = await createTestDatabase();
  await database.pool.query(
    `insert into audit_migrations (version, name, checksum, duration_ms) values (999, 'x', 'x', 1)`,
  );
  expect(await faultsOf(database)).toEqual([]);
});

describe('what makes a worker refuse', () => {
  it.each([
    [
      'the last migration is missing',
      'delete from audit_migrations where version = (select max(version) from audit_migrations)',
      'migrations_behind',
    ],
    ['the primary key is gone', 'alter table audit_logs drop constraint audit_logs_pkey', 'primary_key_missing'],
    [
      'created_at is an ordinary column',
      'alter table audit_logs alter column created_at drop expression',
      'created_at_not_generated',
    ],
    [
      'there is no DEFAULT partition',
      'alter table audit_logs detach partition audit_logs_default',
      'default_partition_missing',
    ],
    [
      'the ledger has no DEFAULT partition',
      'alter table audit_batches detach partition audit_batches_default',
      'default_partition_missing',
    ],
    ['INSERT was revoked', 'revoke insert on audit_logs from audit_writer', 'rights_missing'],
    ['INSERT on the ledger was revoked', 'revoke insert on audit_batches from audit_writer', 'rights_missing'],
    ['ids may not be read', 'revoke select (id) on audit_logs from audit_writer', 'rights_missing'],
    ['the sequence may not be used', 'revoke usage on sequence audit_batches_seq from audit_writer', 'rights_missing'],
    ['the ledger is gone', 'drop table audit_batches', 'not_migrated'],
  ])('%s', async (_what, damage, code) => {
    await using database = await createTestDatabase();
    await database.pool.query(damage);
    expect(await faultsOf(database)).toEqual([code]);
  });

  it('row level security applies to its role', async () => {
    await using database = await createTestDatabase();
    await database.pool.query('alter table audit_logs enable row level security');
    expect(await faultsOf(database)).toEqual([]);
    const login = `limited_${database.name}`;
    await database.pool
      .query(`create role ${login}; grant insert, select on audit_logs, audit_batches, audit_migrations to ${login};
      grant usage on sequence audit_batches_seq to ${login}; grant execute on function audit_conflicting_ids(json) to ${login}`);
    const pool = createPool(`${database.url}?options=${encodeURIComponent(`-c role=${login}`)}`, {
      applicationName: 'test',
      max: 1,
    });
    try {
      expect((await checkCatalog(pool)).map(({ code }) => code)).toEqual(['row_security_active']);
    } finally {
      await pool.end();
      await database.pool.query(`drop owned by ${login}; drop role ${login}`);
    }
  });

  it('says the fact and the remedy', async () => {
    await using database = await createTestDatabase();
    await database.pool.query('alter table audit_logs drop constraint audit_logs_pkey');
    const [fault] = await checkCatalog(database.pool);
    expect(fault?.message).toBe(
      'audit_logs has no primary key on id, so a redelivered event would be stored twice: alter table audit_logs add primary key (id)',
    );
  });
});

it('a server that is away throws, and is not a fault of the catalog', async () => {
  const pool = createPool('postgres://nobody@127.0.0.1:1/none', { applicationName: 'test', max: 1 });
  await expect(checkCatalog(pool)).rejects.toMatchObject({ code: 'outage' });
  await pool.end();
});
