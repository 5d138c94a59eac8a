import { readFileSync } from 'node:fs';
import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables } from './fleet.ts';

const MAX_RSS_KIB = 150 * 1024;

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

// The first start compiles and is larger for it; `npm start` and the containers keep what it compiled, too.
beforeAll(async () => {
  const first = await fleet.startReady();
  await first.stop();
});

beforeEach(() => emptyTables(database));

/** Drains with one worker and gives the largest resident memory that it ever had, as the kernel counted it. */
async function drainAndReadPeakKib(): Promise<number> {
  await using worker = await fleet.startReady({ AUDIT_LEASE_MS: '10000' });
  await fleet.whenDrained(60_000);
  const status = readFileSync(`/proc/${worker.pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
}

test('a worker stays below 150 MB while it drains a backlog of 100,000', { timeout: 90_000 }, async () => {
  const entries = buildEntries(100_000);
  await fleet.push(entries);
  const peakKib = await drainAndReadPeakKib();
  expect(await fleet.rowCount()).toBe(entries.length);
  expect(peakKib).toBeGreaterThan(0);
  expect(peakKib).toBeLessThan(MAX_RSS_KIB);
});

test('a worker stays below 150 MB when every entry is as large as one may be', { timeout: 90_000 }, async () => {
  const entries = buildEntries(1500, { metadata: { text: 'x'.repeat(64_000) } });
  for (let from = 0; from < entries.length; from += 15) await fleet.push(entries.slice(from, from + 15));
  const peakKib = await drainAndReadPeakKib();
  expect(await fleet.rowCount()).toBe(entries.length);
  expect(peakKib).toBeGreaterThan(0);
  expect(peakKib).toBeLessThan(MAX_RSS_KIB);
});
