/** One cell of the caller's measurements, in a process of its own: prints `{ name: value }` as JSON. */
import { createAuditClient, type AuditEventInput, type Receipt } from '@auditlane/audit-client';
import { sampleEvent } from '../events/sample-events.ts';
import { median, percentile } from '../report/statistics.ts';
import { openRedis } from '../servers/redis-client.ts';
import { cellEnv } from './cell-env.ts';
import { expectQueued } from './expect-queued.ts';
import { offerSteadily, saturate } from './loads.ts';

const CALLERS = 64;
const PER_SECOND = 1_000;
/** Calls after which the code that is measured is compiled. */
const WARM_UP = 20_000;
const STEADY_WARM_UP = 1_000;
const TURNS = 200;
const CALLS_A_TURN = 50;
const [, , kind = '', scaleText = '1'] = process.argv;
const scale = Number(scaleText);
const warmUpShare = Math.min(1, scale * 10);

/** What a call that costs nothing would answer: the loop looks at it as at a real one. */
const QUEUED = { status: 'queued', id: '' } satisfies Receipt;

type LogCall = (event: AuditEventInput) => Promise<unknown>;

function underLoad(call: LogCall): Promise<Readonly<Record<string, number>>> {
  const load = { callers: CALLERS, warmUp: Math.round(WARM_UP * warmUpShare), count: Math.round(300_000 * scale) };
  return saturate(load, (number) => call(sampleEvent(number)));
}

/** What of a call runs before it returns its promise: the time that the caller's own work has to wait. */
async function synchronousPart(call: LogCall): Promise<Readonly<Record<string, number>>> {
  const micros: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const events = Array.from({ length: CALLS_A_TURN }, (_, index) => sampleEvent(turn * CALLS_A_TURN + index));
    const started = performance.now();
    const receipts = events.map((event) => call(event));
    micros.push(((performance.now() - started) * 1000) / receipts.length);
    await Promise.all(receipts);
  }
  return { synchronousMicros: median(micros), synchronousP99Micros: percentile(micros, 0.99) };
}

async function steady(call: LogCall): Promise<Readonly<Record<string, number>>> {
  const waits: number[] = [];
  const warmUp = Math.round(STEADY_WARM_UP * warmUpShare);
  const count = warmUp + Math.round(10_000 * scale);
  await offerSteadily({ perSecond: PER_SECOND, count }, async (number) => {
    const event = sampleEvent(number);
    const started = performance.now();
    await call(event);
    if (number >= warmUp) waits.push(performance.now() - started);
  });
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99) };
}

async function withBareRedis<T>(use: (call: LogCall) => Promise<T>): Promise<T> {
  await using redis = await openRedis(cellEnv.REDIS_URL);
  return await use((event) => redis.lpush('bench:bare', JSON.stringify(event)));
}

async function withClient<T>(use: (call: LogCall) => Promise<T>): Promise<T> {
  const audit = createAuditClient();
  try {
    return await use(async (event) => expectQueued(await audit.logAudit(event)));
  } finally {
    await audit.close();
  }
}

async function measure(): Promise<Readonly<Record<string, number>>> {
  switch (kind) {
    case 'loop':
      return underLoad(async () => expectQueued(await Promise.resolve(QUEUED)));
    case 'saturated':
      return withClient(async (call) => ({ ...(await underLoad(call)), ...(await synchronousPart(call)) }));
    case 'steady':
      return withClient(steady);
    case 'steady-lpush':
      return withBareRedis(steady);
    default:
      throw new RangeError(`there is no cell "${kind}"`);
  }
}

process.stdout.write(JSON.stringify(await measure()));
