/**
 * What Redis pays to take in, claim and acknowledge an event while 1,000 to 1,000,000 others wait. Fair: at every depth
 * the same calls of 100 entries on a queue of that depth, added and taken in turn so that the depth stays; what is
 * counted is the time inside the scripts by Redis' own count, without sockets and disk, which do not know the depth.
 */
import { createQueue, toQueueKeys, type Queue } from '@auditlane/queue';
import type { Redis } from 'ioredis';
import { encodeSamples } from '../events/encode-samples.ts';
import type { Part, PartContext } from '../part.ts';
import { createBacklog } from '../queue/backlog.ts';
import { claimEntries, finishClaim, pushLines } from '../queue/queue-steps.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toCount } from '../report/to-count.ts';
import { toSeries } from '../report/to-series.ts';
import { openRedis } from '../servers/redis-client.ts';

const PART = 'scale-depth';
const DEPTHS = [1_000, 10_000, 100_000, 1_000_000] as const;
const LEAST_DEPTH = 100;
const ENTRIES = 100;
const TURNS = 400;
const LEAST_TURNS = 20;
const FLAT = 1.5;
const KEYS = toQueueKeys('bench-depth:queue');

/** Time that Redis has spent inside scripts, in microseconds, since the last call. */
async function scriptMicros(redis: Redis): Promise<number> {
  const info = await redis.info('commandstats');
  await redis.config('RESETSTAT');
  const spent = [...info.matchAll(/^cmdstat_(?:evalsha|eval):calls=\d+,usec=(\d+)/gm)];
  return spent.reduce((sum, [, micros]) => sum + Number(micros), 0);
}

interface Costs {
  readonly enqueue: number;
  readonly claim: number;
  readonly finish: number;
}

async function takeTurn(redis: Redis, queue: Queue, lines: readonly string[]): Promise<Costs> {
  await pushLines(queue, lines, ENTRIES);
  const enqueue = await scriptMicros(redis);
  const claim = await claimEntries(queue, ENTRIES);
  if (claim?.entries.length !== ENTRIES) {
    throw new Error(`a claim of ${ENTRIES} got ${claim?.entries.length ?? 'none'}`);
  }
  const claimed = await scriptMicros(redis);
  await finishClaim(queue, claim);
  return { enqueue, claim: claimed, finish: await scriptMicros(redis) };
}

async function measureDepth(
  redis: Redis,
  { depth, turns }: { readonly depth: number; readonly turns: number },
): Promise<Costs & { readonly bytes: number }> {
  const queue = createQueue(redis, KEYS);
  await createBacklog(redis, { events: depth, key: KEYS.queue });
  // By every node of the list, not by the memory in use: Redis frees the list before this one when it has time.
  const bytes = Number(await redis.memory('USAGE', KEYS.queue, 'SAMPLES', 0)) / depth;
  await scriptMicros(redis);
  const spent = { enqueue: 0, claim: 0, finish: 0 };
  for (let turn = 0; turn < turns; turn += 1) {
    const costs = await takeTurn(redis, queue, encodeSamples(ENTRIES, { first: turn * ENTRIES }));
    spent.enqueue += costs.enqueue;
    spent.claim += costs.claim;
    spent.finish += costs.finish;
  }
  await redis.unlink(KEYS.queue, KEYS.stats, KEYS.epoch, KEYS.meta, KEYS.leases);
  const events = turns * ENTRIES;
  return { enqueue: spent.enqueue / events, claim: spent.claim / events, finish: spent.finish / events, bytes };
}

const VERBS = { enqueue: 'taking in', claim: 'claiming', finish: 'acknowledging' } as const;
const toName = (verb: string, depth: number): string => `${verb} at a depth of ${toCount(depth)}, an event`;

async function run({ stack, rounds, scale, say }: PartContext): Promise<readonly Measurement[]> {
  const depths = DEPTHS.map((depth) => Math.max(LEAST_DEPTH, Math.round(depth * scale)));
  const turns = Math.max(LEAST_TURNS, Math.round(TURNS * scale));
  const [least = LEAST_DEPTH] = depths;
  const collected = createCollection(PART);
  await using redis = await openRedis(stack.redis.url);
  say('a first pass, not counted');
  await measureDepth(redis, { depth: least, turns: LEAST_TURNS });
  for (let round = 1; round <= rounds; round += 1) {
    for (const depth of new Set(depths)) {
      say(`round ${round}: depth ${toCount(depth)}`);
      const costs = await measureDepth(redis, { depth, turns });
      for (const key of ['enqueue', 'claim', 'finish'] as const) {
        const notes = { comparedWith: toName(VERBS[key], least), bound: { ratioAtMost: FLAT } };
        collected.add({ name: toName(VERBS[key], depth), unit: 'µs', ...(depth === least ? {} : notes) }, costs[key]);
      }
      collected.add({ name: toName('memory of Redis', depth), unit: 'bytes' }, costs.bytes);
    }
  }
  return collected.toMeasurements();
}

function seriesOf(all: readonly Measurement[], verb: string) {
  return toSeries(all, { part: PART, pattern: new RegExp(`^${verb} at a depth of ([\\d,]+), an event$`), name: verb });
}

/** How the price of a call grows with the number of events that wait. */
export const scaleDepth: Part = {
  name: PART,
  title: 'Scale: depth of the queue',
  limit:
    'The memory of Redis alone: lists are pushed and popped at their ends, whatever their length. What a long queue costs is ' +
    'time, since the events at its end are old.',
  run,
  charts: (all) => [
    {
      name: PART,
      title: 'Redis: time in scripts an event',
      xLabel: 'events that wait',
      yLabel: 'µs an event',
      logX: true,
      series: Object.values(VERBS).map((verb) => seriesOf(all, verb)),
    },
  ],
};
