/**
 * Drains the same backlog with 1, 2, 4 and 8 workers. Fair: the very same entries into emptied tables, workers started
 * before the clock, all counts once a round. Beside each rate stands how many cores were busy: once all of them are,
 * further workers add memory and nothing else.
 */
import { cpus } from 'node:os';
import { drainOnce, type DrainRun } from '../clocks/drain-run.ts';
import type { Part, PartContext } from '../part.ts';
import { createBacklog } from '../queue/backlog.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toCounted } from '../report/to-count.ts';
import { toSeries } from '../report/to-series.ts';
import { openGround } from '../servers/ground.ts';
import { toVariants } from '../to-variants.ts';

const PART = 'scale-workers';
const EVENTS = 1_000_000;
const LEAST_EVENTS = 2_000;
const WORKERS = [1, 2, 4, 8] as const;
const toName = (workers: number): string => `drain by ${toCounted(workers, 'worker')}`;

async function run({ stack, rounds, scale, directory, say }: PartContext): Promise<readonly Measurement[]> {
  const events = Math.max(LEAST_EVENTS, Math.round(EVENTS * scale));
  const collected = createCollection(PART);
  await using ground = await openGround(stack);
  await using backlog = await createBacklog(ground.redis, { events });
  const drain = (workers: number): Promise<DrainRun> => drainOnce(ground, { backlog, workers, directory });
  say('a first drain, not counted: it pays for new files of the servers');
  await drain(2);
  for (let round = 1; round <= rounds; round += 1) {
    for (const workers of toVariants(WORKERS, scale)) {
      say(`round ${round}: ${toName(workers)}, ${events} events`);
      const drained = await drain(workers);
      const name = toName(workers);
      const compared = workers === 1 ? {} : { comparedWith: toName(1) };
      collected.add({ name, unit: 'events/s', ...compared }, drained.eventsPerSecond);
      collected.add({ name: `${name}, busy cores of ${cpus().length}`, unit: 'cores' }, drained.busyCores);
      collected.add({ name: `${name}, CPU of the workers an event`, unit: 'µs' }, drained.workersMicros);
      const memory = { name: `${name}, memory of the largest`, unit: 'MiB', bound: { atMost: 128 } };
      collected.addLargest(memory, drained.peakMb);
    }
  }
  return collected.toMeasurements();
}

/** How the drain grows with the number of workers. */
export const scaleWorkers: Part = {
  name: PART,
  title: 'Scale: workers',
  limit:
    'The cores, which Redis, the workers and Postgres share: as soon as all of them are busy, a further worker adds its own ' +
    'CPU an event and memory, and takes the time from Postgres. Add workers while `top` shows idle cores, and no more.',
  run,
  charts: (all) => [
    {
      name: PART,
      title: 'Drain by number of workers',
      xLabel: 'workers',
      yLabel: 'events/s',
      series: [toSeries(all, { part: PART, pattern: /^drain by (\d+) workers?$/, name: 'drain' })],
    },
  ],
};
