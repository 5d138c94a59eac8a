/**
 * How often Redis rewrites its append-only file, whose bytes a queue makes all day although it is nearly empty: with the
 * settings of `npm start`, and with those that Redis has by itself (a rewrite whenever the file has doubled since the last
 * one, from 64 MB on). Both get the same pushes, claims and ends of claims on a server of their own, no worker and no
 * Postgres, round after round in turn. The queue grows to the same length and becomes empty again each time, so the only
 * rewrites worth their CPU are those of a queue that has become twice as large.
 */
import { join } from 'node:path';
import { startRedis } from '@auditlane/embedded';
import { createQueue, type Queue } from '@auditlane/queue';
import { cpuSecondsOf } from '../clocks/process-cpu.ts';
import { encodeSamples } from '../events/encode-samples.ts';
import type { Part, PartContext } from '../part.ts';
import { QUEUE_KEYS } from '../queue/queue-keys.ts';
import { claimEntries, finishClaim, pushLines } from '../queue/queue-steps.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { appendOnlyBytes, countRewrites } from '../servers/append-only-file.ts';
import { openRedis } from '../servers/redis-client.ts';

const PART = 'rewrites';
const EVENTS = 1_000_000;
/** How far the queue grows before it is emptied. */
const LONGEST = 20_000;
const PUSH = 250;
const CLAIM = 1_000;
const DOUBLINGS = Math.floor(Math.log2(LONGEST / PUSH));
const MEBIBYTE = 1024 ** 2;
const OURS = 'settings of npm start';
const VARIANTS = [
  { name: OURS, settings: {} },
  { name: 'defaults of Redis', settings: { 'auto-aof-rewrite-min-size': '64mb' } },
] as const;

async function takeAll(queue: Queue): Promise<void> {
  for (let left = LONGEST; left > 0;) {
    const claim = await claimEntries(queue, CLAIM);
    if (claim === null) throw new Error(`the queue was empty with ${left} entries to come`);
    await finishClaim(queue, claim);
    left -= claim.entries.length;
  }
}

interface Written {
  readonly rewrites: number;
  readonly largestMb: number;
  readonly redisMicros: number;
}

async function write(
  { url, pid }: { readonly url: string; readonly pid: number },
  lines: readonly string[],
  waves: number,
): Promise<Written> {
  await using redis = await openRedis(url);
  const queue = createQueue(redis, QUEUE_KEYS);
  const before = await cpuSecondsOf([pid]);
  let largest = 0;
  for (let wave = 0; wave < waves; wave += 1) {
    await pushLines(queue, lines, PUSH);
    await takeAll(queue);
    largest = Math.max(largest, await appendOnlyBytes(redis));
  }
  const rewrites = await countRewrites(redis);
  const spent = (await cpuSecondsOf([pid])) - before;
  return { rewrites, largestMb: largest / MEBIBYTE, redisMicros: (spent * 1e6) / (waves * LONGEST) };
}

type RedisOptions = Parameters<typeof startRedis>[0];

async function writeOnServer(options: RedisOptions, lines: readonly string[], waves: number): Promise<Written> {
  await using server = await startRedis(options);
  return await write(server, lines, waves);
}

/** How long a server takes to be ready that finds the file of one before it. */
async function timeStart(options: RedisOptions): Promise<number> {
  const startedAt = performance.now();
  await using _server = await startRedis(options);
  return (performance.now() - startedAt) / 1000;
}

async function run({ directory, rounds, scale, say }: PartContext): Promise<readonly Measurement[]> {
  const waves = Math.max(1, Math.round((EVENTS * scale) / LONGEST));
  const lines = encodeSamples(LONGEST);
  const collected = createCollection(PART);
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, settings } of VARIANTS) {
      say(`rewrites, round ${round} of ${rounds}: ${name}`);
      const options = { dataDir: join(directory, `${PART}-${round}-${name}`), settings };
      const written = await writeOnServer(options, lines, waves);
      const readSeconds = await timeStart(options);
      const bound = name === OURS ? { bound: { atMost: DOUBLINGS } } : {};
      collected.add({ name: `rewrites, ${name}`, unit: 'rewrites', ...bound }, written.rewrites);
      collected.add({ name: `the file at its largest, ${name}`, unit: 'MiB' }, written.largestMb);
      collected.add({ name: `a start that reads the file, ${name}`, unit: 's' }, readSeconds);
      const cpu = name === OURS ? {} : { comparedWith: `CPU of Redis an event, ${OURS}` };
      collected.add({ name: `CPU of Redis an event, ${name}`, unit: 'µs', ...cpu }, written.redisMicros);
    }
  }
  return collected.toMeasurements();
}

/** How often the append-only file is rewritten. */
export const rewrites: Part = {
  name: PART,
  title: "Rewrites of Redis' append-only file",
  limit:
    'The disk: without rewrites the file grows by what is pushed, up to `auto-aof-rewrite-min-size` (4 GB in `npm start`, ' +
    '1 GB in docker-compose.yml), and is read once at a start. So there is one rewrite for each 4 GB written, about every ten ' +
    'minutes at 10,000 events/s, however short the queue is; a queue that only grows causes one a doubling at most. ' +
    `The queue grew from ${PUSH} entries to ${LONGEST.toLocaleString('en-US')}, which is ${DOUBLINGS} doublings, and a ` +
    'rewrite for each would be at most what is useful.',
  run,
};
