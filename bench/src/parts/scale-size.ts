/**
 * Drains events of 200 bytes to 64 KiB with two workers: events and megabytes a second. Fair: every size gets about the
 * same number of bytes (and at most as many events as a small one takes), of text that does not repeat, so that Postgres
 * cannot compress it away; tables are emptied before each.
 */
import { drainOnce } from '../clocks/drain-run.ts';
import type { Part, PartContext } from '../part.ts';
import { createBacklog } from '../queue/backlog.ts';
import { createCollection } from '../report/collection.ts';
import type { Measurement } from '../report/report.ts';
import { toCount } from '../report/to-count.ts';
import { toSeries } from '../report/to-series.ts';
import { openGround } from '../servers/ground.ts';
import { toVariants } from '../to-variants.ts';

const PART = 'scale-size';
const SIZES = [200, 500, 1_000, 4_000, 16_000, 65_000] as const;
const TOTAL_BYTES = 400_000_000;
const MOST_EVENTS = 400_000;
const LEAST_EVENTS = 200;
const WORKERS = 2;
const toName = (bytes: number): string => `events of ${toCount(bytes)} bytes`;

function toEvents(bytes: number, scale: number): number {
  return Math.max(LEAST_EVENTS, Math.round(Math.min(MOST_EVENTS, TOTAL_BYTES / bytes) * scale));
}

async function run({ stack, rounds, scale, directory, say }: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  await using ground = await openGround(stack);
  const drain = async (bytes: number) => {
    await using backlog = await createBacklog(ground.redis, { events: toEvents(bytes, scale), bytes });
    const drained = await drainOnce(ground, { backlog, workers: WORKERS, directory });
    return { ...drained, megabytesPerSecond: backlog.bytes / 1e6 / drained.seconds };
  };
  say('a first drain, not counted: it pays for new files of the servers');
  await drain(SIZES[0]);
  for (let round = 1; round <= rounds; round += 1) {
    for (const bytes of toVariants(SIZES, scale)) {
      say(`round ${round}: ${toEvents(bytes, scale)} ${toName(bytes)}`);
      const drained = await drain(bytes);
      const name = toName(bytes);
      collected.add({ name, unit: 'events/s' }, drained.eventsPerSecond);
      collected.add({ name: `${name}, volume`, unit: 'MB/s' }, drained.megabytesPerSecond);
      const memory = { name: `${name}, memory of the largest worker`, unit: 'MiB', bound: { atMost: 128 } };
      collected.addLargest(memory, drained.peakMb);
    }
  }
  return collected.toMeasurements();
}

/** How the drain changes with the size of an event. */
export const scaleSize: Part = {
  name: PART,
  title: 'Scale: size of an event',
  limit:
    'For small events the price of a row, most of it index entries; for large ones the bytes: each is written to the ' +
    'append-only file, parsed as JSON twice, compressed (above 2 KB) and written to the log and the table of Postgres.',
  run,
  charts: (all) => [
    {
      name: `${PART}-events`,
      title: 'Events a second by size of an event',
      xLabel: 'bytes of an entry',
      yLabel: 'events/s',
      logX: true,
      series: [toSeries(all, { part: PART, pattern: /^events of ([\d,]+) bytes$/, name: 'two workers' })],
    },
    {
      name: `${PART}-volume`,
      title: 'Volume by size of an event',
      xLabel: 'bytes of an entry',
      yLabel: 'MB/s',
      logX: true,
      series: [toSeries(all, { part: PART, pattern: /^events of ([\d,]+) bytes, volume$/, name: 'two workers' })],
    },
  ],
};
