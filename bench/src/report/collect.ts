import type { Bound, Measurement } from './report.ts';

/** What a measurement has beside its value. */
export interface Notes {
  readonly comparedWith?: string;
  readonly bound?: Bound;
}

/** Gathers values over rounds: the same name again is another round of the same measurement. */
export interface Collection {
  add(name: string, measured: { readonly unit: string; readonly value: number }, notes?: Notes): void;
  /** As `add`, but keeps the largest value of all rounds alone: a loss in one round is no median. */
  addLargest(name: string, measured: { readonly unit: string; readonly value: number }, notes?: Notes): void;
  /** All measurements, in the order in which they came first. */
  all(): readonly Measurement[];
}

/** Makes an empty collection for a part. */
export function createCollection(part: string): Collection {
  const found = new Map<string, { readonly unit: string; readonly values: number[]; readonly notes: Notes }>();
  const add: Collection['add'] = (name, { unit, value }, notes = {}) => {
    const known = found.get(name);
    if (known === undefined) found.set(name, { unit, values: [value], notes });
    else known.values.push(value);
  };
  return {
    add,
    addLargest: (name, measured, notes) => {
      add(name, measured, notes);
      const { values = [] } = found.get(name) ?? {};
      values.splice(0, values.length, Math.max(...values));
    },
    all: () => [...found].map(([name, { unit, values, notes }]) => ({ part, name, unit, values, ...notes })),
  };
}
