/**
 * What the batch size, the wait and the priority of security events do to the load of writing and to the time until the
 * row, for whoever tunes them. Sizes are measured where batches fill, at 1,000 events a second with a wait that is never
 * reached; waits where they do not, at 20 a second with a size that is never reached; priorities with their defaults, at 20 a
 * second. One worker stores all the while, in all variants, and groups what it finds by itself.
 */
import { join } from 'node:path';
import { runCell } from '../cells/run-cell.ts';
import type { Part, PartContext } from '../part.ts';
import { createCollection } from '../report/collection.ts';
import { type Measurement, type Table, toText } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import { emptyServers } from '../servers/empty-servers.ts';

const PART = 'security-batching';
const BUSY = 1_000;
const QUIET = 20;
const BUSY_SECONDS = 10;
const QUIET_SECONDS = 30;

interface Variant {
  readonly name: string;
  readonly priority: string;
  readonly perSecond: number;
  readonly size: number;
  readonly wait: number;
  readonly seconds: number;
}

const SIZES: readonly Variant[] = [1, 5, 20, 100, 500].map((size) => ({
  name: `${BUSY.toLocaleString('en')}/s, batches of ${size}`,
  priority: 'medium',
  perSecond: BUSY,
  size,
  wait: 5_000,
  seconds: BUSY_SECONDS,
}));

const WAITS: readonly Variant[] = [0, 20, 200, 1_000, 5_000].map((wait) => ({
  name: `${QUIET}/s, a wait of ${wait.toLocaleString('en')} ms`,
  priority: 'medium',
  perSecond: QUIET,
  size: 1_000,
  wait,
  seconds: QUIET_SECONDS,
}));

/** As the defaults of `maxBatchSize` and `maxWaitTime` are. */
const PRIORITIES: readonly Variant[] = [
  { priority: 'critical', size: 1, wait: 0 },
  { priority: 'high', size: 5, wait: 1_000 },
  { priority: 'medium', size: 20, wait: 5_000 },
  { priority: 'low', size: 50, wait: 10_000 },
  { priority: 'info', size: 100, wait: 30_000 },
].map((variant) => ({
  ...variant,
  name: `${QUIET}/s, ${variant.priority.toUpperCase()}`,
  perSecond: QUIET,
  seconds: QUIET_SECONDS,
}));

const VARIANTS = [...SIZES, ...WAITS, ...PRIORITIES];

const FIGURES = [
  { key: 'rowsATransaction', what: 'rows a transaction', unit: 'rows', isOfBusy: false },
  { key: 'walBytes', what: 'write-ahead log', unit: 'bytes an event', isOfBusy: false },
  { key: 'appendOnlyBytes', what: 'append-only file', unit: 'bytes an event', isOfBusy: false },
  // Where little happens, what the processes use while they wait is more than what the events use.
  { key: 'callerMicros', what: 'CPU of the application', unit: 'µs an event', isOfBusy: true },
  { key: 'storingMicros', what: 'CPU of Redis, worker and Postgres', unit: 'µs an event', isOfBusy: true },
  { key: 'p50', what: 'call to row, p50', unit: 'ms', isOfBusy: false },
  { key: 'p99', what: 'call to row, p99', unit: 'ms', isOfBusy: false },
] as const;

function toName(variant: Variant, what: string): string {
  return `${variant.name}, ${what}`;
}

async function measure(context: PartContext, variant: Variant): Promise<Readonly<Record<string, number>>> {
  const { stack, scale, directory } = context;
  await emptyServers(stack);
  const { priority, perSecond, size, wait, seconds } = variant;
  const events = Math.max(20, Math.round(perSecond * seconds * scale));
  return runCell('security-batch', {
    stack,
    args: [priority, perSecond, size, wait, events],
    env: { AUDIT_SPOOL_DIR: join(directory, 'batching-spool'), NODE_COMPILE_CACHE: join(directory, 'compile-cache') },
  });
}

async function run(context: PartContext): Promise<readonly Measurement[]> {
  const collected = createCollection(PART);
  for (let round = 1; round <= context.rounds; round += 1) {
    for (const variant of VARIANTS) {
      context.say(`security-batching: round ${round} of ${context.rounds}, ${variant.name}`);
      const measured = await measure(context, variant);
      for (const { key, what, unit, isOfBusy } of FIGURES) {
        if (isOfBusy && variant.perSecond !== BUSY) continue;
        collected.add({ name: toName(variant, what), unit }, measured[key]);
      }
    }
  }
  return collected.toMeasurements();
}

/** The medians, a line for each size, wait and priority, for the page about tuning. */
function toTuningTable(all: readonly Measurement[]): Table {
  const columns = FIGURES.filter(({ key }) => key !== 'appendOnlyBytes');
  const ofPart = all.filter(({ part }) => part === PART);
  const read = (name: string): string => {
    const values = ofPart.find((measurement) => measurement.name === name)?.values ?? [];
    return values.length === 0 ? '–' : toText(median(values));
  };
  return {
    head: ['events', ...columns.map(({ what, unit }) => (unit === 'rows' ? what : `${what}, ${unit}`))],
    rows: VARIANTS.map((variant) => [variant.name, ...columns.map(({ what }) => read(toName(variant, what)))]),
  };
}

/** What batch size, wait and priority do. */
export const securityBatching: Part = {
  name: PART,
  title: 'Batches of security events: size, wait and priority',
  run,
  guide: { page: 'tuning-security-events.md', toTable: toTuningTable },
};
