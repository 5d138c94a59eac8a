/**
 * One cell of the latency measurements: `latency-cell.ts <auditlane|bare> <events a second> <seconds>`. Starts what
 * stores (one worker of this project, or the bare one) and what watches, calls at a steady rate, and prints how long each
 * event took until its call was answered, and until a transaction that looked at the table saw its row.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { z } from 'zod';
import { cpuSecondsOf, cpuSecondsOfFamily } from '../clocks/process-cpu.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import { waitUntilDrained } from '../queue/wait-until-drained.ts';
import { percentile } from '../report/statistics.ts';
import { connectPostgres } from '../servers/postgres-client.ts';
import { openRedis } from '../servers/redis-client.ts';
import { openBareProducer } from './bare-producer.ts';
import { cellEnv } from './cell-env.ts';
import { startChild, type Child } from './child.ts';
import { expectQueued } from './expect-queued.ts';
import { offerSteadily } from './loads.ts';
import { monotonicMs } from './monotonic-ms.ts';

/** Calls of the first seconds are not counted: code is compiled, connections are opened. */
const WARM_UP_SECONDS = 2;
const DRAIN_POLL_MS = 20;
/** A rate that the machine cannot keep shows as waits, not as refusals. */
const PATIENT = { bufferMaxEvents: 10_000_000, bufferMaxBytes: 1024 ** 3, deadlineMs: 600_000 };
const [, , variant = '', perSecondText = '', secondsText = ''] = process.argv;
const perSecond = Number(perSecondText);
const seconds = Number(secondsText);

const Watched = z.object({
  transactions: z.array(z.tuple([z.number(), z.number()])),
  gapP50: z.number(),
  gapP99: z.number(),
  backendCpuSeconds: z.number(),
});
type Watched = z.output<typeof Watched>;

/** What takes calls, and what stores them. */
interface Path {
  /** Resolves with the id of the event when the queue has it. */
  call(number: number): Promise<string>;
  storingPids: readonly number[];
  /** Resolves when all that was called is a row, and nothing runs any more. */
  drain(): Promise<void>;
}

async function openAuditlane(opened: AsyncDisposableStack): Promise<Path> {
  const fleet = opened.use(await startWorkers(1, process.env));
  const audit = createAuditClient(PATIENT);
  return {
    call: async (number) => {
      const receipt = await audit.logAudit(sampleEvent(number));
      expectQueued(receipt);
      return receipt.id;
    },
    storingPids: fleet.pids,
    drain: async () => {
      await audit.close();
      await using redis = await openRedis(cellEnv.REDIS_URL);
      await waitUntilDrained(redis, { pollMs: DRAIN_POLL_MS });
    },
  };
}

async function openBare(opened: AsyncDisposableStack): Promise<Path> {
  const worker = startChild('bare-worker');
  await worker.next();
  const producer = opened.use(await openBareProducer(cellEnv.REDIS_URL));
  return {
    call: (number) => producer.push(sampleEvent(number)),
    storingPids: [worker.pid],
    drain: async () => {
      await producer.drained();
      worker.send('stop');
      await worker.ended();
    },
  };
}

interface Timed {
  readonly startedAt: number;
  readonly isCounted: boolean;
}

/** Offers the load; `timed` gets the start of each call, the result holds how long the counted ones waited. */
async function offer(path: Path, timed: Map<string, Timed>): Promise<readonly number[]> {
  const waits: number[] = [];
  const warmUp = Math.round(perSecond * Math.min(WARM_UP_SECONDS, seconds));
  await offerSteadily({ perSecond, count: warmUp + Math.round(perSecond * seconds) }, async (number) => {
    const startedAt = monotonicMs();
    const id = await path.call(number);
    const isCounted = number >= warmUp;
    if (isCounted) waits.push(monotonicMs() - startedAt);
    timed.set(id, { startedAt, isCounted });
  });
  return waits;
}

/** How long each counted event took until its row was seen. Throws when one has no row, or one that nobody saw. */
async function toRowWaits(timed: ReadonlyMap<string, Timed>, watched: Watched): Promise<readonly number[]> {
  await using database = await connectPostgres(cellEnv.DATABASE_URL);
  const { rows } = await database.query<{ id: string; batch: string }>('select id, batch from audit_logs');
  const seenAt = new Map(watched.transactions);
  const waits: number[] = [];
  const batches = new Map(rows.map(({ id, batch }) => [id, Number(batch)]));
  for (const [id, { startedAt, isCounted }] of timed) {
    const at = seenAt.get(batches.get(id) ?? Number.NaN);
    if (at === undefined) throw new Error(`the row of event ${id} was not seen`);
    if (isCounted) waits.push(at - startedAt);
  }
  return waits;
}

async function readCpu(path: Path): Promise<{ storing: number; postgres: number; redis: number }> {
  return {
    storing: await cpuSecondsOf(path.storingPids),
    postgres: await cpuSecondsOfFamily(cellEnv.BENCH_POSTGRES_PID),
    redis: await cpuSecondsOf([cellEnv.BENCH_REDIS_PID]),
  };
}

async function stopWatching(watcher: Child): Promise<Watched> {
  const said = watcher.next();
  watcher.send('stop');
  return Watched.parse(await said);
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  await using opened = new AsyncDisposableStack();
  const path = variant === 'bare' ? await openBare(opened) : await openAuditlane(opened);
  const watcher = startChild('visibility-poller');
  await watcher.next();
  const timed = new Map<string, Timed>();
  const before = await readCpu(path);
  const waits = await offer(path, timed);
  const after = await readCpu(path);
  await path.drain();
  const watched = await stopWatching(watcher);
  const rowWaits = await toRowWaits(timed, watched);
  const micros = (used: number): number => (used * 1e6) / timed.size;
  const storing = micros(after.storing - before.storing);
  const postgres = micros(after.postgres - before.postgres - watched.backendCpuSeconds);
  const redis = micros(after.redis - before.redis);
  return {
    ackP50: percentile(waits, 0.5),
    ackP99: percentile(waits, 0.99),
    rowP50: percentile(rowWaits, 0.5),
    rowP99: percentile(rowWaits, 0.99),
    gapP50: watched.gapP50,
    gapP99: watched.gapP99,
    micros: storing + postgres + redis,
  };
}

process.stdout.write(JSON.stringify(await measure()));
