import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildEvent, startTestPostgres, useDatabase, useRedis } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { AuditError } from '../src/audit-error.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { makeTempDir } from './support/temp-dir.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const NO_REDIS = 'redis://127.0.0.1:1';
const NO_POSTGRES = 'postgres://127.0.0.1:1/none';
const event = () => buildEvent({ event_type: 'permanent_ban_applied', event_category: 'critical' });

async function rowsOf(id: string): Promise<readonly Record<string, unknown>[]> {
  const { rows } = await database.pool.query('select * from audit_logs where id = $1', [id]);
  return rows;
}

test('a critical event is a committed row when its receipt says "stored", with its ledger row, and does not touch the queue', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
  const receipt = await client.logCriticalAudit(event());
  expect(receipt.status).toBe('stored');
  const [row] = await rowsOf(receipt.id);
  expect(row).toMatchObject({ event_type: 'permanent_ban_applied', event_category: 'critical', producer_seq: '1' });
  const ledger = await database.pool.query('select * from audit_batches where first_id = $1', [receipt.id]);
  expect(ledger.rows).toHaveLength(1);
  expect(await redis.dbsize()).toBe(0);
});

test('the client writes with the rights of audit_writer, not with those of its login', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
  await client.logCriticalAudit(event());
  await database.pool.query('revoke insert on audit_logs from audit_writer');
  try {
    expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'queued' });
  } finally {
    await database.pool.query('grant insert on audit_logs to audit_writer');
  }
  expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'stored' });
});

test('calls that arrive together share commits', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
  await client.logCriticalAudit(event());
  const before = await database.pool.query('select count(*)::int as batches from audit_batches');
  const receipts = await Promise.all(Array.from({ length: 200 }, () => client.logCriticalAudit(event())));
  const after = await database.pool.query('select count(*)::int as batches from audit_batches');
  expect(new Set(receipts.map((receipt) => receipt.status))).toEqual(new Set(['stored']));
  expect(after.rows[0].batches - before.rows[0].batches).toBeLessThanOrEqual(3);
});

test('the same id twice is one row', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url, acceptIds: true });
  const id = '01890a5d-ac96-774b-bcce-b302099a8057';
  const receipts = await Promise.all([
    client.logCriticalAudit({ ...event(), id }),
    client.logCriticalAudit({ ...event(), id }),
  ]);
  expect(receipts).toEqual([
    { id, status: 'stored' },
    { id, status: 'stored' },
  ]);
  expect(await rowsOf(id)).toHaveLength(1);
});

test('Postgres away: the urgent lane takes the event under its id, and the receipt says so', async () => {
  const { client, warnings } = createTestClient({ redisUrl: url, databaseUrl: NO_POSTGRES });
  const receipt = await client.logCriticalAudit(event());
  expect(receipt.status).toBe('queued');
  expect(JSON.parse((await redis.lindex('audit:queue:urgent', 0)) ?? '{}')).toMatchObject({ id: receipt.id });
  expect(warnings.map((warning) => warning.message)).toEqual([
    'audit client could not store a critical event directly',
  ]);
});

test('no database configured: the urgent lane', async () => {
  const { client } = createTestClient({ redisUrl: url });
  expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'queued' });
});

test('a category other than critical goes the same way through logCriticalAudit', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: NO_POSTGRES });
  await client.logCriticalAudit(buildEvent({ event_category: 'warning' }));
  expect(await redis.llen('audit:queue:urgent')).toBe(1);
});

test.each(['spool', 'wait', 'drop'] as const)(
  'Postgres and Redis away: the spool takes it, also under the policy "%s"',
  async (overflow) => {
    const { client } = createTestClient({ redisUrl: NO_REDIS, databaseUrl: NO_POSTGRES, overflow });
    expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'spooled' });
  },
);

test('the urgent lane full: the spool', async () => {
  await redis.lpush('audit:queue:urgent', 'occupied');
  const { client } = createTestClient({ redisUrl: url, databaseUrl: NO_POSTGRES, maxUrgentLength: 1 });
  expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'spooled' });
});

test('no place at all: an AuditError "not_durable" with the id, retryable, and counted', async () => {
  const file = join(makeTempDir(), 'file');
  writeFileSync(file, '');
  const { client } = createTestClient({ redisUrl: NO_REDIS, databaseUrl: NO_POSTGRES, spoolDir: join(file, 'spool') });
  const error = await client.logCriticalAudit(event()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(AuditError);
  expect(error).toMatchObject({
    code: 'not_durable',
    isRetryable: true,
    eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  expect(client.stats()).toMatchObject({ pending: { events: 0 }, rejected: { redis_away: 1 } });
});

test('a Postgres that does not answer: the deadline passes, then the urgent lane takes it', async () => {
  const proxy = await startFaultProxy(Number(new URL(database.url).port));
  const through = new URL(database.url);
  through.port = `${proxy.port}`;
  const { client } = createTestClient({ redisUrl: url, databaseUrl: through.href, criticalDeadlineMs: 500 });
  expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'stored' });
  proxy.mode = 'swallow replies';
  const receipts = await Promise.all([client.logCriticalAudit(event()), client.logCriticalAudit(event())]);
  expect(receipts.map((receipt) => receipt.status)).toEqual(['queued', 'queued']);
  proxy.cut();
});

test('a row that is ambiguous is in the table at most once, and in the urgent lane', async () => {
  const proxy = await startFaultProxy(Number(new URL(database.url).port));
  const through = new URL(database.url);
  through.port = `${proxy.port}`;
  const { client } = createTestClient({ redisUrl: url, databaseUrl: through.href, criticalDeadlineMs: 500 });
  await client.logCriticalAudit(event());
  proxy.mode = 'swallow replies';
  const { id } = await client.logCriticalAudit(event());
  expect(await rowsOf(id)).toHaveLength(1);
  expect(JSON.parse((await redis.lindex('audit:queue:urgent', 0)) ?? '{}')).toMatchObject({ id });
  proxy.cut();
});

test('Postgres comes back: the next critical event is stored again', async () => {
  const server = await startTestPostgres();
  try {
    const { migrate } = await import('@auditlane/store');
    await migrate(server.url);
    const { client } = createTestClient({ redisUrl: url, databaseUrl: server.url });
    expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'stored' });
    await server.halt();
    expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'queued' });
    await server.restart();
    expect(await client.logCriticalAudit(event())).toMatchObject({ status: 'stored' });
  } finally {
    await server.stop();
  }
});

test('an invalid critical event rejects with its issues', async () => {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
  const bad = { event_type: '', event_category: 'critical' } as const;
  await expect(client.logCriticalAudit(bad)).rejects.toMatchObject({
    code: 'invalid',
    issues: [{ path: 'event_type' }],
  });
});

test('a row that Postgres alone refuses takes the urgent lane, and those committed with it are stored', async () => {
  await database.pool.query(
    "alter table audit_logs add constraint no_poison check (resource_id <> 'poison') not valid",
  );
  try {
    const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url });
    const names = ['a', 'poison', 'b', 'c'];
    const receipts = await Promise.all(
      names.map((resource_id) => client.logCriticalAudit({ ...event(), resource_id })),
    );
    expect(receipts.map((receipt) => receipt.status)).toEqual(['stored', 'queued', 'stored', 'stored']);
  } finally {
    await database.pool.query('alter table audit_logs drop constraint no_poison');
  }
});
