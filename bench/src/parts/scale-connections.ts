/**
 * The same 2,000 events a second through 1 to 500 clients, each with connections of its own as in as many processes: what a
 * caller waits, and what Redis pays an event. Fair: the rate stays, so that the number of connections alone differs. Few
 * processes hold the clients, up to four, since 500 would measure the scheduler of a small machine; no worker runs, so that
 * Redis works for the callers alone. What grows is the price of an event: with more clients fewer travel together.
 */
import { callAtRate } from '../cells/call-at-rate.ts';
import { cpuSecondsOf } from '../clocks/process-cpu.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toCounted } from '../report/to-count.ts';
import { toSeries } from '../report/to-series.ts';
import { openRedis } from '../servers/redis-client.ts';
import { toVariants } from '../to-variants.ts';

const PART = 'scale-connections';
const CLIENTS = [1, 10, 50, 100, 250, 500] as const;
const MOST_PROCESSES = 4;
const RATE = 2_000;
const SECONDS = 20;
/** While processes start one after the other, and compile. */
const UNCOUNTED_SECONDS = 6;
const LEAST_SECONDS = 1;
const QUEUE = 'bench-connections:queue';

const toName = (clients: number, figure: string): string => `${toCounted(clients, 'client')}, ${figure}`;

async function run({ stack, rounds, scale, say }: PartContext): Promise<readonly Measurement[]> {
  const seconds = Math.max(LEAST_SECONDS, SECONDS * scale);
  const collected = createCollection(PART);
  await using redis = await openRedis(stack.redis.url);
  const env = { REDIS_URL: stack.redis.url, AUDIT_QUEUE_KEY: QUEUE, AUDIT_MAX_QUEUE_LENGTH: '5000000' };
  for (let round = 1; round <= rounds; round += 1) {
    for (const clients of toVariants(CLIENTS, scale)) {
      say(`round ${round}: ${toName(clients, `${seconds} s`)}`);
      const before = await cpuSecondsOf([stack.redis.pid]);
      const called = await callAtRate({
        rate: RATE,
        seconds,
        clients,
        processes: Math.min(clients, MOST_PROCESSES),
        env,
        uncountedSeconds: UNCOUNTED_SECONDS * (seconds / SECONDS),
      });
      const spent = (await cpuSecondsOf([stack.redis.pid])) - before;
      const keys = await redis.keys('bench-connections:*');
      if (keys.length > 0) await redis.unlink(keys);
      if (called.accepted < called.called) throw new Error(`${called.called - called.accepted} calls were rejected`);
      const compared = (figure: string) => (clients === 1 ? {} : { comparedWith: toName(1, figure) });
      collected.add({ name: toName(clients, 'awaited p50'), unit: 'ms', ...compared('awaited p50') }, called.p50);
      collected.add({ name: toName(clients, 'awaited p99'), unit: 'ms', ...compared('awaited p99') }, called.p99);
      const micros = (spent * 1e6) / called.called;
      collected.add(
        { name: toName(clients, 'CPU of Redis an event'), unit: 'µs', ...compared('CPU of Redis an event') },
        micros,
      );
    }
  }
  return collected.toMeasurements();
}

function seriesOf(all: readonly Measurement[], figure: string) {
  return toSeries(all, { part: PART, pattern: new RegExp(`^([\\d,]+) clients?, ${figure}$`), name: figure });
}

/** How calls and Redis fare with many clients. */
export const scaleConnections: Part = {
  name: PART,
  title: 'Scale: clients',
  limit:
    'The one thread of Redis: a client sends what has gathered in one command, so with more clients at the same rate fewer ' +
    'events travel together, until each is a command and an fsync of its own.',
  run,
  charts: (all) => [
    {
      name: `${PART}-awaited`,
      title: 'What a caller waits at 2,000 events/s',
      xLabel: 'clients',
      yLabel: 'ms',
      logX: true,
      logY: true,
      series: [seriesOf(all, 'awaited p50'), seriesOf(all, 'awaited p99')],
    },
    {
      name: `${PART}-redis`,
      title: 'CPU of Redis an event at 2,000 events/s',
      xLabel: 'clients',
      yLabel: 'µs',
      logX: true,
      series: [seriesOf(all, 'CPU of Redis an event')],
    },
  ],
};
