import type { Measurement } from './report.ts';

/** What a measurement is, apart from its values. */
export type Described = Omit<Measurement, 'part' | 'values'>;

/** Values of a part by the name of their measurement, one a round, in the order in which they were first added. */
export class Collected {
  readonly #part: string;
  readonly #measured = new Map<string, { readonly described: Described; readonly values: number[] }>();

  constructor(part: string) {
    this.#part = part;
  }

  /** Adds the value of one round. Throws a RangeError for anything but a finite number. */
  add(described: Described, value: number | undefined): void {
    if (value === undefined || !Number.isFinite(value)) {
      throw new RangeError(`"${described.name}" was not measured: ${value}`);
    }
    const known = this.#measured.get(described.name);
    if (known === undefined) this.#measured.set(described.name, { described, values: [value] });
    else known.values.push(value);
  }

  /** The measurements, each with its values. */
  toMeasurements(): readonly Measurement[] {
    return [...this.#measured.values()].map(({ described, values }) => ({ part: this.#part, ...described, values }));
  }
}
