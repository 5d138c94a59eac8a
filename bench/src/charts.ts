/** One line of a chart. */
export interface Series {
  readonly name: string;
  /** Points as `[x, y]`, ordered by x. */
  readonly points: readonly (readonly [number, number])[];
}

/** A line chart; it is written as `docs/charts/<name>.svg`. */
export interface Chart {
  /** The file's name without `.svg`, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** With the unit, such as `events in the queue`. */
  readonly xLabel: string;
  readonly yLabel: string;
  /** True where x grows by factors rather than by steps. */
  readonly logX?: boolean;
  readonly series: readonly Series[];
}
