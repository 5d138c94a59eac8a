import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildEvent, startTestRedis, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { afterAll, describe, expect, test } from 'vitest';
import type { Receipt } from '../src/receipt.ts';
import { startFaultProxy } from './support/fault-proxy.ts';
import { readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis, server } = await useRedis();
const database = await useDatabase();
const NOWHERE = 'redis://127.0.0.1:1';

function statuses(receipts: readonly Receipt[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const receipt of receipts) {
    const word = receipt.status === 'rejected' ? receipt.reason : receipt.status;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

function logMany(
  client: { logAudit(event: ReturnType<typeof buildEvent>): Promise<Receipt> },
  count: number,
): Promise<Receipt[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => client.logAudit(buildEvent({ metadata: { n } }))));
}

/** Empties the queue in one step and gives the numbers of its events, oldest first. */
async function takeNumbers(): Promise<number[]> {
  const [found] = (await redis.multi().lrange('audit:queue', 0, -1).del('audit:queue').exec()) ?? [];
  const lines: readonly string[] = Array.isArray(found?.[1]) ? found[1] : [];
  return lines.toReversed().map((line) => Number(JSON.parse(line).metadata.n));
}

describe('policy "spool"', () => {
  test('a full queue: the accepted prefix is queued, the rest spooled, and replayed in order when there is room', async () => {
    const { client, spoolDir } = createTestClient({ redisUrl: url, maxQueueLength: 1000 });
    const receipts = await logMany(client, 2500);
    expect(statuses(receipts)).toEqual({ queued: 1000, spooled: 1500 });
    expect(await redis.llen('audit:queue')).toBe(1000);
    expect(readSpooledLines(spoolDir)).toHaveLength(1500);
    const seen: number[] = [];
    while (seen.length < 2500) {
      await waitFor(async () => (await redis.llen('audit:queue')) > 0);
      seen.push(...(await takeNumbers()));
    }
    expect(seen).toEqual(Array.from({ length: 2500 }, (_, n) => n));
    await waitFor(() => client.stats().spool.bytes === 0);
    expect(readSpooledLines(spoolDir)).toEqual([]);
    expect(await redis.hgetall('audit:stats')).toMatchObject({ enqueued: '2500', overflow: '1500' });
    expect(client.stats().spool).toMatchObject({ bytes: 0, replayed: 1500 });
  });

  test('Redis away: events are spooled within milliseconds and queued under their ids when it is back', async () => {
    const { client, spoolDir } = createTestClient({ redisUrl: url });
    await client.logAudit(buildEvent({ metadata: { n: -1 } }));
    await server.halt();
    const receipts = await logMany(client, 100);
    expect(statuses(receipts)).toEqual({ spooled: 100 });
    expect(client.stats().redis).not.toBe('ready');
    await server.restart();
    await waitFor(async () => (await redis.llen('audit:queue')) >= 100);
    const ids = (await redis.lrange('audit:queue', 0, -1)).map((line) => String(JSON.parse(line).id));
    expect(receipts.every((receipt) => 'id' in receipt && ids.includes(receipt.id))).toBe(true);
    await waitFor(() => readSpooledLines(spoolDir).length === 0);
    expect(await client.logAudit(buildEvent())).toMatchObject({ status: 'queued' });
  });

  test('Redis never there: events are spooled, and the reason is logged once', async () => {
    const { client, warnings } = createTestClient({ redisUrl: NOWHERE });
    expect(statuses(await logMany(client, 50))).toEqual({ spooled: 50 });
    expect(statuses(await logMany(client, 50))).toEqual({ spooled: 50 });
    expect(warnings.map((warning) => warning.message)).toEqual(['audit client has no connection to Redis']);
  });

  test('an unusable folder: events wait in memory until their deadline, with a warning, then are rejected and counted', async () => {
    const file = join(makeTempDir(), 'file');
    writeFileSync(file, '');
    const { client, warnings } = createTestClient({
      redisUrl: NOWHERE,
      spoolDir: join(file, 'spool'),
      deadlineMs: 300,
    });
    expect(statuses(await logMany(client, 20))).toEqual({ redis_away: 20 });
    expect(warnings.map((warning) => warning.message)).toContain(
      'audit spool cannot be written, events wait in memory',
    );
    expect(client.stats()).toMatchObject({ pending: { events: 0 }, rejected: { redis_away: 20 } });
  });

  test('an unusable folder and a full queue: waiting events are queued as soon as there is room', async () => {
    const file = join(makeTempDir(), 'file');
    writeFileSync(file, '');
    const { client } = createTestClient({ redisUrl: url, spoolDir: join(file, 'spool'), maxQueueLength: 5 });
    const receipts = logMany(client, 10);
    await waitFor(async () => (await redis.llen('audit:queue')) === 5);
    await redis.del('audit:queue');
    expect(statuses(await receipts)).toEqual({ queued: 10 });
  });
});

describe('policy "wait"', () => {
  test('a full queue: calls wait, keep their order, and are counted as overflow once', async () => {
    const { client, spoolDir } = createTestClient({ redisUrl: url, overflow: 'wait', maxQueueLength: 10 });
    const receipts = logMany(client, 30);
    const seen: number[] = [];
    while (seen.length < 30) {
      await waitFor(async () => (await redis.llen('audit:queue')) === 10);
      seen.push(...(await takeNumbers()));
    }
    expect(statuses(await receipts)).toEqual({ queued: 30 });
    expect(seen).toEqual(Array.from({ length: 30 }, (_, n) => n));
    expect(await redis.hgetall('audit:stats')).toMatchObject({ overflow: '20' });
    expect(readSpooledLines(spoolDir)).toEqual([]);
  });

  test('a queue that stays full: rejected at the deadline, counted, and reported', async () => {
    const { client } = createTestClient({ redisUrl: url, overflow: 'wait', maxQueueLength: 1, deadlineMs: 300 });
    expect(statuses(await logMany(client, 4))).toEqual({ queued: 1, queue_full: 3 });
    await client.flush();
    expect(await redis.hgetall('audit:stats')).toMatchObject({ dropped: '3', 'dropped:queue_full': '3' });
  });

  test('Redis away: waits for it, and is rejected at the deadline', async () => {
    const { client } = createTestClient({ redisUrl: NOWHERE, overflow: 'wait', deadlineMs: 300 });
    expect(statuses(await logMany(client, 4))).toEqual({ redis_away: 4 });
    const patient = createTestClient({ redisUrl: url, overflow: 'wait', deadlineMs: 20_000 });
    await patient.client.logAudit(buildEvent());
    await server.halt();
    const receipts = logMany(patient.client, 4);
    await waitFor(() => patient.client.stats().redis === 'away');
    await server.restart();
    expect(statuses(await receipts)).toEqual({ queued: 4 });
  });
});

describe('policy "direct"', () => {
  test.each([
    ['a full queue', (): string => url],
    ['Redis away', (): string => NOWHERE],
  ])('%s: the rows are stored by this process', async (_name, redisUrl) => {
    const { client } = createTestClient({
      redisUrl: redisUrl(),
      overflow: 'direct',
      databaseUrl: database.url,
      maxQueueLength: 1,
    });
    await redis.lpush('audit:queue', 'occupied');
    const receipts = await logMany(client, 40);
    expect(statuses(receipts)).toEqual({ stored: 40 });
    const ids = receipts.map((receipt) => ('id' in receipt ? receipt.id : ''));
    const { rows } = await database.pool.query('select id from audit_logs where id = any($1::uuid[])', [ids]);
    expect(rows).toHaveLength(40);
  });

  test('Postgres away too: calls wait for the queue until their deadline', async () => {
    const { client } = createTestClient({
      redisUrl: NOWHERE,
      overflow: 'direct',
      databaseUrl: 'postgres://127.0.0.1:1/x',
      deadlineMs: 500,
    });
    expect(statuses(await logMany(client, 4))).toEqual({ redis_away: 4 });
  });
});

describe('policy "drop"', () => {
  test.each([
    ['a full queue', (): string => url],
    ['Redis away', (): string => NOWHERE],
  ])('%s: rejected at once and counted', async (_name, redisUrl) => {
    const { client } = createTestClient({ redisUrl: redisUrl(), overflow: 'drop', maxQueueLength: 1 });
    await redis.lpush('audit:queue', 'occupied');
    expect(statuses(await logMany(client, 7))).toEqual({ dropped: 7 });
    expect(client.stats().rejected.dropped).toBe(7);
  });
});

describe('an ambiguous push', () => {
  test('a reply that never comes: the same ids are sent again, then spooled, and the call settles by its deadline', async () => {
    const proxy = await startFaultProxy(server.port);
    const { client } = createTestClient({ redisUrl: `redis://127.0.0.1:${proxy.port}` });
    await client.logAudit(buildEvent());
    proxy.mode = 'swallow replies';
    const receipt = await client.logAudit(buildEvent({ resource_id: 'ambiguous' }));
    expect(receipt).toMatchObject({ status: 'spooled' });
    proxy.mode = 'pass';
    proxy.cut();
    await waitFor(() => client.stats().spool.replayed === 1, { deadlineMs: 20_000 });
    const copies = (await redis.lrange('audit:queue', 0, -1)).filter((line) => line.includes('ambiguous'));
    const ids = new Set(copies.map((line) => JSON.parse(line).id));
    expect(copies.length).toBeGreaterThanOrEqual(2);
    expect([...ids]).toEqual(['id' in receipt ? receipt.id : '']);
  });

  test('a connection that is reset in mid-push: every call gets a receipt, and every accepted id is in Redis or the spool', async () => {
    const proxy = await startFaultProxy(server.port);
    const { client, spoolDir } = createTestClient({ redisUrl: `redis://127.0.0.1:${proxy.port}` });
    const receipts: Receipt[] = [];
    for (let round = 0; round < 10; round += 1) {
      const batch = logMany(client, 300);
      setImmediate(() => proxy.cut());
      receipts.push(...(await batch));
    }
    const lines = [...(await redis.lrange('audit:queue', 0, -1)), ...readSpooledLines(spoolDir)];
    const kept = new Set(lines.map((line) => String(JSON.parse(line).id)));
    expect(receipts).toHaveLength(3000);
    expect(receipts.filter((receipt) => !('id' in receipt) || !kept.has(receipt.id))).toEqual([]);
  });

  test('requests that never arrive settle by the deadline', async () => {
    const proxy = await startFaultProxy(server.port);
    proxy.mode = 'swallow requests';
    const { client } = createTestClient({
      redisUrl: `redis://127.0.0.1:${proxy.port}`,
      overflow: 'wait',
      deadlineMs: 800,
    });
    expect(statuses(await logMany(client, 3))).toEqual({ redis_away: 3 });
  });
});

describe('a Redis that answers but refuses', () => {
  test('out of memory: events are spooled and replayed when memory is free again', async () => {
    const small = await startTestRedis();
    afterAll(() => small.stop());
    const { client } = createTestClient({ redisUrl: small.url });
    await client.logAudit(buildEvent());
    const { Redis } = await import('ioredis');
    const admin = new Redis(small.url);
    await admin.config('SET', 'maxmemory', '1');
    expect(statuses(await logMany(client, 5))).toEqual({ spooled: 5 });
    await admin.config('SET', 'maxmemory', '0');
    await waitFor(async () => (await admin.llen('audit:queue')) === 6);
    admin.disconnect();
  });

  test('a key of another type: events are spooled', async () => {
    await redis.set('audit:queue', 'not a list');
    const { client, warnings } = createTestClient({ redisUrl: url });
    expect(statuses(await logMany(client, 5))).toEqual({ spooled: 5 });
    expect(warnings.map((warning) => warning.message)).toContain('audit queue did not take events');
  });
});
