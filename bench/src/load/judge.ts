/**
 * Pass or fail on a machine that is busy or slow: a figure may be missed by a margin, and a time by as much as the bare
 * variant of the same run is slow. What must be zero must be zero, and memory hardly depends on what else runs.
 */
import { toRatio } from '../report/compare.ts';
import { toText, type Bound, type Measurement } from '../report/report.ts';
import { median } from '../report/statistics.ts';

/** A judged measurement. */
export interface Judged {
  readonly name: string;
  readonly isPassed: boolean;
  /** What was measured and what was asked for. */
  readonly text: string;
}

/** A figure, made easier by `margin` (2: half as good passes). */
export function relax(bound: Bound, margin: number): Bound {
  const eased = {
    ratioAtLeast: bound.ratioAtLeast === undefined ? undefined : bound.ratioAtLeast / margin,
    ratioAtMost: bound.ratioAtMost === undefined ? undefined : bound.ratioAtMost * margin,
    atLeast: bound.atLeast === undefined ? undefined : bound.atLeast / margin,
    atMost: bound.atMost === undefined ? undefined : bound.atMost * margin,
  };
  return Object.fromEntries(Object.entries(eased).filter(([, limit]) => limit !== undefined));
}

const MEMORY_MARGIN = 1.25;

function judgeOne(measurement: Measurement, all: readonly Measurement[], margin: number): Judged {
  const { name, unit, values, bound = {} } = measurement;
  const value = median(values);
  const ratio = toRatio(measurement, all)?.median ?? null;
  const { ratioAtLeast, ratioAtMost, atLeast, atMost } = relax(
    bound,
    unit === 'MiB' ? Math.min(margin, MEMORY_MARGIN) : margin,
  );
  const isAsSlow = unit === 'ms' && ratio !== null && ratio >= 0 && ratio <= margin;
  const checks = [
    ratioAtLeast === undefined || (ratio !== null && ratio >= ratioAtLeast),
    ratioAtMost === undefined || (ratio !== null && ratio <= ratioAtMost),
    atLeast === undefined || value >= atLeast,
    atMost === undefined || value <= atMost || isAsSlow,
  ];
  const asked = [
    ratioAtLeast === undefined ? [] : [`at least ${toText(ratioAtLeast)} ×`],
    ratioAtMost === undefined ? [] : [`at most ${toText(ratioAtMost)} ×`],
    atLeast === undefined ? [] : [`at least ${toText(atLeast)} ${unit}`],
    atMost === undefined ? [] : [`at most ${toText(atMost)} ${unit}`],
  ].flat();
  const compared = ratio === null ? '' : `, ${ratio.toFixed(2)} × ${measurement.comparedWith}`;
  return { name, isPassed: !checks.includes(false), text: `${toText(value)} ${unit}${compared} (${asked.join(', ')})` };
}

/** Judges every measurement that has a figure to reach. */
export function judge(all: readonly Measurement[], margin: number): readonly Judged[] {
  return all.filter(({ bound }) => bound !== undefined).map((measurement) => judgeOne(measurement, all, margin));
}
