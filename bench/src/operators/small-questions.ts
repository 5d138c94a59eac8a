/** The other things that operators ask: each in its own function, each with the bound that is usually promised. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAuditClient } from '@auditlane/audit-client';
import { callAtRate } from '../cells/call-at-rate.ts';
import { drainOnce } from '../clocks/drain-run.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { createBacklog } from '../queue/backlog.ts';
import { toCount, toCounted } from '../report/to-count.ts';
import { toVariants } from '../to-variants.ts';
import { countLost } from './count-lost.ts';
import { readStored, resetStored } from './counting-postgres.ts';
import { countDropped, startFresh, toEnv, waitUntilEmpty, watchDepth, type Servers } from './servers.ts';

const NONE = { bound: { atMost: 0 } };
const CLAIMED = 4_000;
const CLAIM = 'the usual claim for four workers';
const RATES = [1, 100, 1_000, 10_000] as const;
const HUNDRED = 100;
const HUNDRED_SECONDS = 5;
const AN_HOUR = 100_000;
const AN_HOUR_SECONDS = 120;

/** `4 workers`: a backlog, drained by four. */
export async function askFourWorkers(servers: Servers): Promise<void> {
  const { redis, stack, postgres, directory, scale, collected } = servers;
  await using backlog = await createBacklog(redis, { events: Math.max(2_000, Math.round(200_000 * scale)) });
  const ground = { redis, database: postgres.client, stack: { redis: stack.redis, postgres: postgres.server } };
  const drained = await drainOnce(ground, { backlog, workers: 4, directory });
  collected.add({ name: CLAIM, unit: 'events/s' }, CLAIMED);
  const compared = { comparedWith: CLAIM, bound: { ratioAtLeast: 1 } };
  collected.add({ name: '4 workers', unit: 'events/s', ...compared }, drained.eventsPerSecond);
}

/** `100 events`: from a new client to committed rows. */
export async function askHundredEvents(servers: Servers): Promise<void> {
  const { collected, postgres, stack, directory } = servers;
  await using _fleet = await startFresh(servers, { workers: 1 });
  const audit = createAuditClient({ redisUrl: stack.redis.url, spoolDir: join(directory, 'spool') });
  const started = performance.now();
  await Promise.all(Array.from({ length: HUNDRED }, (_, number) => audit.logAudit(sampleEvent(number))));
  const deadline = started + 10 * HUNDRED_SECONDS * 1000;
  for (let rows = 0; rows < HUNDRED && performance.now() < deadline; await sleep(2)) {
    rows = (await readStored(postgres.client)).rows;
  }
  const seconds = (performance.now() - started) / 1000;
  await audit.close();
  collected.add(
    { name: '100 events through the whole pipeline', unit: 's', bound: { atMost: HUNDRED_SECONDS } },
    seconds,
  );
}

/** `100,000 an hour`, by one worker, for two minutes of it: what it costs and how long rows take. */
export async function askAnHour(servers: Servers): Promise<void> {
  const { collected, postgres, scale } = servers;
  const seconds = Math.max(3, AN_HOUR_SECONDS * scale);
  await using fleet = await startFresh(servers, { workers: 1 });
  const before = await fleet.cpuSeconds();
  await using depth = watchDepth(servers);
  const called = await callAtRate({ rate: AN_HOUR / 3600, seconds, clients: 1, processes: 1, env: toEnv(servers) });
  const spent = (await fleet.cpuSeconds()) - before;
  await waitUntilEmpty(servers);
  const stored = await readStored(postgres.client);
  const name = `${toCounted(seconds, 'second')} at ${toCount(AN_HOUR)} an hour`;
  collected.add({ name: `${name}, awaited p99`, unit: 'ms' }, called.p99);
  collected.add({ name: `${name}, call to row, p99`, unit: 'ms' }, stored.p99);
  collected.add({ name: `${name}, CPU of the worker`, unit: '% of a core' }, (spent / called.seconds) * 100);
  collected.addLargest({ name: `${name}, longest queue`, unit: 'events', bound: { atMost: 500 } }, depth.longest());
  collected.addLargest({ name: `${name}, dropped`, unit: 'events', ...NONE }, await countDropped(servers));
  // One more than called: the first call of the client connects it.
  collected.addLargest({ name: `${name}, lost`, unit: 'events', ...NONE }, countLost(called.called + 1, stored.rows));
}

/** Ledger rows per 1,000 events, from one event a second to ten thousand, with one worker. */
export async function askLedgerRows(servers: Servers): Promise<void> {
  const { collected, postgres, scale, say } = servers;
  await using _fleet = await startFresh(servers, { workers: 1 });
  for (const rate of toVariants(RATES, scale)) {
    const seconds = Math.max(2, (rate === 1 ? 60 : 20) * scale);
    say(`ledger rows at ${toCount(rate)} events/s, ${seconds} s`);
    await resetStored(postgres.client);
    const env = { ...toEnv(servers), AUDIT_MAX_QUEUE_LENGTH: '1000000' };
    await callAtRate({ rate, seconds, clients: 1, processes: 1, env });
    await waitUntilEmpty(servers);
    const stored = await readStored(postgres.client);
    const name = `ledger rows per 1,000 events at ${toCount(rate)}/s`;
    collected.add({ name, unit: 'rows' }, (stored.batches * 1000) / Math.max(1, stored.rows));
  }
}
