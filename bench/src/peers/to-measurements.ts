import { createCollection, type Collection, type Described } from '../report/collection.ts';
import type { Bound, Measurement } from '../report/report.ts';
import { toCount } from '../report/to-count.ts';
import { isContenderName, type ContenderName } from './contenders.ts';
import type { DrainedRun, SteadyRun, SustainedRun } from './contest.ts';
import { addCriticalWrites, CRITICAL_BOUND } from './critical-writes.ts';
import { ENTRIES, type Entry } from './entries.ts';

export const PART = 'peers';
export const OURS = 'auditlane';
export const NAMES = Object.keys(ENTRIES).filter((name) => isContenderName(name));
const PEERS = NAMES.filter((name) => name !== OURS);

/** What a contender reached, one of each a round. */
export interface Reached {
  readonly drained: DrainedRun[];
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

function addAll(collected: Collection, described: Described, values: readonly number[]): void {
  for (const value of values) collected.add(described, value);
}

/** One kind of rate: what every contender reached, with how many events, and what we have to reach against it. */
interface Rate {
  readonly run: string;
  readonly valuesOf: (reached: Reached) => readonly number[];
  readonly eventsOf: (entry: Entry) => number;
  readonly boundOf: (entry: Entry) => Bound | undefined;
}

/** The rate of every peer, then ours once for each of them, divided by it. */
function addRates(collected: Collection, { scale, contest }: Outcome, rate: Rate): void {
  const entered = PEERS.filter((name) => rate.valuesOf(contest[name]).length > 0);
  const nameOf = (name: ContenderName): string => {
    const events = toCount(scaled(rate.eventsOf(ENTRIES[name]), scale));
    return `${rate.run}: ${ENTRIES[name].title} (${events} events)`;
  };
  const unit = 'events/s';
  for (const name of entered) addAll(collected, { name: nameOf(name), unit }, rate.valuesOf(contest[name]));
  for (const name of entered) {
    const compared = { comparedWith: nameOf(name), bound: judgedAt(scale, rate.boundOf(ENTRIES[name])) };
    const described = { name: `${nameOf(OURS)} against ${ENTRIES[name].title}`, unit, ...compared };
    addAll(collected, described, rate.valuesOf(contest[OURS]));
  }
}

/** One kind of cost: ours, and that of every peer divided by ours. */
interface Cost {
  readonly run: string;
  readonly unit: string;
  readonly valuesOf: (reached: Reached) => readonly number[];
}

function addCosts(collected: Collection, { contest }: Outcome, { run, unit, valuesOf }: Cost): void {
  const nameOf = (name: ContenderName): string => `${run}: ${ENTRIES[name].title}`;
  const entered: readonly ContenderName[] = [OURS, ...PEERS];
  for (const name of entered) {
    const comparedWith = name === OURS ? undefined : nameOf(OURS);
    addAll(collected, { name: nameOf(name), unit, comparedWith }, valuesOf(contest[name]));
  }
}

/** As `addCosts`, but with nothing to divide by: a contender that leaves cores idle is not cheaper. */
function addBusyCores(
  collected: Collection,
  { contest }: Outcome,
  { run, valuesOf }: Pick<Cost, 'run' | 'valuesOf'>,
): void {
  for (const name of [OURS, ...PEERS] as const) {
    addAll(collected, { name: `${run}, busy cores: ${ENTRIES[name].title}`, unit: 'cores' }, valuesOf(contest[name]));
  }
}

/** The lines of the table. */
export function toMeasurements(outcome: Outcome): readonly Measurement[] {
  const collected = createCollection(PART);
  addRates(collected, outcome, {
    run: 'drain by 2 workers',
    valuesOf: ({ drained }) => drained.map((run) => run.eventsPerSecond),
    eventsOf: ({ drained }) => drained,
    boundOf: ({ drainBound }) => drainBound,
  });
  addBusyCores(collected, outcome, {
    run: 'drain by 2 workers',
    valuesOf: ({ drained }) => drained.map((run) => run.busyCores),
  });
  addRates(collected, outcome, {
    run: 'end to end, 4,000 callers',
    valuesOf: ({ sustained }) => sustained.map((run) => run.eventsPerSecond),
    eventsOf: ({ sustained }) => sustained,
    boundOf: ({ sustainedBound }) => sustainedBound,
  });
  addBusyCores(collected, outcome, {
    run: 'end to end',
    valuesOf: ({ sustained }) => sustained.map((run) => run.busyCores),
  });
  addCosts(collected, outcome, {
    run: 'end to end, CPU of the caller an event',
    unit: 'µs',
    valuesOf: ({ sustained }) => sustained.map((run) => run.cpuMicros),
  });
  addCosts(collected, outcome, {
    run: 'awaited at 1,000/s, p50',
    unit: 'ms',
    valuesOf: ({ steady }) => steady.map((run) => run.p50Ms),
  });
  addCosts(collected, outcome, {
    run: 'awaited at 1,000/s, p99',
    unit: 'ms',
    valuesOf: ({ steady }) => steady.map((run) => run.p99Ms),
  });
  const { scale, critical, bare } = outcome;
  addCriticalWrites(collected, { critical, bare, bound: judgedAt(scale, CRITICAL_BOUND) });
  return collected.toMeasurements();
}
