/**
 * One cell of batching: `security-batch-cell.ts <priority> <events a second> <size> <wait in ms> <events>`. Events come at
 * a steady rate while one worker stores, and are counted once all are rows. How long an event took is the start of the
 * transaction that stored it less the time of its call, as both stand in its row.
 */
import { createSecurityEventService, EVENT_PRIORITIES } from '@auditlane/audit-client/events';
import { z } from 'zod';
import { appendOnlyBytes } from '../servers/append-only-file.ts';
import { walPosition } from '../servers/wal-position.ts';
import { connectPostgres, type PostgresClient } from '../servers/postgres-client.ts';
import { cpuSecondsOf, cpuSecondsOfFamily } from '../clocks/process-cpu.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import { cellEnv } from './cell-env.ts';
import { offerSteadily } from './loads.ts';
import { openRedis } from '../servers/redis-client.ts';
import { sampleDetails } from './sample-details.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';

const POLL_MS = 20;
const [, , priorityText = '', perSecondText = '', sizeText = '', waitText = '', countText = ''] = process.argv;
const priority = z.enum(EVENT_PRIORITIES).parse(priorityText);
const perSecond = Number(perSecondText);
const count = Number(countText);
const warmUp = Math.max(1, Math.round(count / 5));

await using fleet = await startWorkers(1, process.env);
await using database = await connectPostgres(cellEnv.DATABASE_URL);
await using redis = await openRedis(cellEnv.REDIS_URL);
const service = createSecurityEventService({
  batchProcessing: { maxBatchSize: Number(sizeText), maxWaitTime: Number(waitText), enableDeduplication: false },
});

async function logSteadily(type: string, events: number): Promise<void> {
  await offerSteadily({ perSecond, count: events }, async (number) => {
    const { status } = await service.logEvent(type, 'api', sampleDetails(number), { priority });
    if (!['buffered', 'queued', 'stored'].includes(status)) throw new Error(`an event was ${status}`);
  });
  const { failed } = await service.flush();
  if (failed > 0) throw new Error(`${failed} events were not handed on`);
  await waitUntilDrained(redis, { pollMs: POLL_MS });
}

async function readUse() {
  const { user, system } = process.cpuUsage();
  return {
    caller: (user + system) / 1e6,
    storing:
      (await fleet.cpuSeconds()) +
      (await cpuSecondsOf([cellEnv.BENCH_REDIS_PID])) +
      (await cpuSecondsOfFamily(cellEnv.BENCH_POSTGRES_PID)),
    wal: await walPosition(database),
    appendOnly: await appendOnlyBytes(redis),
  };
}

async function readRows(client: PostgresClient) {
  const { rows } = await client.query<{ stored: string; transactions: string; p50: number; p99: number }>(
    `with timed as (
      select batch, extract(epoch from stored_at - occurred_at) * 1000 as ms
      from audit_logs
      where event_type = 'batching.measured'
    )
    select
      count(*) as stored,
      count(distinct batch) as transactions,
      percentile_cont(0.5) within group (order by ms) as p50,
      percentile_cont(0.99) within group (order by ms) as p99
    from timed`,
  );
  const [row] = rows;
  if (Number(row?.stored) !== count) throw new Error(`${row?.stored} rows of ${count} events`);
  return { rowsATransaction: count / Number(row?.transactions), p50: Number(row?.p50), p99: Number(row?.p99) };
}

await logSteadily('batching.warm_up', warmUp);
const before = await readUse();
await logSteadily('batching.measured', count);
const after = await readUse();
const { rowsATransaction, p50, p99 } = await readRows(database);
await service.close();
process.stdout.write(
  JSON.stringify({
    rowsATransaction,
    // Two clocks of one machine, of which one counts in whole milliseconds: less than nothing is nothing.
    p50: Math.max(0.01, p50),
    p99: Math.max(0.01, p99),
    callerMicros: ((after.caller - before.caller) * 1e6) / count,
    storingMicros: ((after.storing - before.storing) * 1e6) / count,
    walBytes: (after.wal - before.wal) / count,
    appendOnlyBytes: (after.appendOnly - before.appendOnly) / count,
  }),
);
