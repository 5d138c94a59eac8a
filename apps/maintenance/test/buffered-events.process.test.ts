import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BatchedEventProcessor,
  type BatchProcessingOptions,
  createAuditClient,
  type EventProcessor,
  QueueEventProcessor,
} from '@auditlane/audit-client';
import { connectRedis, createQueue, toQueueKeys } from '@auditlane/queue';
import { decodeEntry } from '@auditlane/schema';
import { createPool, createStore, migrate } from '@auditlane/store';
import { spawnProcess, startTestPostgres, useRedis, waitFor } from '@auditlane/testkit';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { findLosses, type LossParts } from '../src/losses/find-losses.ts';
import { parkedInTable } from '../src/losses/parked-in-table.ts';

const PROGRAM = fileURLToPath(new URL('programs/buffer-and-stay.ts', import.meta.url));
const HOUR_MS = 3_600_000;

const { url: redisUrl, redis: admin } = await useRedis();
// A server of its own: an open transaction anywhere in a cluster keeps verdicts back, and other tests have some.
const server = await startTestPostgres();
await migrate(server.url);
const pool = createPool(server.url, { applicationName: 'buffered-test', max: 4 });
const redis = connectRedis(redisUrl, { name: 'test' });
const keys = toQueueKeys('audit:queue');
const queue = createQueue(redis, keys);
const store = createStore(pool, { writer: 'w' });
// Holes settle at once here: all that keeps a number from being lost is what its producer says.
const parts: LossParts = {
  pool,
  redis,
  keys,
  queue,
  sleep: (ms) => delay(ms),
  signal: new AbortController().signal,
  now: Date.now,
  parkedInTable: () => parkedInTable(pool),
  settleSeconds: 0,
  secondsApart: 0,
};
const spoolDir = mkdtempSync(join(tmpdir(), 'auditlane-buffered-'));

beforeEach(async () => {
  await pool.query('truncate audit_batches, audit_logs, audit_producers');
  await pool.query(`update audit_ledger_readers set generation = 0, xid = 0, seq = 0, since = '2020-01-01'`);
});
afterAll(async () => {
  redis.disconnect();
  await pool.end();
  await server.stop();
  rmSync(spoolDir, { recursive: true, force: true });
});

/** Stores what is queued; answers how many. */
async function work(): Promise<number> {
  const batchId = `b-${Math.random()}`;
  const claimed = await queue.claim({
    batchId,
    limit: 100,
    maxBytes: 1_048_576,
    leaseMs: 60_000,
    worker: 'w',
    prefer: 'main',
  });
  if (claimed === null) return 0;
  const rows = claimed.entries.flatMap((entry) => {
    const decoded = decodeEntry(String(entry));
    return decoded.kind === 'event' ? [decoded.row] : [];
  });
  await store.storeBatch(rows);
  const stored = rows.length;
  await queue.finish({ batchId, epoch: claimed.epoch, stored, duplicates: 0, deadLetters: [], held: [] });
  return stored;
}

async function lostIn(rounds: number, overrides: Partial<LossParts> = {}): Promise<readonly unknown[]> {
  const lost: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) lost.push(...(await findLosses({ ...parts, ...overrides })).lost);
  return lost;
}

async function told(): Promise<readonly string[]> {
  return (await queue.buffered()).map(({ numbers }) => numbers).toSorted();
}

const waitForTold = (expected: readonly string[]) =>
  waitFor(async () => JSON.stringify(await told()) === JSON.stringify(expected), {
    message: `not ${String(expected)}`,
  });

function create(options: BatchProcessingOptions = {}, toProcessor = (own: EventProcessor): EventProcessor => own) {
  const client = createAuditClient({ redisUrl, spoolDir, databaseUrl: server.url });
  const processor = toProcessor(new QueueEventProcessor({ client }));
  const batched = new BatchedEventProcessor(processor, { client, enableDeduplication: false, ...options });
  onTestFinished(() => client.close());
  return { client, batched };
}

test('an event that waits for an hour is no loss, and a real loss beside it is named meanwhile', async () => {
  const { client, batched } = create({ maxWaitTime: { info: HOUR_MS } });
  const producerId = client.stats().producerId;
  await batched.addEvent({ type: 'api.request', priority: 'info' });
  await client.logAudit({ event_type: 'order.lost', event_category: 'info' });
  await admin.del(keys.queue);
  await client.logAudit({ event_type: 'order.paid', event_category: 'info' });
  expect(await work()).toBe(1);
  await waitForTold(['1']);
  expect(await lostIn(5)).toEqual([{ producerId, ranges: [{ first: 2, last: 2 }] }]);

  expect(await batched.flush()).toEqual({ processed: 1, failed: 0 });
  await waitForTold([]);
  expect(await lostIn(5)).toEqual([]);
  expect(await work()).toBe(1);
  expect(await lostIn(5)).toEqual([]);
  const answer = await pool.query(`select metadata->>'numbers' as numbers from audit_logs where source = 'auditlane'`);
  expect(answer.rows).toEqual([{ numbers: '2' }]);
});

test('an event whose processor is tried again for long is no loss, and none when it was spooled in the end', async () => {
  const { client, batched } = create({ retryDelay: 60_000 }, (own) => ({
    prepare: (event) => own.prepare?.(event) ?? null,
    ended: (event) => own.ended?.(event),
    process: () => Promise.reject(new Error('away')),
  }));
  const receipt = batched.addEvent({ type: 'access.denied', priority: 'high' });
  await client.logAudit({ event_type: 'order.paid', event_category: 'info' });
  expect(await work()).toBe(1);
  await waitForTold(['1']);
  expect(await lostIn(5)).toEqual([]);
  await batched.close();
  expect(await receipt).toMatchObject({ status: 'spooled' });
  await waitFor(async () => (await admin.llen(keys.queue)) === 1);
  await waitForTold([]);
  expect(await lostIn(5)).toEqual([]);
});

test('an event that a processor of the user took from the journal is no loss', async () => {
  const { client, batched } = create({ journal: true }, () => ({
    process: (events) => Promise.resolve({ processed: events.length, failed: 0 }),
  }));
  await batched.addEvent({ type: 'api.request', priority: 'info' });
  await client.logAudit({ event_type: 'order.paid', event_category: 'info' });
  expect(await batched.flush()).toEqual({ processed: 1, failed: 0 });
  // The report of the number that was not needed is an event of the client itself.
  await client.close();
  expect((await work()) + (await work())).toBe(2);
  expect(await lostIn(5)).toEqual([]);
});

test('a process killed while events wait: they are named, and those of its neighbour are not', async () => {
  const env = { REDIS_URL: redisUrl, DATABASE_URL: server.url, AUDIT_SPOOL_DIR: spoolDir };
  await using killed = spawnProcess(PROGRAM, { env });
  await using living = spawnProcess(PROGRAM, { env });
  const lines = await Promise.all(
    [killed, living].map((program) => program.waitForLine(({ json }) => json?.['producer'] !== undefined)),
  );
  expect(lines.map(({ json }) => json?.['status'])).toEqual(['buffered', 'buffered']);
  expect(await work()).toBe(2);
  await waitForTold(['1', '1']);
  expect(await lostIn(5)).toEqual([]);

  await killed.kill();
  // Its neighbour goes on saying what waits. What it said itself counts until it is too old, which is not waited for here.
  const wordsAt = async (): Promise<Readonly<Record<string, number>>> =>
    Object.fromEntries(
      Object.entries(await admin.hgetall(keys.buffered)).map(([id, word]) => [id, parseInt(word, 10)]),
    );
  const [dead, alive] = lines.map(({ json }) => String(json?.['producer']));
  const lastWordAt = (await wordsAt())[dead ?? ''] ?? 0;
  await waitFor(async () => ((await wordsAt())[alive ?? ''] ?? 0) > lastWordAt + 2000);
  expect(await lostIn(5, { bufferedMs: 60_000 })).toEqual([]);
  const [seconds, microseconds] = await admin.time();
  const bufferedMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000) - lastWordAt - 1;
  expect(await lostIn(3, { bufferedMs })).toEqual([{ producerId: dead, ranges: [{ first: 1, last: 1 }] }]);
});
