/**
 * One cell of what guarantees cost: `cost-cell.ts <saturated|steady> <client|lines> <scale>`. `client` is the client as
 * its environment sets it up; `lines` pushes entries that were made before the clock started through the same script of
 * the queue: no validation, redaction, id, receipt, or copy for replay.
 */
import { createAuditClient } from '@auditlane/audit-client';
import { connectRedis, createQueue } from '@auditlane/queue';
import { encodeSamples } from '../events/encode-samples.ts';
import { sampleEvent } from '../events/sample-events.ts';
import { startWorkers } from '../programs/worker-fleet.ts';
import { QUEUE_KEYS } from '../queue/queue-keys.ts';
import { percentile } from '../report/statistics.ts';
import { cellEnv } from './cell-env.ts';
import { expectQueued } from './expect-queued.ts';
import { offerSteadily, saturate, timeCalls, type Call } from './loads.ts';
import { MicroBatch } from './micro-batch.ts';

const CALLERS = 1_000;
const CAPACITY = 5_000_000;
/** Under load the same entries are pushed again and again: more of them would cost more to collect than to push. */
const MOST_LINES = 8_192;
const STEADY_PER_SECOND = 1_000;
const [, , kind = '', way = '', scaleText = ''] = process.argv;
const scale = Number(scaleText);
const isSaturated = kind === 'saturated';
/** Calls after which the code that is measured is compiled. */
const warmUp = Math.round((isSaturated ? 20_000 : 1_000) * Math.min(1, scale * 10));
const counted = Math.round((isSaturated ? 300_000 : 10_000) * scale);

/** With a worker at work: what is kept until Postgres has it is asked for, and let go, while the calls are timed. */
async function callSteadily(call: Call): Promise<Readonly<Record<string, number>>> {
  await using _worker = await startWorkers(1, process.env);
  const timed = timeCalls(call, warmUp);
  await offerSteadily({ perSecond: STEADY_PER_SECOND, count: warmUp + counted }, timed.call);
  return { p50: percentile(timed.waits, 0.5), p99: percentile(timed.waits, 0.99) };
}

async function withClient<T>(use: (call: Call) => Promise<T>): Promise<T> {
  const audit = createAuditClient();
  try {
    return await use(async (number) => {
      const receipt = await audit.logAudit(sampleEvent(number));
      expectQueued(receipt);
      if (process.env['AUDIT_GUARANTEE'] === 'strict' && receipt.copies !== 2) {
        throw new Error('an event of the guarantee strict has one copy');
      }
    });
  } finally {
    await audit.close();
  }
}

async function withLines<T>(use: (call: Call) => Promise<T>): Promise<T> {
  const lines = encodeSamples(isSaturated ? Math.min(MOST_LINES, warmUp + counted) : warmUp + counted);
  const redis = connectRedis(cellEnv.REDIS_URL, { name: 'bench-lines' });
  const queue = createQueue(redis, QUEUE_KEYS);
  const batch = new MicroBatch(async (taken) => {
    const { accepted } = await queue.enqueue(taken, { lane: 'main', capacity: CAPACITY });
    if (accepted < taken.length) throw new Error('the queue is full');
  });
  try {
    return await use((number) => batch.add(lines[number % lines.length] ?? ''));
  } finally {
    redis.disconnect();
  }
}

const callAtOnce = (call: Call) => saturate({ callers: CALLERS, warmUp, count: counted }, call);
const measure = isSaturated ? callAtOnce : callSteadily;
const result = way === 'lines' ? await withLines(measure) : await withClient(measure);
process.stdout.write(JSON.stringify(result));
