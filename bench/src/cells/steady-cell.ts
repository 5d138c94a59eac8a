/**
 * One cell of the steady state: `steady-cell.ts <workers> <events>`. This process is the producer: many callers that each
 * await every receipt before the next call, while workers store. The clock stops when every acknowledged event is a row.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { connectPostgres } from '../postgres-client.ts';
import { cpuSecondsOf, cpuSecondsOfFamily } from '../process-cpu.ts';
import { sampleEvent } from '../sample-events.ts';
import { startWorkers, type WorkerFleet } from '../worker-fleet.ts';
import { cellEnv } from './cell-env.ts';
import { expectQueued } from './expect-queued.ts';
import { loopClosed } from './loads.ts';
import { waitUntilDrained } from './wait-until-drained.ts';

const CALLERS = 2_000;
/** A full queue makes callers wait; none of them may give up, or its event would be missing. */
const DEADLINE_MS = 600_000;
const POLL_MS = 5;
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

/** Fails unless every event is exactly one row. */
async function checkRows(): Promise<void> {
  await using database = await connectPostgres(cellEnv.DATABASE_URL);
  const { rows } = await database.query<{ stored: string }>('select count(*) as stored from audit_logs');
  if (Number(rows[0]?.stored) !== events) throw new Error(`${rows[0]?.stored} rows for ${events} events`);
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  await using fleet = await startWorkers(Number(workersText), {});
  const audit = createAuditClient({ deadlineMs: DEADLINE_MS });
  // The first call connects; its event is one of those that are counted as rows.
  expectQueued(await audit.logAudit(sampleEvent(0)));
  const before = await readCpu(fleet);
  const started = performance.now();
  await loopClosed({ callers: CALLERS, count: events - 1 }, async (number) => {
    expectQueued(await audit.logAudit(sampleEvent(number + 1)));
  });
  const acknowledgedSeconds = (performance.now() - started) / 1000;
  await waitUntilDrained(cellEnv.REDIS_URL, { pollMs: POLL_MS });
  const storedSeconds = (performance.now() - started) / 1000;
  const after = await readCpu(fleet);
  await audit.close();
  await checkRows();
  const micros = (of: string): number => (((after[of] ?? 0) - (before[of] ?? 0)) * 1e6) / events;
  return {
    storedPerSecond: events / storedSeconds,
    acknowledgedPerSecond: events / acknowledgedSeconds,
    producerMicros: micros('producer'),
    workersMicros: micros('workers'),
    redisMicros: micros('redis'),
    postgresMicros: micros('postgres'),
  };
}

process.stdout.write(JSON.stringify(await measure()));
