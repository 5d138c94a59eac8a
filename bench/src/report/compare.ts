import type { Bound, Measurement } from './report.ts';
import { median } from './statistics.ts';

/** How a measurement stands to the one it is compared with. */
export interface Ratio {
  /** The name of the other one, without its part. */
  readonly base: string;
  readonly median: number;
  /** Lowest and highest of the rounds, or null when the rounds of both do not belong together. */
  readonly range: readonly [number, number] | null;
}

function findBase(measurement: Measurement, all: readonly Measurement[]): Measurement | undefined {
  const { comparedWith } = measurement;
  if (comparedWith === undefined) return undefined;
  const isOfThisPart = ({ part, name }: Measurement): boolean => part === measurement.part && name === comparedWith;
  return all.find(isOfThisPart) ?? all.find(({ part, name }) => `${part}/${name}` === comparedWith);
}

/** The value of the base that belongs to each of so many rounds, or null when the rounds of both do not belong together. */
function toNeighbours({ values }: Measurement, rounds: number): readonly number[] | null {
  if (values.length === rounds) return values;
  if (values.length !== 2 * rounds) return null;
  return values.slice(0, rounds).map((before, round) => (before + (values[rounds + round] ?? Number.NaN)) / 2);
}

/**
 * The ratio to `comparedWith`, or null when there is none, it was not measured, or a ratio would be nonsense: differences
 * may be zero or less on a busy machine. Rounds of one part are interleaved: each is divided by its neighbour, so that a
 * machine which changes in the course of minutes changes both, and the middle ratio is told. A base with twice as many
 * rounds was measured before and after all others: the mean of both is the neighbour. Measurements of different parts are
 * compared by their medians.
 */
export function toRatio(measurement: Measurement, all: readonly Measurement[]): Ratio | null {
  const base = findBase(measurement, all);
  if (base === undefined || measurement.values.length === 0 || base.values.length === 0) return null;
  if (![...base.values, ...measurement.values].every((value) => value >= 0)) return null;
  const neighbours = base.part === measurement.part ? toNeighbours(base, measurement.values.length) : null;
  const ratios =
    neighbours === null
      ? [median(measurement.values) / median(base.values)]
      : measurement.values.map((value, round) => value / (neighbours[round] ?? Number.NaN));
  if (!ratios.every(Number.isFinite)) return null;
  const range = neighbours === null ? null : ([Math.min(...ratios), Math.max(...ratios)] as const);
  return { base: base.name, median: median(ratios), range };
}

/** A figure to reach in words, and whether it was reached; null when it could not be judged. */
export interface Verdict {
  readonly figure: string;
  readonly isReached: boolean | null;
}

function limitsOf(bound: Bound, ratio: number | null, value: number | null, unit: string) {
  return [
    { sign: '≥', limit: bound.ratioAtLeast, measured: ratio, suffix: '×' },
    { sign: '≤', limit: bound.ratioAtMost, measured: ratio, suffix: '×' },
    { sign: '≥', limit: bound.atLeast, measured: value, suffix: unit },
    { sign: '≤', limit: bound.atMost, measured: value, suffix: unit },
  ] as const;
}

/** Judges a measurement by its bound; null when it has none. */
export function toVerdict(measurement: Measurement, all: readonly Measurement[]): Verdict | null {
  const { bound, unit, values } = measurement;
  if (bound === undefined) return null;
  const ratio = toRatio(measurement, all)?.median ?? null;
  const value = values.length === 0 ? null : median(values);
  const limits = limitsOf(bound, ratio, value, unit).flatMap(({ sign, limit, measured, suffix }) =>
    limit === undefined ? [] : [{ sign, limit, measured, suffix }],
  );
  const judged = limits.map(({ sign, limit, measured }) =>
    measured === null || Number.isNaN(measured) ? null : sign === '≥' ? measured >= limit : measured <= limit,
  );
  return {
    figure: limits
      .map(({ sign, limit, suffix }) => `${sign} ${limit.toLocaleString('en')} ${suffix}`.trim())
      .join(', '),
    isReached: judged.includes(false) ? false : judged.includes(null) ? null : true,
  };
}
