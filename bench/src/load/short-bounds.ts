import type { Measurement } from '../report/report.ts';

const DRAIN = /^drain of [\d,]+ by 2 workers$/;
/** Below the figures of full size: in a drain of a second or two most of the code runs before it is compiled. */
const OF_COPY = { ratioAtLeast: 0.8 } as const;

/** Adds figures to reach where the bench has them for full size alone: a short drain is judged by its ratio to COPY. */
export function withShortBounds(all: readonly Measurement[]): readonly Measurement[] {
  return all.map((measurement) => {
    const { part, name, bound } = measurement;
    return part === 'drain' && bound === undefined && DRAIN.test(name)
      ? { ...measurement, bound: OF_COPY }
      : measurement;
  });
}
