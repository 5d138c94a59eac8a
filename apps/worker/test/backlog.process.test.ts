import { useDatabase, useRedis } from '@auditlane/testkit';
import { beforeEach, expect, test } from 'vitest';
import { buildEntries, createFleet, emptyTables } from './fleet.ts';
import type { Entry } from './fleet.ts';

const MAX_RSS_BYTES = 150 * 1024 * 1024;

const redis = await useRedis();
const database = await useDatabase();
const fleet = createFleet({ redis, database });

beforeEach(() => emptyTables(database));

/** Drains with one worker and gives the largest memory that its beats told. */
async function drainAndWatch(entries: readonly Entry[]): Promise<{ peakRssBytes: number; beats: number }> {
  await fleet.push(entries);
  await using _worker = await fleet.startReady({ AUDIT_LEASE_MS: '5000' });
  let [peakRssBytes, beats] = [0, 0];
  let isDraining = true;
  const watching = (async () => {
    while (isDraining) {
      for (const beat of await fleet.beats()) peakRssBytes = Math.max(peakRssBytes, beat.rss_bytes);
      beats += 1;
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  })();
  await fleet.whenDrained(60_000);
  isDraining = false;
  await watching;
  return { peakRssBytes, beats };
}

test('a worker stays below 150 MB while it drains a backlog of 100,000', { timeout: 90_000 }, async () => {
  const entries = buildEntries(100_000);
  const { peakRssBytes } = await drainAndWatch(entries);
  expect(await fleet.rowCount()).toBe(entries.length);
  expect(peakRssBytes).toBeGreaterThan(0);
  expect(peakRssBytes).toBeLessThan(MAX_RSS_BYTES);
});

test('a worker stays below 150 MB when every entry is as large as one may be', { timeout: 90_000 }, async () => {
  const entries = buildEntries(1500, { metadata: { text: 'x'.repeat(64_000) } });
  for (let from = 0; from < entries.length; from += 15) await fleet.push(entries.slice(from, from + 15));
  const { peakRssBytes } = await drainAndWatch([]);
  expect(await fleet.rowCount()).toBe(entries.length);
  expect(peakRssBytes).toBeGreaterThan(0);
  expect(peakRssBytes).toBeLessThan(MAX_RSS_BYTES);
});
