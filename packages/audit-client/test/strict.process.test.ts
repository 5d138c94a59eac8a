import { readdirSync } from 'node:fs';
import { buildEvent, spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { CRASH_STEPS } from '../src/crash-point.ts';
import { drainQueue } from './support/drain-queue.ts';
import { readSpooledLines } from './support/spool-bench.ts';
import { makeTempDir } from './support/temp-dir.ts';
import { createTestClient } from './support/test-client.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const ENTRY = 'packages/audit-client/test/programs/log-one-by-one.ts';

/** Runs a producer until it dies or is killed, and answers the ids of its receipts and where its events are. */
async function runProducer(env: Readonly<Record<string, string>>, killWhen: 'it dies' | 'it is done') {
  const spoolDir = makeTempDir();
  const producer = spawnProcess(ENTRY, {
    env: { REDIS_URL: url, DATABASE_URL: database.url, AUDIT_GUARANTEE: 'strict', AUDIT_SPOOL_DIR: spoolDir, ...env },
  });
  if (killWhen === 'it is done') {
    await producer.waitForLine('isDone');
    await producer.kill();
  }
  expect(await producer.exited).toMatchObject({ signal: 'SIGKILL' });
  const ids = producer.lines.flatMap(({ json }) => {
    const receipt: unknown = json?.['receipt'];
    return typeof receipt === 'object' && receipt !== null && 'id' in receipt ? [String(receipt.id)] : [];
  });
  return { spoolDir, ids };
}

/** Another process of the application starts, and everything that was acknowledged gets into Postgres, once. */
async function recover(spoolDir: string, ids: readonly string[]) {
  const { client } = createTestClient({ redisUrl: url, databaseUrl: database.url, guarantee: 'strict', spoolDir });
  await client.logAudit(buildEvent());
  await waitFor(
    async () => {
      await drainQueue(redis, database.pool);
      return client.stats().spool.adopted === 1 && client.stats().spool.bytes === 0;
    },
    { deadlineMs: 20_000, message: 'the folder of the dead process is settled' },
  );
  const { rows } = await database.pool.query('select count(*)::int as count from audit_logs where id = any($1)', [ids]);
  expect(rows).toEqual([{ count: ids.length }]);
  await client.close();
  expect(readdirSync(spoolDir)).toEqual([]);
  return client.stats().spool;
}

test('row C2: killed with Redis wiped after it: the next process offers from its disk all that Postgres does not have', async () => {
  const { spoolDir, ids } = await runProducer({ COUNT: '400', LOAD: '40' }, 'it is done');
  expect(ids).toHaveLength(400);
  await drainQueue(redis, database.pool, 150);
  await redis.flushall();
  const { replayed } = await recover(spoolDir, ids);
  expect(replayed).toBe(250);
});

test.for(CRASH_STEPS)(
  'a producer that dies %s loses no event with a receipt, whatever happens to Redis',
  async (step) => {
    const { spoolDir, ids } = await runProducer({ AUDIT_CRASH_AT: `${step}:30`, COUNT: '2000' }, 'it dies');
    expect(ids.length).toBeGreaterThan(8);
    const spooled = readSpooledLines(spoolDir).map((line) => String(JSON.parse(line).id));
    expect(spooled).toEqual(expect.arrayContaining([...ids]));
    await redis.flushall();
    await recover(spoolDir, ids);
  },
);
