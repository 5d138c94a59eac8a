import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildEvent, startTestRedis, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { drainQueue } from './support/drain-queue.ts';
import { readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const STRICT = { redisUrl: url, databaseUrl: database.url, guarantee: 'strict', deadlineMs: 1000 } as const;
const NO_POSTGRES = 'postgres://127.0.0.1:1/none';

async function countRows(ids: readonly string[]): Promise<number> {
  const { rows } = await database.pool.query('select count(*)::int as count from audit_logs where id = any($1)', [ids]);
  return rows[0].count;
}

async function logMany(client: ReturnType<typeof createTestClient>['client'], count: number, text = '') {
  const receipts = await Promise.all(
    Array.from({ length: count }, () => client.logAudit(buildEvent({ metadata: { text } }))),
  );
  const ids = receipts.flatMap((receipt) => (receipt.status === 'rejected' ? [] : [receipt.id]));
  return { receipts, ids };
}

test('a receipt "queued" with two copies: the frame is on the synced disk and the entry in Redis, and the disk keeps it', async () => {
  const { client, spoolDir, warnings } = createTestClient(STRICT);
  const receipt = await client.logAudit(buildEvent());
  expect(receipt).toEqual({ id: expect.any(String), status: 'queued', copies: 2 });
  const queued = await redis.lrange('audit:queue', 0, -1);
  expect(queued).toHaveLength(1);
  expect(readSpooledLines(spoolDir)).toEqual(queued);
  expect(warnings).toEqual([]);
});

test('the copy on disk goes when Postgres has the event, and not before', async () => {
  const { client, spoolDir } = createTestClient(STRICT);
  const { ids } = await logMany(client, 300);
  await drainQueue(redis, database.pool, 299);
  await waitFor(() => client.stats().spool.confirmed === 299, { deadlineMs: 20_000 });
  expect(readSpooledLines(spoolDir)).toHaveLength(300);
  await drainQueue(redis, database.pool);
  await waitFor(() => client.stats().spool.bytes === 0, { deadlineMs: 20_000 });
  expect(client.stats().spool.confirmed).toBe(300);
  expect(await countRows(ids)).toBe(300);
  expect(readSpooledLines(spoolDir)).toEqual([]);
});

test('R6: Redis comes back empty while the backlog is larger than the ring in memory: every event is offered again', async () => {
  const { client } = createTestClient({ ...STRICT, ringMaxBytes: 1_048_576, maxQueueLength: 50_000 });
  const { ids, receipts } = await logMany(client, 3000, 'x'.repeat(1000));
  expect(receipts.every((receipt) => 'copies' in receipt && receipt.copies === 2)).toBe(true);
  await redis.flushall();
  const [late] = (await logMany(client, 1)).ids;
  await waitFor(
    async () => {
      await drainQueue(redis, database.pool);
      return (await countRows([...ids, late ?? ''])) === 3001;
    },
    { deadlineMs: 20_000 },
  );
  await waitFor(() => client.stats().spool.bytes === 0, { deadlineMs: 20_000 });
});

test('what Postgres has is not offered again when Redis has lost its data', async () => {
  const { client } = createTestClient({ ...STRICT, ringMaxBytes: 1_048_576, maxQueueLength: 50_000 });
  await logMany(client, 2000, 'x'.repeat(1000));
  await drainQueue(redis, database.pool);
  await redis.flushall();
  await logMany(client, 1);
  await waitFor(
    async () => {
      await drainQueue(redis, database.pool);
      return client.stats().spool.bytes === 0;
    },
    { deadlineMs: 20_000 },
  );
  expect(client.stats().spool.replayed).toBeLessThan(1100);
});

test('Redis away: "spooled", and the queue gets the events when it is back, without a second copy of the others', async () => {
  await using server = await startTestRedis();
  const { client } = createTestClient({ ...STRICT, redisUrl: server.url });
  const before = await logMany(client, 5);
  expect(before.receipts.every((receipt) => receipt.status === 'queued')).toBe(true);
  await server.kill();
  const during = await logMany(client, 5);
  expect(during.receipts).toEqual(during.ids.map((id) => ({ id, status: 'spooled' })));
  await server.restart();
  await waitFor(() => client.stats().spool.replayed >= 5, { deadlineMs: 20_000 });
  expect(client.stats().spool.replayed).toBe(5);
});

test('the queue full: "spooled", and offered when it has room', async () => {
  const { client } = createTestClient({ ...STRICT, maxQueueLength: 10 });
  const { receipts, ids } = await logMany(client, 25);
  expect(receipts.map((receipt) => receipt.status).filter((status) => status === 'queued')).toHaveLength(10);
  await waitFor(
    async () => {
      await drainQueue(redis, database.pool);
      return (await countRows(ids)) === 25;
    },
    { deadlineMs: 20_000 },
  );
});

test('row C4: a disk that takes nothing: "queued" without a second copy; with Redis full too, rejected', async () => {
  const spoolDir = join(makeTempDir(), 'spool');
  writeFileSync(spoolDir, 'a file in the way');
  const { client, warnings } = createTestClient({ ...STRICT, spoolDir, maxQueueLength: 1 });
  expect(await client.logAudit(buildEvent())).toEqual({ id: expect.any(String), status: 'queued' });
  expect(await client.logAudit(buildEvent())).toEqual({ status: 'rejected', reason: 'queue_full' });
  expect(warnings.map((warning) => warning.message)).toContain('audit spool cannot be written, events wait in memory');
  const { faults } = client.stats().spool;
  expect(faults).toBeGreaterThan(0);
  await waitFor(async () => (await redis.hget('audit:stats', 'spool_faults')) === `${faults}`);
});

test('a dead letter is settled: its copy on disk goes', async () => {
  const { client } = createTestClient(STRICT);
  const [id] = (await logMany(client, 1)).ids;
  await redis.del('audit:queue');
  await redis.sadd('audit:failed:ids', id ?? '');
  await waitFor(() => client.stats().spool.bytes === 0, { deadlineMs: 20_000 });
});

test('without a database a warning names it, nothing is removed, and a later process that has one does it', async () => {
  const spoolDir = makeTempDir();
  const poor = createTestClient({ ...STRICT, databaseUrl: undefined, spoolDir });
  expect(poor.warnings[0]?.message).toContain('DATABASE_URL');
  const { ids } = await logMany(poor.client, 20);
  await drainQueue(redis, database.pool);
  await poor.client.close();
  expect(readSpooledLines(spoolDir)).toHaveLength(20);
  expect(poor.warnings.at(-1)?.message).toContain('closed before Postgres was seen to have all events');
  const [folder] = readdirSync(spoolDir);
  // The process is this one and lives; to the next client it is to look dead.
  const owner = join(spoolDir, folder ?? '', 'owner.json');
  writeFileSync(owner, JSON.stringify({ ...JSON.parse(readFileSync(owner, 'utf8')), pid: 2 ** 22 }));

  const plain = createTestClient({ redisUrl: url, spoolDir });
  await plain.client.logAudit(buildEvent());
  await plain.client.close();
  expect(existsSync(join(spoolDir, folder ?? ''))).toBe(true);

  const next = createTestClient({ ...STRICT, guarantee: 'durable', spoolDir });
  await next.client.logAudit(buildEvent());
  await waitFor(() => next.client.stats().spool.confirmed === 20, { deadlineMs: 20_000 });
  await waitFor(() => next.client.stats().spool.bytes === 0);
  expect(next.client.stats().spool).toMatchObject({ adopted: 1, confirmed: 20, replayed: 0 });
  expect(await countRows(ids)).toBe(20);
});

test('close waits for Postgres as long as that can help, and is bounded', async () => {
  const { client } = createTestClient(STRICT);
  await logMany(client, 50);
  const closed = client.close();
  await drainQueue(redis, database.pool);
  await closed;
  expect(client.stats().spool).toMatchObject({ bytes: 0, confirmed: 50 });

  const idle = createTestClient(STRICT);
  await logMany(idle.client, 5);
  await idle.client.close();
  expect(idle.client.stats().spool.bytes).toBeGreaterThan(0);
  expect(idle.warnings.at(-1)?.message).toContain('closed before Postgres was seen to have all events');

  const away = createTestClient({ ...STRICT, databaseUrl: NO_POSTGRES, deadlineMs: 60_000 });
  await logMany(away.client, 5);
  await away.client.close();
  expect(away.client.stats().spool.bytes).toBeGreaterThan(0);
});

test('a critical event takes its own way: a row, or the urgent lane; without a copy on disk', async () => {
  const { client, spoolDir } = createTestClient(STRICT);
  const receipt = await client.logCriticalAudit(buildEvent({ event_category: 'critical' }));
  expect(receipt).toEqual({ id: receipt.id, status: 'stored' });
  expect(existsSync(spoolDir) ? readSpooledLines(spoolDir) : []).toEqual([]);
});

test('a critical event that ends on the disk is offered to the queue when Redis is back', async () => {
  await using server = await startTestRedis();
  const { client } = createTestClient({ ...STRICT, redisUrl: server.url, databaseUrl: NO_POSTGRES });
  await client.logAudit(buildEvent());
  await server.kill();
  const receipt = await client.logCriticalAudit(buildEvent({ event_category: 'critical' }));
  expect(receipt.status).toBe('spooled');
  await server.restart();
  await waitFor(() => client.stats().spool.replayed === 1, { deadlineMs: 20_000 });
});
