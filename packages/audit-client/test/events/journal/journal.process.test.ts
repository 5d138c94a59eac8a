import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type OutputLine, spawnProcess, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { readSpooledLines } from '../../support/spool-bench.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const { url, redis } = await useRedis();
const BATCH = fileURLToPath(new URL('../../programs/batch-events.ts', import.meta.url));
const LOG = fileURLToPath(new URL('../../programs/log-and-stay.ts', import.meta.url));
// Below a full batch of info events, so that all of them wait.
const COUNT = 90;

function spawn(program: string, env: Readonly<Record<string, string>>) {
  return spawnProcess(program, { env: { REDIS_URL: url, COUNT: String(COUNT), ...env } });
}

function receiptsOf(line: OutputLine): readonly { readonly id: string; readonly status: string }[] {
  return JSON.parse(JSON.stringify(line.json?.['receipts']));
}

async function queuedIds(): Promise<readonly string[]> {
  return (await redis.lrange('audit:queue', 0, -1)).map((line) => String(JSON.parse(line).id));
}

const hasReceipts = (line: OutputLine): boolean => line.json?.['receipts'] !== undefined;

test('a process killed while events wait loses none that its journal has: another process queues every one', async () => {
  const spoolDir = makeTempDir();
  await using batching = spawn(BATCH, { AUDIT_SPOOL_DIR: spoolDir, JOURNAL: 'true', END: 'stay' });
  const receipts = receiptsOf(await batching.waitForLine(hasReceipts));
  expect(new Set(receipts.map(({ status }) => status))).toEqual(new Set(['buffered']));
  expect(await queuedIds()).toEqual([]);
  await batching.kill();
  expect(readSpooledLines(spoolDir)).toHaveLength(COUNT);

  await using adopting = spawn(LOG, { AUDIT_SPOOL_DIR: spoolDir, COUNT: '1' });
  await adopting.waitForLine(hasReceipts);
  const ids = receipts.map(({ id }) => id);
  await waitFor(async () => (await queuedIds()).length >= COUNT);
  const found = new Set(await queuedIds());
  expect(ids.filter((id) => !found.has(id))).toEqual([]);
  await waitFor(() => readSpooledLines(spoolDir).length === 0);
});

test('without a journal such a kill costs the events that wait, as the receipt "buffered" says', async () => {
  const spoolDir = makeTempDir();
  await using batching = spawn(BATCH, { AUDIT_SPOOL_DIR: spoolDir, END: 'stay' });
  await batching.waitForLine(hasReceipts);
  await batching.kill();
  expect(await queuedIds()).toEqual([]);
  expect(readSpooledLines(spoolDir)).toEqual([]);
});

test('a process with nothing left to do hands over what waits, the counts of its windows included, and ends', async () => {
  const spoolDir = makeTempDir();
  await using batching = spawn(BATCH, { AUDIT_SPOOL_DIR: spoolDir, ALIKE: '6' });
  const receipts = receiptsOf(await batching.waitForLine(hasReceipts));
  expect(await batching.exited).toEqual({ code: 0, signal: null });
  const entries = (await redis.lrange('audit:queue', 0, -1)).map((line) => JSON.parse(line));
  const ids = new Set(entries.map(({ id }) => id));
  expect(receipts.filter(({ id }) => !ids.has(id))).toEqual([]);
  expect(entries).toHaveLength(COUNT + 2);
  expect(entries.map(({ metadata }) => metadata.count).filter((count) => count !== undefined)).toEqual([5]);
});

test('a process that ends in order leaves nothing in its journal that would be queued again', async () => {
  const spoolDir = makeTempDir();
  await using batching = spawn(BATCH, { AUDIT_SPOOL_DIR: spoolDir, JOURNAL: 'true' });
  expect(await batching.exited).toEqual({ code: 0, signal: null });
  expect(await queuedIds()).toHaveLength(COUNT);
  expect(readSpooledLines(spoolDir)).toEqual([]);
});

test('at every moment an event that was answered "buffered" is in the queue or in the journal', async () => {
  const spoolDir = makeTempDir();
  await using batching = spawn(BATCH, { AUDIT_SPOOL_DIR: spoolDir, JOURNAL: 'true', COUNT: '250', END: 'stay' });
  await batching.waitForLine(hasReceipts);
  // Two full batches have gone; what waits is on the disk, and so may be some that have gone.
  await waitFor(async () => (await queuedIds()).length === 200);
  const left = new Set(readSpooledLines(spoolDir).map((line) => JSON.parse(line).id));
  const queued = new Set(await queuedIds());
  expect(new Set([...left, ...queued]).size).toBe(250);
  expect(readdirSync(spoolDir)).toHaveLength(1);
});
