/**
 * One cell of the steady state: `steady-cell.ts <workers> <events>`. This process is the producer: many callers that each
 * await every receipt before the next call, while workers store. The clock stops when every acknowledged event is a row.
 */
import { createAuditClient, type AuditClient } from '@auditlane/audit-client';
import { cpuSecondsOf, cpuSecondsOfFamily } from '../clocks/process-cpu.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { startWorkers, type WorkerFleet } from '../programs/worker-fleet.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';
import { connectPostgres } from '../servers/postgres-client.ts';
import { openRedis } from '../servers/redis-client.ts';
import { requireRows } from '../servers/require-rows.ts';
import { cellEnv } from './cell-env.ts';
import { expectQueued } from './expect-queued.ts';
import { loopClosed } from './loads.ts';

const CALLERS = 2_000;
/** A full queue makes callers wait; none of them may give up, or its event would be missing. */
const DEADLINE_MS = 600_000;
const POLL_MS = 5;
const WARM_UP = 50_000;
const [, , workersText = '', eventsText = ''] = process.argv;
const events = Number(eventsText);

async function readCpu(fleet: WorkerFleet): Promise<Readonly<Record<string, number>>> {
  const { user, system } = process.cpuUsage();
  return {
    producer: (user + system) / 1e6,
    workers: await fleet.cpuSeconds(),
    redis: await cpuSecondsOf([cellEnv.BENCH_REDIS_PID]),
    postgres: await cpuSecondsOfFamily(cellEnv.BENCH_POSTGRES_PID),
  };
}

/** Logs as fast as receipts come, and resolves with the seconds until all were acknowledged, and until all were rows. */
async function logAll(audit: AuditClient, count: number): Promise<{ acknowledged: number; stored: number }> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  await loopClosed({ callers: CALLERS, count }, async (number) => {
    expectQueued(await audit.logAudit(sampleEvent(number)));
  });
  const acknowledged = elapsed();
  await using redis = await openRedis(cellEnv.REDIS_URL);
  await waitUntilDrained(redis, { pollMs: POLL_MS });
  return { acknowledged, stored: elapsed() };
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  await using fleet = await startWorkers(Number(workersText), process.env);
  const audit = createAuditClient({ deadlineMs: DEADLINE_MS });
  // A steady state is one of processes that have run for a while: connected, and with their code compiled.
  const warmUp = Math.min(WARM_UP, events);
  await logAll(audit, warmUp);
  const before = await readCpu(fleet);
  const seconds = await logAll(audit, events);
  const after = await readCpu(fleet);
  await audit.close();
  await using database = await connectPostgres(cellEnv.DATABASE_URL);
  await requireRows(database, 'the producer', warmUp + events);
  const batches = await database.query<{ mean: number }>('select avg(rows)::float8 as mean from audit_batches');
  const micros = (of: string): number => (((after[of] ?? 0) - (before[of] ?? 0)) * 1e6) / events;
  return {
    storedPerSecond: events / seconds.stored,
    acknowledgedPerSecond: events / seconds.acknowledged,
    batchRows: batches.rows[0]?.mean ?? 0,
    producerMicros: micros('producer'),
    workersMicros: micros('workers'),
    redisMicros: micros('redis'),
    postgresMicros: micros('postgres'),
  };
}

process.stdout.write(JSON.stringify(await measure()));
