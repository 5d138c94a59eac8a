import type { Series } from './charts.ts';
import type { Measurement } from './report.ts';
import { median } from './statistics.ts';

/**
 * The medians of all measurements of a part whose name matches, as a line. The first group of `pattern` is x, a number
 * that may have thousands separators.
 */
export function toSeries(
  all: readonly Measurement[],
  from: { readonly part: string; readonly pattern: RegExp; readonly name: string },
): Series {
  const points = all
    .filter(({ part }) => part === from.part)
    .flatMap(({ name, values }): readonly (readonly [number, number])[] => {
      const x = from.pattern.exec(name)?.[1];
      return x === undefined ? [] : [[Number(x.replaceAll(',', '')), median(values)]];
    })
    .toSorted(([a], [b]) => a - b);
  return { name: from.name, points };
}
