/**
 * How long an event is on its way: from the call to its answer, and from the call to the moment at which another session
 * of Postgres sees its row, at steady rates that do not wait for answers. Beside it, in the same rounds, the shortest way
 * that does the job at all (push together, take, COPY; see `cells/bare-worker.ts`): the same events, rate, servers, number of
 * processes and connections, and the same watcher, without everything that keeps events from being lost or bad.
 *
 * A row counts as visible at the look that first finds its transaction over. Looks are about a millisecond apart, and
 * that gap is measured and printed: it is part of every time here, of ours as of the bare one's. The CPU of the
 * watcher's own session is taken off that of Postgres. Each cell is a process with workers of its own.
 */
import { runCell } from '../cells/run-cell.ts';
import type { Part, PartContext } from '../part.ts';
import type { Chart } from '../report/charts.ts';
import { createCollection, type Collection } from '../report/collection.ts';
import type { Bound, Measurement } from '../report/report.ts';
import { median } from '../report/statistics.ts';
import { toCount } from '../report/to-count.ts';
import { emptyServers } from '../servers/empty-servers.ts';

const PART = 'latency';
const RATES = [1_000, 5_000, 10_000, 20_000];
const SECONDS = 8;
/** The rate at which figures are to be reached. */
const JUDGED_RATE = 10_000;

const VARIANTS = [
  { cell: 'bare', name: 'bare loop', env: {} },
  { cell: 'auditlane', name: 'AUDIT_LINGER_MS=0', env: { AUDIT_LINGER_MS: '0' } },
  { cell: 'auditlane', name: 'default linger', env: {} },
] as const;
type VariantName = (typeof VARIANTS)[number]['name'];

/** One line of the table for each of these, rate and variant. */
const TIMES = [
  { key: 'ackP50', what: 'call to answer, p50' },
  { key: 'ackP99', what: 'call to answer, p99' },
  { key: 'rowP50', what: 'call to visible row, p50' },
  { key: 'rowP99', what: 'call to visible row, p99' },
] as const;
type Time = (typeof TIMES)[number];

function toName(perSecond: number, what: string, variant: VariantName): string {
  return `${toCount(perSecond)}/s, ${what}, ${variant}`;
}

function boundOf(perSecond: number, variant: VariantName, time: Time): Bound | undefined {
  if (perSecond !== JUDGED_RATE) return undefined;
  if (variant === 'AUDIT_LINGER_MS=0' && time.key === 'rowP50') return { atMost: 3 };
  if (variant === 'AUDIT_LINGER_MS=0' && time.key === 'rowP99') return { atMost: 10 };
  if (variant === 'default linger' && time.key === 'rowP99') return { atMost: 25 };
  return undefined;
}

function addCell(
  collected: Collection,
  { perSecond, variant }: { readonly perSecond: number; readonly variant: VariantName },
  measured: Readonly<Record<string, number>>,
): void {
  for (const time of TIMES) {
    const bound = boundOf(perSecond, variant, time);
    const described = {
      name: toName(perSecond, time.what, variant),
      unit: 'ms',
      ...(variant !== 'bare loop' && { comparedWith: toName(perSecond, time.what, 'bare loop') }),
      ...(bound !== undefined && { bound }),
    };
    collected.add(described, measured[time.key]);
  }
  const cpu = 'CPU of worker, Postgres and Redis an event';
  const isLingering = variant === 'default linger';
  const described = {
    name: toName(perSecond, cpu, variant),
    unit: 'µs',
    ...(isLingering && { comparedWith: toName(perSecond, cpu, 'AUDIT_LINGER_MS=0') }),
    ...(isLingering && perSecond === JUDGED_RATE && { bound: { ratioAtMost: 0.5 } }),
  };
  collected.add(described, measured['micros']);
}

/** Measures at these rates; the first cell of all is thrown away, since it pays for the first segments of the log. */
export async function measureLatency(context: PartContext, rates: readonly number[]): Promise<readonly Measurement[]> {
  const { stack, rounds, scale, say } = context;
  const collected = createCollection(PART);
  const gaps = createCollection(PART);
  const seconds = Math.max(0.2, SECONDS * scale);
  const run = async (perSecond: number, { cell, env }: (typeof VARIANTS)[number]) => {
    await emptyServers(stack);
    return runCell('latency', { stack, args: [cell, perSecond, seconds], env });
  };
  await run(Math.max(...rates), VARIANTS[0]);
  for (let round = 1; round <= rounds; round += 1) {
    for (const perSecond of rates) {
      say(`latency: round ${round} of ${rounds}, ${perSecond} events a second`);
      for (const variant of VARIANTS) {
        const measured = await run(perSecond, variant);
        addCell(collected, { perSecond, variant: variant.name }, measured);
        gaps.add({ name: 'gap between two looks, p50 of each cell', unit: 'ms' }, measured['gapP50']);
        gaps.add({ name: 'gap between two looks, p99 of each cell', unit: 'ms' }, measured['gapP99']);
      }
    }
  }
  return [...collected.toMeasurements(), ...gaps.toMeasurements()];
}

function toCharts(all: readonly Measurement[]): readonly Chart[] {
  const valueOf = (name: string): number | null => {
    const found = all.find((each) => each.part === PART && each.name === name);
    return found === undefined ? null : median(found.values);
  };
  const seriesOf = (variant: VariantName, what: string) => ({
    name: variant,
    points: RATES.flatMap((perSecond) => {
      const value = valueOf(toName(perSecond, what, variant));
      return value === null ? [] : [[perSecond, value] as const];
    }),
  });
  return (['p50', 'p99'] as const).map((percent) => ({
    name: `latency-row-${percent}`,
    title: `From the call to the visible row, ${percent}`,
    xLabel: 'events a second',
    yLabel: 'ms',
    logX: true,
    logY: true,
    series: VARIANTS.map(({ name }) => seriesOf(name, `call to visible row, ${percent}`)),
  }));
}

/** How long an event is on its way. */
export const latency: Part = {
  name: PART,
  title: 'How long an event is on its way',
  run: (context) => measureLatency(context, RATES),
  charts: toCharts,
};
