import type { Bound, Measurement } from '../report/report.ts';
import { toCount } from '../report/to-count.ts';
import { isContenderName, type ContenderName } from './contenders.ts';
import type { SteadyRun, SustainedRun } from './contest.ts';
import { ENTRIES, type Entry } from './entries.ts';

export const PART = 'peers';
export const OURS = 'auditlane';
export const NAMES = Object.keys(ENTRIES).filter((name) => isContenderName(name));
const PEERS = NAMES.filter((name) => name !== OURS);

/** What a contender reached, one of each a round. */
export interface Reached {
  readonly drained: number[];
  readonly sustained: SustainedRun[];
  readonly steady: SteadyRun[];
}

/** What all runs of the part gave. */
export interface Outcome {
  readonly scale: number;
  readonly contest: Readonly<Record<ContenderName, Reached>>;
  readonly critical: readonly SteadyRun[];
  readonly bare: readonly SteadyRun[];
}

/** Events at this scale, one at least. */
export function scaled(events: number, scale: number): number {
  return Math.max(1, Math.round(events * scale));
}

/** The figures to reach are those of the published amounts: a shorter run is measured, not judged. */
function judgedAt(scale: number, bound: Bound | undefined): Bound | undefined {
  return scale >= 1 ? bound : undefined;
}

/** One kind of rate: what every contender reached, with how many events, and what we have to reach against it. */
interface Rate {
  readonly run: string;
  readonly valuesOf: (reached: Reached) => readonly number[];
  readonly eventsOf: (entry: Entry) => number;
  readonly boundOf: (entry: Entry) => Bound | undefined;
}

/** The rate of every peer, then ours once for each of them, divided by it. */
function toRates({ scale, contest }: Outcome, rate: Rate): readonly Measurement[] {
  const entered = PEERS.filter((name) => rate.valuesOf(contest[name]).length > 0);
  const nameOf = (name: ContenderName): string => {
    const events = toCount(scaled(rate.eventsOf(ENTRIES[name]), scale));
    return `${rate.run}: ${ENTRIES[name].title} (${events} events)`;
  };
  const of = (name: string, values: readonly number[]): Measurement => ({ part: PART, name, unit: 'events/s', values });
  return [
    ...entered.map((name) => of(nameOf(name), rate.valuesOf(contest[name]))),
    ...entered.map((name) => ({
      ...of(`${nameOf(OURS)} against ${ENTRIES[name].title}`, rate.valuesOf(contest[OURS])),
      comparedWith: nameOf(name),
      bound: judgedAt(scale, rate.boundOf(ENTRIES[name])),
    })),
  ];
}

/** One kind of cost: ours, and that of every peer divided by ours. */
interface Cost {
  readonly run: string;
  readonly unit: string;
  readonly valuesOf: (reached: Reached) => readonly number[];
}

function toCosts({ contest }: Outcome, { run, unit, valuesOf }: Cost): readonly Measurement[] {
  const nameOf = (name: ContenderName): string => `${run}: ${ENTRIES[name].title}`;
  const entered: readonly ContenderName[] = [OURS, ...PEERS];
  return entered.map((name) => ({
    part: PART,
    name: nameOf(name),
    unit,
    values: valuesOf(contest[name]),
    comparedWith: name === OURS ? undefined : nameOf(OURS),
  }));
}

function toCriticalWrites({ scale, critical, bare }: Outcome): readonly Measurement[] {
  const name = (kind: string, share: string): string => `one write at a time, ${share}: ${kind}`;
  const rows = [
    { share: 'p50', valuesOf: (run: SteadyRun): number => run.p50Ms, bound: undefined },
    { share: 'p99', valuesOf: (run: SteadyRun): number => run.p99Ms, bound: judgedAt(scale, { ratioAtMost: 2 }) },
  ];
  return rows.flatMap(({ share, valuesOf, bound }) => {
    const of = { part: PART, unit: 'ms' };
    const base = name('bare INSERT', share);
    return [
      { ...of, name: base, values: bare.map(valuesOf) },
      { ...of, name: name('logCriticalAudit', share), values: critical.map(valuesOf), comparedWith: base, bound },
    ];
  });
}

/** The lines of the table. */
export function toMeasurements(outcome: Outcome): readonly Measurement[] {
  return [
    ...toRates(outcome, {
      run: 'drain by 2 workers',
      valuesOf: ({ drained }) => drained,
      eventsOf: ({ drained }) => drained,
      boundOf: ({ drainBound }) => drainBound,
    }),
    ...toRates(outcome, {
      run: 'end to end, 4,000 callers',
      valuesOf: ({ sustained }) => sustained.map((run) => run.eventsPerSecond),
      eventsOf: ({ sustained }) => sustained,
      boundOf: ({ sustainedBound }) => sustainedBound,
    }),
    ...toCosts(outcome, {
      run: 'end to end, CPU of the caller an event',
      unit: 'µs',
      valuesOf: ({ sustained }) => sustained.map((run) => run.cpuMicros),
    }),
    ...toCosts(outcome, {
      run: 'awaited at 1,000/s, p50',
      unit: 'ms',
      valuesOf: ({ steady }) => steady.map((run) => run.p50Ms),
    }),
    ...toCosts(outcome, {
      run: 'awaited at 1,000/s, p99',
      unit: 'ms',
      valuesOf: ({ steady }) => steady.map((run) => run.p99Ms),
    }),
    ...toCriticalWrites(outcome),
  ];
}
