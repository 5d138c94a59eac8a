import { writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OutputLine, spawnProcess, useDatabase, useRedis, waitFor } from '@auditlane/testkit';
import { expect, test } from 'vitest';
import { drainQueue } from '../../support/drain-queue.ts';
import { readSpooledLines } from '../../support/spool-bench.ts';
import { makeTempDir } from '../../support/temp-dir.ts';

const { url, redis } = await useRedis();
const database = await useDatabase();
const BATCH = fileURLToPath(new URL('../../programs/batch-events.ts', import.meta.url));
// Below a full batch of info events, so that all of them wait.
const COUNT = 90;

/** An application under the guarantee `strict`, with the journal that this brings. */
function start(spoolDir: string, env: Readonly<Record<string, string>> = {}) {
  return spawnProcess(BATCH, {
    env: {
      REDIS_URL: url,
      DATABASE_URL: database.url,
      AUDIT_GUARANTEE: 'strict',
      AUDIT_SPOOL_DIR: spoolDir,
      JOURNAL: 'default',
      COUNT: String(COUNT),
      END: 'stay',
      ...env,
    },
  });
}

const hasReceipts = (line: OutputLine): boolean => line.json?.['receipts'] !== undefined;

function receiptsOf(line: OutputLine): readonly { readonly id: string; readonly status: string }[] {
  return JSON.parse(JSON.stringify(line.json?.['receipts']));
}

async function rowsOf(receipts: readonly { readonly id: string }[]): Promise<number> {
  await drainQueue(redis, database.pool);
  const ids = receipts.map(({ id }) => id);
  const { rows } = await database.pool.query('select count(*)::int as count from audit_logs where id = any($1)', [ids]);
  return Number(rows[0]?.['count']);
}

test('under strict a journal that was not asked for survives a kill: the next start stores every event, once', async () => {
  const spoolDir = makeTempDir();
  await using killed = start(spoolDir);
  const receipts = receiptsOf(await killed.waitForLine(hasReceipts));
  expect(new Set(receipts.map(({ status }) => status))).toEqual(new Set(['buffered']));
  await killed.kill();
  expect(await rowsOf(receipts)).toBe(0);

  await using next = start(spoolDir, { COUNT: '1' });
  await next.waitForLine(hasReceipts);
  await waitFor(async () => (await rowsOf(receipts)) === COUNT, { deadlineMs: 20_000, message: 'not all are stored' });
  // Once they are stored nothing is left of them: on the disk waits the one event of the process that lives.
  await waitFor(async () => (await rowsOf(receipts)) === COUNT && readSpooledLines(spoolDir).length === 1, {
    deadlineMs: 20_000,
    message: 'the journal of the dead process is not settled',
  });
  expect(await rowsOf(receipts)).toBe(COUNT);
});

test('a folder that is not there yet is made, with those above it', async () => {
  const spoolDir = join(makeTempDir(), 'not', 'there');
  await using program = start(spoolDir);
  const receipts = receiptsOf(await program.waitForLine(hasReceipts));
  expect(new Set(receipts.map(({ status }) => status))).toEqual(new Set(['buffered']));
  expect(readSpooledLines(spoolDir)).toHaveLength(COUNT);
});

test('where no folder can be made nothing is buffered: events go at once, a warning says so, and a kill costs none', async () => {
  const file = join(makeTempDir(), 'file');
  writeFileSync(file, '');
  await using program = start(join(file, 'spool'));
  const receipts = receiptsOf(await program.waitForLine(hasReceipts));
  expect(receipts).toHaveLength(COUNT);
  expect(receipts.filter(({ status }) => status === 'buffered' || status === 'rejected')).toEqual([]);
  await program.waitForLine('the journal of events cannot be written, events are handed on at once');
  await program.kill();
  expect(await rowsOf(receipts)).toBe(COUNT);
});

test('a folder that was taken away and is brought back has every event', async () => {
  const spoolDir = makeTempDir();
  const away = `${makeTempDir()}-away`;
  await using killed = start(spoolDir);
  const before = receiptsOf(await killed.waitForLine(hasReceipts));
  await rename(spoolDir, away);
  await killed.kill();
  // What was taken away is what it was: whoever brings it back has every event.
  expect(readSpooledLines(away)).toHaveLength(COUNT);
  await rename(away, spoolDir);
  await using next = start(spoolDir, { COUNT: '1' });
  await next.waitForLine(hasReceipts);
  await waitFor(async () => (await rowsOf(before)) === COUNT, { deadlineMs: 20_000, message: 'not all are stored' });
});
