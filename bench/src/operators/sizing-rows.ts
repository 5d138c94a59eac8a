/**
 * The rows of the sizing table: the load at the upper end of each, with the workers and the queue that the table names.
 * What is told is what the table is for: how far away its queue is from being full, and how late rows are.
 */
import { SIZING, type Sizing } from '@auditlane/runtime';
import { callAtRate } from '../cells/call-at-rate.ts';
import { toCount, toCounted } from '../report/to-count.ts';
import { toVariants } from '../to-variants.ts';
import { readStored } from './counting-postgres.ts';
import { countDropped, startFresh, toEnv, waitUntilEmpty, watchDepth, type Servers } from './servers.ts';

const SECONDS = 60;
const LEAST_SECONDS = 2;
/** The upper end of the last row: what its queue holds a minute of. */
const LAST_PER_MINUTE = 200_000;

async function measureRow(servers: Servers, perMinute: number, row: Sizing): Promise<void> {
  const { collected, postgres, scale } = servers;
  const seconds = Math.max(LEAST_SECONDS, SECONDS * scale);
  const size = { AUDIT_MAX_QUEUE_LENGTH: String(row.queueLength) };
  await using fleet = await startFresh(servers, { workers: row.workers });
  const before = await fleet.cpuSeconds();
  await using depth = watchDepth(servers);
  const env = { ...toEnv(servers), ...size };
  const called = await callAtRate({ rate: perMinute / 60, seconds, clients: 4, processes: 1, env });
  const spent = (await fleet.cpuSeconds()) - before;
  await waitUntilEmpty(servers);
  const stored = await readStored(postgres.client);
  const name = `sizing, ${toCount(perMinute)} requests a minute, ${toCounted(row.workers, 'worker')}`;
  collected.add({ name: `${name}, CPU`, unit: '% of a core' }, (spent / called.seconds) * 100);
  collected.add({ name: `${name}, events in a batch`, unit: 'events' }, stored.rows / Math.max(1, stored.batches));
  collected.add({ name: `${name}, call to row, p99`, unit: 'ms' }, stored.p99);
  const half = { bound: { atMost: row.queueLength / 2 } };
  collected.addLargest({ name: `${name}, longest queue`, unit: 'events', ...half }, depth.longest());
  const none = { bound: { atMost: 0 } };
  collected.addLargest({ name: `${name}, dropped`, unit: 'events', ...none }, await countDropped(servers));
}

/** Puts the load of each row on what the row names. */
export async function askSizing(servers: Servers): Promise<void> {
  const loads = SIZING.map((row, at) => [SIZING[at + 1]?.abovePerMinute ?? LAST_PER_MINUTE, row] as const);
  for (const [perMinute, row] of toVariants(loads, servers.scale)) await measureRow(servers, perMinute, row);
}
