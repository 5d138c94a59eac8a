import type { Measurement } from './report.ts';

/** What a measurement is, apart from its values. */
export type Described = Omit<Measurement, 'part' | 'values'>;

/** Values of a part by the name of their measurement, one a round, in the order in which they were first added. */
export interface Collection {
  /** Adds the value of one round. Throws a RangeError for anything but a finite number. */
  add(described: Described, value: number | undefined): void;
  /** As `add`, but keeps the largest value of all rounds alone: a loss in one round is no median. */
  addLargest(described: Described, value: number | undefined): void;
  /** The measurements, each with its values. */
  toMeasurements(): readonly Measurement[];
}

/** Makes an empty collection for a part. */
export function createCollection(part: string): Collection {
  const measured = new Map<string, { readonly described: Described; values: readonly number[] }>();
  const put = (
    described: Described,
    value: number | undefined,
    join: (values: readonly number[], value: number) => readonly number[],
  ): void => {
    if (value === undefined || !Number.isFinite(value)) {
      throw new RangeError(`"${described.name}" was not measured: ${value}`);
    }
    const known = measured.get(described.name);
    if (known === undefined) measured.set(described.name, { described, values: [value] });
    else known.values = join(known.values, value);
  };
  return {
    add: (described, value) => put(described, value, (values, next) => [...values, next]),
    addLargest: (described, value) => put(described, value, (values, next) => [Math.max(...values, next)]),
    toMeasurements: () => [...measured.values()].map(({ described, values }) => ({ part, ...described, values })),
  };
}
