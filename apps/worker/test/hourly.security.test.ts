import { useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import type { OutputLine, SpawnedProcess } from '@auditlane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables, KEYS } from './fleet.ts';

const redis = await useRedis({ appendfsync: 'always' });
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));
afterEach(() => redis.redis.config('SET', 'maxmemory-policy', 'noeviction'));

/** A worker for which an hour is 200 ms, and that found nothing wrong when it began. */
async function startWithShortHours(): Promise<SpawnedProcess> {
  const worker = fleet.start({}, 'short-hours.ts');
  await worker.waitForLine('worker ready');
  expect(worker.lines.filter(({ json }) => isFinding(json))).toEqual([]);
  return worker;
}

function isFinding(json: OutputLine['json']): boolean {
  return json?.msg === 'redis self-check' || json?.msg === 'self-check failed';
}

test('row 94: an eviction policy that somebody sets under a running worker is an error within the hour', async () => {
  await using worker = await startWithShortHours();
  await redis.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  const line = await worker.waitForLine(({ json }) => json?.code === 'eviction');
  expect(line.json).toMatchObject({ level: 'error', severity: 'fatal', fault: expect.stringContaining('noeviction') });
});

test('row 94: an expiry or another type under a running worker is an error within the hour', async () => {
  await using worker = await startWithShortHours();
  await redis.redis.lpush(KEYS.failed, 'x');
  await redis.redis.pexpire(KEYS.failed, 3_600_000);
  const expiring = await worker.waitForLine(({ json }) => json?.code === 'expiring_key');
  expect(expiring.json).toMatchObject({ level: 'error', fault: expect.stringContaining(`PERSIST ${KEYS.failed}`) });
  await redis.redis.set(KEYS.failed, 'tampered');
  const line = await worker.waitForLine(({ json }) => json?.code === 'wrong_type' && isFinding(json));
  expect(line.json).toMatchObject({ level: 'error', fault: expect.stringContaining(`${KEYS.failed} is a string`) });
});

test.each([
  [
    'the primary key is dropped',
    'has no primary key on id',
    'alter table audit_logs drop constraint audit_logs_pkey',
    'alter table audit_logs add primary key (id)',
  ],
  [
    'the role loses a right',
    'may not insert',
    'revoke insert on audit_batches from audit_writer',
    'grant insert on audit_batches to audit_writer',
  ],
])('row 94: %s under a running worker: told within the hour, nothing is stored until it is back', async (...row) => {
  const [, fault, damage, repair] = row;
  await using worker = await startWithShortHours();
  await database.pool.query(damage);
  const line = await worker.waitForLine('self-check failed');
  expect(line.json).toMatchObject({ level: 'error' });
  expect(line.text).toContain(fault);
  await waitFor(async () => (await fleet.beats()).some((beat) => beat.state === 'running' && beat.postgres === 'away'));
  const entries = buildEntries(30);
  await fleet.push(entries);
  await worker.waitForLine('postgres takes no batches, waiting');
  expect((await fleet.queue.inspect()).main.depth).toBe(30);
  await database.pool.query(repair);
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
});

test('P17: a worker that starts without the primary key claims nothing until it is there, and names it', async () => {
  await database.pool.query('alter table audit_logs drop constraint audit_logs_pkey');
  const entries = buildEntries(30);
  await fleet.push(entries);
  await using worker = fleet.start();
  const line = await worker.waitForLine('postgres takes no batches, waiting');
  expect(line.text).toContain('audit_logs has no primary key on id');
  expect(worker.messages).toEqual([]);
  expect((await fleet.queue.inspect()).main.depth).toBe(30);
  await database.pool.query('alter table audit_logs add primary key (id)');
  await fleet.whenDrained();
  await fleet.expectStoredOnce(entries);
});
